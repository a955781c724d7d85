// waypoint config source-set, source-delete, source-get and sync.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/config.pb.h"
#include "waypoint/job.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

// Fills the scope of a source, which only flags name.
template <typename Message>
absl::Status SetScope(Session& session, const std::string& scope, Message& message) {
  const CommonFlags& flags = session.flags();
  if (!flags.workspace.empty()) message.mutable_workspace()->set_workspace(flags.workspace);
  if (scope == "global") {
    message.mutable_global();
    return absl::OkStatus();
  }
  const std::string& project = flags.project.empty() ? session.project() : flags.project;
  if (project.empty()) return absl::InvalidArgumentError(absl::StrCat("-scope=", scope, " needs a project: -project"));
  if (scope == "project") {
    message.mutable_project()->set_project(project);
    return absl::OkStatus();
  }
  if (scope != "app") {
    return absl::InvalidArgumentError(absl::StrCat("\"", scope, "\" is no scope; it is global, project or app"));
  }
  if (flags.app.empty()) return absl::InvalidArgumentError("-scope=app needs an app: -app");
  message.mutable_application()->set_project(project);
  message.mutable_application()->set_application(flags.app);
  return absl::OkStatus();
}

class SourceSet : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&type_, {.name = "type", .usage = "The kind of source, as \"vault\"."});
    flags.Map(&config_, {.name = "config", .usage = "A setting of the source; may be repeated."});
    flags.Bool(&delete_, {.name = "delete", .usage = "Delete the configuration of the source."});
    flags.String(&scope_, {.name = "scope", .usage = "Whom it is for: global, project or app."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("config source-set takes no arguments");
    if (type_.empty()) return session.Usage("config source-set needs -type");
    if (config_.empty() && !delete_) return session.Usage("config source-set needs -config or -delete");
    pb::SetConfigSourceRequest request;
    pb::ConfigSource& source = *request.mutable_config_source();
    source.set_type(type_);
    source.set_delete_(delete_);
    source.mutable_config()->insert(config_.begin(), config_.end());
    absl::Status status = SetScope(session, scope_, source);
    if (status.ok()) status = session.Invoke<google::protobuf::Empty>("SetConfigSource", request).status();
    if (!status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Configuration of source \"", type_, "\" ", delete_ ? "deleted." : "set."));
    return 0;
  }

 private:
  std::string type_, scope_ = "global";
  std::map<std::string, std::string> config_;
  bool delete_ = false;
};

class SourceDelete : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&type_, {.name = "type", .usage = "The kind of source, as \"vault\"."});
    flags.String(&scope_, {.name = "scope", .usage = "Whom it is for: global, project or app."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("config source-delete takes no arguments");
    if (type_.empty()) return session.Usage("config source-delete needs -type");
    pb::DeleteConfigSourceRequest request;
    request.mutable_config_source()->set_type(type_);
    absl::Status status = SetScope(session, scope_, *request.mutable_config_source());
    if (status.ok()) status = session.Invoke<google::protobuf::Empty>("DeleteConfigSource", request).status();
    if (!status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Configuration of source \"", type_, "\" deleted."));
    return 0;
  }

 private:
  std::string type_, scope_ = "global";
};

class SourceGet : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&type_, {.name = "type", .usage = "The kind of source, as \"vault\"."});
    flags.String(&scope_, {.name = "scope", .usage = "Which scope to show: global, project, app or all."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("config source-get takes no arguments");
    pb::GetConfigSourceRequest request;
    request.set_type(type_);
    if (scope_ == "all") {
      request.set_all(true);
    } else if (absl::Status status = SetScope(session, scope_, request); !status.ok()) {
      return session.Fail(status);
    }
    request.mutable_workspace()->set_workspace(session.flags().workspace);  // present also when empty
    auto response = session.Invoke<pb::GetConfigSourceResponse>("GetConfigSource", request);
    if (!response.ok()) return session.Fail(response.status());
    return scope_ == "all" ? ShowAll(session, *response) : ShowLast(session, *response);
  }

 private:
  static std::string ScopeName(const pb::ConfigSource& source) {
    return source.has_application() ? "app" : source.has_project() ? "project" : "global";
  }
  static std::string ProjectName(const pb::ConfigSource& source) {
    return source.has_application() ? source.application().project() : source.project().project();
  }

  static int ShowAll(Session& session, const pb::GetConfigSourceResponse& response) {
    if (response.config_sources().empty()) {
      session.ui().Warning("No configuration sources found.");
      return 0;
    }
    Table table{.headers = {"Type", "Scope", "Project", "App", "Workspace"}, .rows = {}};
    for (const pb::ConfigSource& source : response.config_sources()) {
      table.rows.push_back({source.type(), ScopeName(source), ProjectName(source), source.application().application(),
                            source.workspace().workspace()});
    }
    session.ui().Show(table);
    return 0;
  }

  // The most specific one comes last.
  int ShowLast(Session& session, const pb::GetConfigSourceResponse& response) const {
    if (response.config_sources().empty()) {
      return session.Fail(absl::StrCat("no configuration of source \"", type_, "\" in scope ", scope_));
    }
    const pb::ConfigSource& source = *response.config_sources().rbegin();
    session.ui().NamedValues({{"Type", source.type()},
                              {"Scope", ScopeName(source)},
                              {"Project", ProjectName(source)},
                              {"App", source.application().application()},
                              {"Workspace", source.workspace().workspace()}});
    session.ui().Line("");
    Table table{.headers = {"Key", "Value"}, .rows = {}};
    for (const auto& [key, value] :
         std::map<std::string, std::string>(source.config().begin(), source.config().end())) {
      table.rows.push_back({key, value});
    }
    session.ui().Show(table);
    return 0;
  }

  std::string type_, scope_ = "project";
};

class Sync : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("config sync takes no arguments");
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  static absl::Status RunApp(Session& session, const std::string& app) {
    session.ui().Header(absl::StrCat("Synchronizing configuration of ", app, "..."));
    pb::Job job;
    job.mutable_config_sync();
    ASSIGN_OR_RETURN(pb::Job::Result result, session.operations().Run(std::move(job), app));
    session.ui().Success("Configuration variables synchronized.");
    ShowPipelines(session, result.pipeline_config_sync());
    return absl::OkStatus();
  }

  static void ShowPipelines(Session& session, const pb::Job::PipelineConfigSyncResult& result) {
    if (result.synced_pipelines().empty()) return;
    session.ui().Line("Synchronized pipelines:");
    std::vector<std::string> names;
    for (const auto& [name, ref] : result.synced_pipelines()) names.push_back(name);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) session.ui().Line(absl::StrCat("  ", name));
  }
};

}  // namespace

std::vector<CommandInfo> ConfigSourceCommands() {
  return {{.words = "config source-set",
           .arguments = "",
           .synopsis = "Configure a source of dynamic configuration",
           .help = "Sets how a source of configuration, such as a secret store, is reached.",
           .needs = {.config = true},
           .make = Make<SourceSet>},
          {.words = "config source-delete",
           .arguments = "",
           .synopsis = "Delete the configuration of a source",
           .help = "Deletes how a source of configuration is reached, for one scope.",
           .needs = {.config = true},
           .make = Make<SourceDelete>},
          {.words = "config source-get",
           .arguments = "",
           .synopsis = "Show the configuration of a source",
           .help = "Shows how a source of configuration is reached; with -scope=all, all sources that are configured.",
           .needs = {.config = true},
           .make = Make<SourceGet>},
          {.words = "config sync",
           .arguments = "",
           .synopsis = "Send the configuration of waypoint.hcl to the server",
           .help = "Stores the `config` variables and the pipelines of waypoint.hcl at the server, as every deployment "
                   "does.",
           .needs = kManyApps,
           .make = Make<Sync>}};
}

}  // namespace waypoint::cli
