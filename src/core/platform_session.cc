#include "core/platform_session.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "appconfig/hcl_template.h"
#include "appconfig/read_once.h"
#include "base/log.h"
#include "base/status.h"
#include "core/build.h"
#include "core/deploy.h"
#include "core/exec_pipe.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::core {
namespace {

client::CallOptions Calls(const App& app) {
  client::CallOptions call;
  call.stop = app.project().environment().stop;
  return call;
}

// The artifact that is deployed, without an id if it is not known any more.
absl::StatusOr<pb::PushedArtifact> ArtifactOf(const App& app, const pb::Deployment& deployment) {
  if (!deployment.preload().artifact().id().empty()) return deployment.preload().artifact();
  absl::StatusOr<pb::PushedArtifact> artifact = FetchArtifact(app, deployment.artifact_id());
  if (absl::IsNotFound(artifact.status())) return pb::PushedArtifact();
  return artifact;
}

absl::StatusOr<ActiveComponent> OpenPlatform(const App& app, const pb::Deployment& deployment,
                                             const pb::PushedArtifact& artifact) {
  config::EvalVariables variables;
  AddTemplateData("artifact", artifact.template_data(), &variables);
  ASSIGN_OR_RETURN(sdk::Args::DeploymentConfig entrypoint, FetchDeploymentConfig(app));
  entrypoint.set_id(deployment.id());
  variables["entrypoint"] = config::EntrypointVariable(EntrypointEnvironment(entrypoint));
  return app.MakeComponent(config::StageKind::kDeploy, variables);
}

// The instance that a client's command runs in: it exists as long as its configuration stream.
class VirtualInstance {
 public:
  VirtualInstance(const App& app, const pb::Job::ExecOp& op)
      : app_(app), stream_(app.project().environment().channel->Open("EntrypointConfig", Calls(app))) {
    pb::EntrypointConfigRequest request;
    request.set_deployment_id(op.deployment().id());
    request.set_instance_id(op.instance_id());
    request.set_type(pb::Instance::VIRTUAL);
    if (stream_->Send(request)) stream_->CloseSend();
  }

  struct Command {
    ExecPipe::Exec exec;
    std::vector<std::string> env;
  };
  // Waits for the one command it is for.
  absl::StatusOr<Command> Await() {
    while (true) {
      pb::EntrypointConfigResponse response;
      ASSIGN_OR_RETURN(bool more, stream_->Receive(&response));
      if (!more) return absl::UnavailableError("the server ended the instance before a command came");
      const pb::EntrypointConfig& config = response.config();
      if (!config.exec().empty()) return Command{config.exec(0), Environment(config)};
    }
  }

 private:
  std::vector<std::string> Environment(const pb::EntrypointConfig& config) const {
    const std::vector<pb::ConfigVar> variables(config.env_vars().begin(), config.env_vars().end());
    const Clock& clock = *app_.project().environment().clock;
    return appconfig::Resolve(variables, Dynamic(config), appconfig::HclTemplates(clock)).env;
  }

  // What cannot be read is left out: the command may do without it.
  appconfig::DynamicValues Dynamic(const pb::EntrypointConfig& config) const {
    appconfig::DynamicValues values;
    const auto* sourcers = app_.project().environment().sourcers;
    const std::vector<pb::ConfigSource> settings(config.config_sources().begin(), config.config_sources().end());
    for (const pb::ConfigVar& variable : config.env_vars()) {
      if (sourcers == nullptr || !variable.has_dynamic()) continue;
      const auto& dynamic = variable.dynamic();
      auto read = appconfig::ReadOnce(
          {{dynamic.from(), {{variable.name(), {dynamic.config().begin(), dynamic.config().end()}}}}}, settings,
          *sourcers);
      if (read.ok()) {
        values[variable.name()] = read->at(variable.name());
      } else {
        WAYPOINT_LOG(kWarn, "exec", "a variable is left out", {"error", read.status().message()});
      }
    }
    return values;
  }

  const App& app_;
  std::unique_ptr<client::Stream> stream_;
};

// The exit code of the command.
int RunCommand(const App& app, ActiveComponent& platform, const plugin::Arguments& arguments, ExecPipe& pipe) {
  const plugin::CallContext context{
      .stop = pipe.stop(), .terminal = app.project().environment().terminal, .exec = &pipe};
  sdk::ExecResult result;
  const absl::Status status = app.Call(*platform.component, plugin::Function::kExec, arguments, context, &result);
  if (status.ok()) return result.exit_code();
  pipe.Write(absl::StrCat(status.message(), "\n"), /*is_stderr=*/true).IgnoreError();
  return 1;
}

// Each line of the platform becomes one of the deployment's logs.
class LogPipe : public plugin::LogViewer {
 public:
  LogPipe(const App& app, const pb::Job::LogsOp& op)
      : op_(op), stream_(app.project().environment().channel->Open("EntrypointLogStream", Calls(app))) {
    if (op.has_start_time()) *info_.mutable_starting_at() = op.start_time();
    info_.set_limit(std::max(op.limit(), 0));
  }
  const sdk::Args::LogViewer& info() const override { return info_; }
  absl::Status Send(const sdk::Logs::NextBatchResp& batch) override {
    for (const sdk::Logs::Event& event : batch.events()) {
      pb::EntrypointLogBatch message;
      message.set_instance_id(op_.instance_id());
      auto* line = message.add_lines();
      line->set_source(pb::LogBatch::Entry::APP);
      *line->mutable_timestamp() = event.timestamp();
      line->set_line(event.contents());
      if (!stream_->Send(message)) {
        unread_ = true;
        return absl::CancelledError("nobody reads these logs any more");
      }
    }
    return absl::OkStatus();
  }
  bool unread() const { return unread_; }
  void Close() {
    google::protobuf::Empty end;
    stream_->CloseSend();
    stream_->Receive(&end).status().IgnoreError();
  }

 private:
  const pb::Job::LogsOp& op_;
  std::unique_ptr<client::Stream> stream_;
  sdk::Args::LogViewer info_;
  bool unread_ = false;
};

}  // namespace

absl::Status ExecByPlatform(const App& app, const pb::Job::ExecOp& op) {
  ASSIGN_OR_RETURN(pb::PushedArtifact artifact, ArtifactOf(app, op.deployment()));
  ASSIGN_OR_RETURN(ActiveComponent platform, OpenPlatform(app, op.deployment(), artifact));
  ASSIGN_OR_RETURN(bool has, platform.component->Has(plugin::Probe::kExecer));
  if (!has) return absl::OkStatus();
  VirtualInstance instance(app, op);
  ASSIGN_OR_RETURN(VirtualInstance::Command command, instance.Await());
  ASSIGN_OR_RETURN(std::unique_ptr<ExecPipe> pipe,
                   ExecPipe::Open(*app.project().environment().channel, op.instance_id(), command.exec, command.env,
                                  app.project().environment().stop));
  ASSIGN_OR_RETURN(plugin::Arguments arguments, app.CommonArguments(platform.labels));
  arguments.AddAny("deployment", op.deployment().deployment());
  arguments.AddAny("image", artifact.artifact().artifact());
  arguments.Add("", pipe->info());
  pipe->Exit(RunCommand(app, platform, arguments, *pipe));
  return absl::OkStatus();
}

absl::Status LogsByPlatform(const App& app, const pb::Job::LogsOp& op) {
  ASSIGN_OR_RETURN(pb::PushedArtifact artifact, ArtifactOf(app, op.deployment()));
  ASSIGN_OR_RETURN(ActiveComponent platform, OpenPlatform(app, op.deployment(), artifact));
  ASSIGN_OR_RETURN(bool has, platform.component->Has(plugin::Probe::kLogPlatform));
  if (!has) return absl::OkStatus();
  LogPipe pipe(app, op);
  ASSIGN_OR_RETURN(plugin::Arguments arguments, app.CommonArguments(platform.labels));
  arguments.AddAny("deployment", op.deployment().deployment());
  arguments.Add("", pipe.info());
  const JobEnvironment& environment = app.project().environment();
  const plugin::CallContext context{.stop = environment.stop, .terminal = environment.terminal, .log_viewer = &pipe};
  google::protobuf::Empty response;
  const absl::Status status = app.Call(*platform.component, plugin::Function::kLogs, arguments, context, &response);
  if (!pipe.unread()) pipe.Close();
  return pipe.unread() ? absl::OkStatus() : status;
}

}  // namespace waypoint::core
