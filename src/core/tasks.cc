#include "core/tasks.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "core/plugin_config.h"
#include "plugin/resolve.h"
#include "waypoint/job.pb.h"

namespace waypoint::core {
namespace {

using plugin::Function;

class Launcher {
 public:
  static absl::StatusOr<Launcher> Open(const JobEnvironment& environment, const pb::Job::TaskPluginParams& params) {
    Launcher launcher(environment);
    ASSIGN_OR_RETURN(auto plugin, environment.plugins->Find(params.plugin_type()));
    ASSIGN_OR_RETURN(launcher.component_, plugin->New(plugin::ComponentType::kTaskLauncher));
    ASSIGN_OR_RETURN(std::optional<protostructure::Struct> structure, launcher.component_->ConfigStruct());
    if (!structure.has_value()) return launcher;
    ASSIGN_OR_RETURN(std::string json, PluginConfigJson(params.hcl_config(), params.hcl_format(), *structure));
    RETURN_IF_ERROR(Annotate(launcher.component_->Configure(json), "task launcher \"", params.plugin_type(), "\""));
    return launcher;
  }

  absl::Status Call(Function function, plugin::Arguments arguments, google::protobuf::Message* response) {
    sdk::Args::Logger logger;
    logger.set_name("waypoint");
    arguments.Add("", logger);
    if (function == Function::kWatchTask) arguments.Add("", sdk::Args::TerminalUI());
    ASSIGN_OR_RETURN(sdk::FuncSpec spec, component_->Spec(function));
    ASSIGN_OR_RETURN(sdk::FuncSpec::Args args, arguments.Resolve(spec));
    const plugin::CallContext context{.stop = environment_.stop, .terminal = environment_.terminal};
    return component_->Call(function, args, context, response);
  }

 private:
  explicit Launcher(const JobEnvironment& environment) : environment_(environment) {}

  const JobEnvironment& environment_;
  std::unique_ptr<plugin::Component> component_;
};

// What a start job left behind.
struct Started {
  pb::Job::TaskPluginParams params;
  opaqueany::Any state;
};

absl::StatusOr<std::optional<Started>> FindStarted(const JobEnvironment& environment, const std::string& job_id) {
  pb::GetJobRequest request;
  request.set_job_id(job_id);
  client::CallOptions call;
  call.stop = environment.stop;
  absl::StatusOr<pb::Job> job = client::Invoke<pb::Job>(*environment.channel, "GetJob", request, call);
  if (absl::IsNotFound(job.status())) return std::optional<Started>();
  if (!job.ok()) return Annotate(job.status(), "the job that started the task");
  if (job->state() != pb::Job::SUCCESS && job->state() != pb::Job::ERROR) {
    return absl::FailedPreconditionError(absl::StrCat("job ", job_id, ", which starts the task, has not ended"));
  }
  if (!job->has_start_task()) {
    return absl::FailedPreconditionError(absl::StrCat("job ", job_id, " does not start a task"));
  }
  if (!job->has_result() || !job->result().start_task().has_state()) return std::optional<Started>();
  return std::optional<Started>({job->start_task().params(), job->result().start_task().state()});
}

absl::Status CallStop(const JobEnvironment& environment, const pb::Job::TaskPluginParams& params,
                      const opaqueany::Any& state) {
  ASSIGN_OR_RETURN(Launcher launcher, Launcher::Open(environment, params));
  plugin::Arguments arguments;
  arguments.AddAny("state", state);
  google::protobuf::Empty response;
  return launcher.Call(Function::kStopTask, std::move(arguments), &response);
}

}  // namespace

absl::StatusOr<pb::Job::StartTaskResult> StartTask(const JobEnvironment& environment,
                                                   const pb::Job::StartTaskLaunchOp& op) {
  ASSIGN_OR_RETURN(Launcher launcher, Launcher::Open(environment, op.params()));
  sdk::Args::TaskLaunchInfo info;
  info.set_oci_url(op.info().oci_url());
  *info.mutable_environment_variables() = op.info().environment_variables();
  *info.mutable_arguments() = op.info().arguments();
  *info.mutable_entrypoint() = op.info().entrypoint();
  plugin::Arguments arguments;
  arguments.Add("", info);
  sdk::TaskLaunch::Resp response;
  RETURN_IF_ERROR(launcher.Call(Function::kStartTask, std::move(arguments), &response));
  pb::Job::StartTaskResult result;
  *result.mutable_state() = response.result();
  return result;
}

absl::StatusOr<pb::Job::WatchTaskResult> WatchTask(const JobEnvironment& environment, const pb::Job::WatchTaskOp& op) {
  pb::Job::WatchTaskResult result;
  ASSIGN_OR_RETURN(std::optional<Started> started, FindStarted(environment, op.start_job().id()));
  if (!started.has_value()) return result;
  ASSIGN_OR_RETURN(Launcher launcher, Launcher::Open(environment, started->params));
  plugin::Arguments arguments;
  arguments.AddAny("state", started->state);
  sdk::TaskWatch::Resp response;
  RETURN_IF_ERROR(launcher.Call(Function::kWatchTask, std::move(arguments), &response));
  result.set_exit_code(response.exit_code());
  return result;
}

absl::Status StopTask(const JobEnvironment& environment, const pb::Job::StopTaskLaunchOp& op) {
  if (op.has_direct()) return CallStop(environment, op.params(), op.direct());
  if (op.start_job_id().empty()) {
    return absl::FailedPreconditionError("neither the task's state nor the job that started it is given");
  }
  ASSIGN_OR_RETURN(std::optional<Started> started, FindStarted(environment, op.start_job_id()));
  if (!started.has_value()) return absl::OkStatus();
  return CallStop(environment, op.has_params() ? op.params() : started->params, started->state);
}

}  // namespace waypoint::core
