// waypoint version: no server, no store; must stay instant.
#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "waypoint/transport.pb.h"

namespace waypoint::cli {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(2);

class Version : public Command {
 public:
  int Run(Session& session) override {
    session.ui().Line(absl::StrCat("CLI: v", session.world().version));
    const auto connection = clicontext::ResolveConnection(session.contexts(), session.world().env);
    if (!connection.ok()) {
      session.ui().Error(ErrorText(connection.status(), session.ui()));
      return 0;
    }
    // The per-user server is of this program's version or about to be; asking it would only cost time.
    if (connection->has_value()) ShowServer(session, **connection);
    return 0;
  }

 private:
  void ShowServer(Session& session, const clicontext::Connection& connection) {
    auto channel = session.world().dial(connection, kTimeout);
    absl::Status status = channel.status();
    hashicorp::waypoint::GetVersionInfoResponse version;
    if (status.ok()) {
      client::CallOptions call;
      call.timeout = kTimeout;
      call.stop = session.world().interrupt;
      status = (*channel)->Call("GetVersionInfo", google::protobuf::Empty(), &version, call);
    }
    if (!status.ok()) {
      session.ui().Error(ErrorText(status, session.ui()));
      return;
    }
    session.ui().Line(absl::StrCat("Server: ", version.info().version()));
  }
};

}  // namespace

CommandInfo VersionCommand() {
  return {.words = "version",
          .arguments = "",
          .synopsis = "Prints the version of this Waypoint CLI",
          .help = "Prints the version of this program, and of the server if one is configured.",
          .needs = kNeedsNothing,
          .make = Make<Version>};
}

}  // namespace waypoint::cli
