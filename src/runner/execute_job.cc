#include "runner/execute_job.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "appconfig/read_once.h"
#include "base/environment.h"
#include "base/files.h"
#include "base/status.h"
#include "config/config.h"
#include "core/project.h"
#include "datasource/source.h"
#include "google/protobuf/empty.pb.h"
#include "runner/dispatch.h"
#include "runner/waypoint_file.h"
#include "waypoint/project.pb.h"
#include "waypoint/server.pb.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;

class Execution {
 public:
  Execution(const ExecuteOptions& options, const JobRun& run)
      : options_(options),
        run_(run),
        channel_(run.channel != nullptr ? *run.channel : *options.channel),
        job_(run.assignment->job()),
        ui_(*run.terminal) {}

  absl::StatusOr<pb::Job::Result> Run() {
    if (!NeedsSource(job_)) return DispatchWithoutSource(MakeEnvironment(), job_);
    RETURN_IF_ERROR(FetchSource());
    RETURN_IF_ERROR(LoadConfig());
    RETURN_IF_ERROR(SetVariables());
    const std::string workspace = job_.workspace().workspace().empty() ? "default" : job_.workspace().workspace();
    ASSIGN_OR_RETURN(auto project, core::Project::Open(MakeEnvironment(), config_.get(), workspace, Labels(),
                                                       JoinPath(source_.folder, ".waypoint")));
    return Dispatch(*project, job_);
  }

 private:
  config::Labels Labels() const { return {job_.labels().begin(), job_.labels().end()}; }

  core::JobEnvironment MakeEnvironment() const {
    core::JobEnvironment environment;
    environment.channel = &channel_;
    environment.plugins = options_.plugins;
    environment.terminal = run_.terminal;
    environment.clock = options_.clock;
    environment.stop = run_.stop;
    environment.job = {job_.id(), options_.local, options_.on_demand};
    if (options_.dynamic_config) environment.sourcers = &options_.sourcers;
    return environment;
  }

  template <typename Res>
  absl::StatusOr<Res> Invoke(absl::string_view method, const google::protobuf::MessageLite& request) {
    client::CallOptions call;
    call.stop = run_.stop;
    return client::Invoke<Res>(channel_, method, request, call);
  }

  absl::Status FetchSource() {
    auto say = [this](absl::string_view style, absl::string_view text) { ui_.Styled(style, text); };
    ASSIGN_OR_RETURN(source_, datasource::Fetch(job_, {options_.working_folder, say, run_.stop}));
    if (source_.ref.has_value()) run_.reports.download(*source_.ref);
    return absl::OkStatus();
  }

  absl::Status LoadConfig() {
    pb::GetProjectRequest request;
    request.mutable_project()->set_project(job_.application().project());
    ASSIGN_OR_RETURN(auto response, Invoke<pb::GetProjectResponse>("GetProject", request));
    project_ = std::move(*response.mutable_project());
    ASSIGN_OR_RETURN(WaypointFile file, ChooseWaypointFile(source_.folder, job_, project_));
    config::LoadOptions load;
    load.workspace = job_.workspace().workspace().empty() ? "default" : job_.workspace().workspace();
    load.project = job_.application().project();
    load.data_dir = JoinPath(JoinPath(source_.folder, ".waypoint"), "data");
    load.labels = Labels();
    load.clock = options_.clock;
    ASSIGN_OR_RETURN(config_, config::Config::LoadFile(file.path, load));
    pb::Job::Config report;
    report.set_source(file.source);
    run_.reports.config_load(report);
    return config_->Validate();
  }

  absl::Status SetVariables() {
    const Environment environment = Environment::FromProcess();
    const config::GetEnv get = [&environment](const std::string& name) { return environment.Get(name); };
    config::RunnerSources sources;
    sources.server = {project_.variables().begin(), project_.variables().end()};
    sources.environment = config::EnvironmentVariables(config_->variables(), get);
    ASSIGN_OR_RETURN(sources.auto_files, config::ReadAutoFiles(source_.folder));
    sources.job = {job_.variables().begin(), job_.variables().end()};
    ASSIGN_OR_RETURN(sources.dynamic, DynamicDefaults(sources));
    ASSIGN_OR_RETURN(config::VariableValues values, config::EvaluateVariables(config_->variables(), sources));
    ASSIGN_OR_RETURN(auto server, Invoke<pb::GetServerConfigResponse>("GetServerConfig", google::protobuf::Empty()));
    ASSIGN_OR_RETURN(auto final_values, config::FinalValues(values, server.config().cookie()));
    run_.reports.variables(final_values);
    config_->SetVariables(values);
    return absl::OkStatus();
  }

  // Sources of dynamic values run on runners that are set up for them, never with a user's own rights.
  absl::StatusOr<std::vector<pb::Variable>> DynamicDefaults(const config::RunnerSources& sources) {
    const std::vector<std::string> needed = config::NeededDynamicDefaults(config_->variables(), sources);
    if (!needed.empty() && options_.local) {
      return absl::FailedPreconditionError(absl::StrCat(
          "variable \"", needed[0], "\" has a dynamic default, which a local runner does not resolve. Set ",
          "it with -var ", needed[0], "=... or run the job on a remote runner"));
    }
    std::map<std::string, std::vector<appconfig::SourceRequest>> requests;
    for (const std::string& name : needed) {
      const config::DynamicDefault& dynamic = *config_->variables().at(name).dynamic;
      requests[dynamic.from].push_back({name, dynamic.config});
    }
    const auto& settings = run_.assignment->config_sources();
    ASSIGN_OR_RETURN(auto values, appconfig::ReadOnce(requests, {settings.begin(), settings.end()}, options_.sourcers));
    std::vector<pb::Variable> variables;
    for (const auto& [name, value] : values) {
      pb::Variable& variable = variables.emplace_back();
      variable.set_name(name);
      variable.set_str(value);
      variable.mutable_dynamic();
    }
    return variables;
  }

  const ExecuteOptions& options_;
  const JobRun& run_;
  client::Channel& channel_;
  const pb::Job& job_;
  plugin::Ui ui_;
  datasource::Fetched source_;
  pb::Project project_;
  std::unique_ptr<config::Config> config_;
};

}  // namespace

ExecuteJob MakeExecutor(ExecuteOptions options) {
  return [options = std::move(options)](const JobRun& run) { return Execution(options, run).Run(); };
}

}  // namespace waypoint::runner
