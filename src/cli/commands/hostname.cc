// waypoint hostname register, list and delete.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/job_text.h"
#include "cli/session.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/server.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class Register : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() > 1) return session.Usage("hostname register takes at most one name");
    if (!session.args().empty() && session.apps().size() != 1) {
      return session.Usage("a hostname belongs to one app; name it with -app");
    }
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  static absl::Status RunApp(Session& session, const std::string& app) {
    pb::CreateHostnameRequest request;
    if (!session.args().empty()) request.set_hostname(session.args()[0]);
    auto& target = *request.mutable_target()->mutable_application();
    *target.mutable_application() = session.operations().Application(app);
    *target.mutable_workspace() = session.operations().Workspace();
    ASSIGN_OR_RETURN(auto response, session.Invoke<pb::CreateHostnameResponse>("CreateHostname", request));
    session.ui().Line(response.hostname().fqdn());
    return absl::OkStatus();
  }
};

class List : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("hostname list takes no arguments");
    auto list = session.Invoke<pb::ListHostnamesResponse>("ListHostnames", pb::ListHostnamesRequest());
    if (!list.ok()) return session.Fail(list.status());
    Table table{.headers = {"Hostname", "FQDN", "Labels"}, .rows = {}};
    for (const pb::Hostname& hostname : list->hostnames()) {
      table.rows.push_back({hostname.hostname(), hostname.fqdn(), LabelText(hostname.target_labels())});
    }
    session.ui().Show(table);
    return 0;
  }
};

class Delete : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("hostname delete takes one hostname");
    pb::DeleteHostnameRequest request;
    request.set_hostname(session.args()[0]);
    auto done = session.Invoke<google::protobuf::Empty>("DeleteHostname", request);
    if (!done.ok()) return session.Fail(done.status());
    session.ui().Success(absl::StrCat("Hostname \"", session.args()[0], "\" deleted."));
    return 0;
  }
};

}  // namespace

std::vector<CommandInfo> HostnameCommands() {
  return {{.words = "hostname register",
           .arguments = "[HOSTNAME]",
           .synopsis = "Register a hostname with the URL service",
           .help = "Registers a hostname for an app. The URL service that HashiCorp hosted has been shut down; this "
                   "works with servers that have one of their own.",
           .needs = kManyApps,
           .make = Make<Register>},
          {.words = "hostname list",
           .arguments = "",
           .synopsis = "List hostnames",
           .help = "Lists the hostnames that are registered.",
           .needs = {},
           .make = Make<List>},
          {.words = "hostname delete",
           .arguments = "HOSTNAME",
           .synopsis = "Delete a hostname",
           .help = "Deletes one hostname.",
           .needs = {},
           .make = Make<Delete>}};
}

}  // namespace waypoint::cli
