#include "builtin/process/platform.h"

#include <unistd.h>

#include "base/files.h"
#include "base/signals.h"
#include "base/status.h"
#include "builtin/process/front/front_client.h"
#include "builtin/process/probe.h"
#include "builtin/process/releaser.h"
#include "builtin/process/report.h"

namespace waypoint::builtin::process {
namespace {

namespace sdk = plugin::sdk;
using plugin::Function;

constexpr absl::Duration kStopTimeout = absl::Seconds(10);
constexpr absl::Duration kDrain = absl::Seconds(10);
constexpr int kRetries = 30;

// Beside this program, even when it was replaced by a newer one since it started.
absl::StatusOr<std::string> FindEntrypoint(const Options& options) {
  std::string path = options.entrypoint;
  if (path.empty()) {
    char self[4096];
    ssize_t n = ::readlink("/proc/self/exe", self, sizeof self);
    if (n <= 0) return absl::InternalError("cannot tell where this program is");
    path = JoinPath(FolderOf(absl::string_view(self, n)), "waypoint-entrypoint");
  }
  if (::access(path.c_str(), X_OK) == 0) return path;
  return absl::FailedPreconditionError(
      absl::StrCat(path, " is missing; it belongs beside the waypoint program: install both"));
}

// Where the front is that may use this deployment.
std::string FrontOf(const Options& options, const Deployments& deployments, const std::string& id,
                    const sdk::Args::JobInfo& job) {
  absl::StatusOr<pb::State> state = deployments.Read(id);
  return options.layout.Front(state.ok() ? state->owner() : OwnerOf(job));
}

// Nothing may be sent to a deployment that ends.
absl::Status Disconnect(const FrontClient& front, const std::string& id, plugin::StepGroup& steps) {
  absl::StatusOr<::process::FrontAnswer> shown = front.Show();
  if (!shown.ok()) return absl::OkStatus();  // no front runs
  if (shown->backend().deployment_id() == id) {
    plugin::Step step = steps.Add("Closing port ", shown->front().port());
    RETURN_IF_ERROR(front.Stop(kDrain));
    step.Done();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(int cut, front.Drain(id, kDrain));
  if (cut > 0) {
    plugin::Step step =
        steps.Add(cut, " connections did not end within ", absl::FormatDuration(kDrain), " and were cut");
    step.Status("warn");
    step.Done();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Platform::Validate() {
  RETURN_IF_ERROR(Spec().status());
  if (!config.health.has_value()) return absl::OkStatus();
  int ways = (config.health->http.empty() ? 0 : 1) + (config.health->tcp ? 1 : 0) + (config.health->disabled ? 1 : 0);
  if (ways > 1) return absl::InvalidArgumentError("health: give one of `http`, `tcp` and `disabled`");
  return absl::OkStatus();
}

absl::StatusOr<LaunchSpec> Platform::Spec() const {
  LaunchSpec spec;
  spec.command = config.command.words;
  spec.env = ToEnvironment(config.env);
  if (!config.stop_signal.empty()) spec.stop_signal = config.stop_signal;
  RETURN_IF_ERROR(Annotate(SignalNumber(spec.stop_signal).status(), "stop_signal"));
  ASSIGN_OR_RETURN(spec.stop_timeout, ParseDuration("stop_timeout", config.stop_timeout, kStopTimeout));
  if (!config.health.has_value()) return spec;
  const Health& health = *config.health;
  spec.check_health = !health.disabled;
  spec.health.http_path = health.http;
  ASSIGN_OR_RETURN(spec.health.interval, ParseDuration("health.interval", health.interval, spec.health.interval));
  ASSIGN_OR_RETURN(spec.health.timeout, ParseDuration("health.timeout", health.timeout, spec.health.timeout));
  if (spec.health.interval <= absl::ZeroDuration())
    return absl::InvalidArgumentError("health.interval: must be above 0");
  spec.health.retries = health.retries == 0 ? kRetries : static_cast<int>(health.retries);
  return spec;
}

absl::StatusOr<plugin::Outcome<pb::Deployment>> Platform::Deploy(plugin::Ui& ui, const sdk::Args::JobInfo& job,
                                                                 const sdk::Args::DeploymentConfig& entrypoint,
                                                                 const pb::Artifact& artifact, std::stop_token stop) {
  ASSIGN_OR_RETURN(LaunchSpec spec, Spec());
  spec.id = entrypoint.id();
  spec.owner = OwnerOf(job);
  spec.artifact = artifact;
  for (const std::string& entry : EntrypointEnvironment(entrypoint)) spec.env.push_back(entry);
  ASSIGN_OR_RETURN(spec.entrypoint, FindEntrypoint(options_));
  plugin::StepGroup steps = ui.Steps();
  plugin::Step step = steps.Add("Starting the app");
  absl::StatusOr<pb::Deployment> deployment = deployments_.Start(
      spec, [&step](absl::string_view text) { step.Update(text); }, stop);
  if (!deployment.ok()) {
    step.Status("error");
    return deployment.status();
  }
  step.Update("Process ", deployment->process().pid(), spec.check_health ? " is healthy" : " is running",
              " with PORT=", deployment->port());
  step.Done();
  plugin::Outcome<pb::Deployment> out;
  out.result = *deployment;
  DeclareResource("process", sdk::INSTANCE, *deployment, &out.declared);
  return out;
}

absl::StatusOr<sdk::Destroy::Resp> Platform::Destroy(plugin::Ui& ui, const sdk::Args::JobInfo& job,
                                                     const pb::Deployment& deployment) {
  plugin::StepGroup steps = ui.Steps();
  RETURN_IF_ERROR(
      Disconnect(FrontClient(FrontOf(options_, deployments_, deployment.id(), job)), deployment.id(), steps));
  plugin::Step step = steps.Add("Stopping process ", deployment.process().pid());
  RETURN_IF_ERROR(deployments_.Stop(deployment.id(), [&step](absl::string_view text) { step.Update(text); }));
  step.Update("Stopped process ", deployment.process().pid());
  step.Done();
  sdk::Destroy::Resp response;
  response.mutable_declared_resources();
  sdk::DestroyedResource* destroyed = response.mutable_destroyed_resources()->add_destroyed_resources();
  destroyed->set_name("process");
  destroyed->set_type("process");
  destroyed->set_platform("process");
  return response;
}

// Also what no record knows of: deployments that a killed runner left half done.
absl::Status Platform::DestroyWorkspace(plugin::Ui& ui, const sdk::Args::JobInfo& job) {
  const pb::State::Owner owner = OwnerOf(job);
  RETURN_IF_ERROR(FrontClient(options_.layout.Front(owner)).Stop(kDrain));
  RETURN_IF_ERROR(deployments_.StopAll(owner, [&ui](absl::string_view text) { ui.Line(text); }));
  return RemoveAll(options_.layout.FailedLog(owner));
}

absl::StatusOr<sdk::StatusReport> Platform::Status(plugin::Ui& ui, const pb::Deployment& deployment) {
  sdk::StatusReport::Health health = sdk::StatusReport::READY;
  std::string message = absl::StrCat("process ", deployment.process().pid(), " listens on port ", deployment.port());
  if (!deployments_.Read(deployment.id()).ok()) {
    health = sdk::StatusReport::MISSING;
    message = "the deployment is not on this machine any more";
  } else if (!IsAlive(FromProto(deployment.process()))) {
    health = sdk::StatusReport::DOWN;
    message = "the process has ended";
  } else if (!Probe({}, static_cast<uint16_t>(deployment.port())).ok()) {
    health = sdk::StatusReport::ALIVE;
    message =
        absl::StrCat("process ", deployment.process().pid(), " runs, but nothing listens on port ", deployment.port());
  }
  if (health != sdk::StatusReport::READY) ui.Warning(message);  // good news is in the report
  return ReportOne("process", absl::StrCat(deployment.process().pid()), sdk::INSTANCE, health, message, deployment);
}

plugin::NativeType PlatformType(const Options& options) {
  plugin::ConfigFields<Platform::Health> health;
  health.Optional("http", &Platform::Health::http, "Path that must answer a GET with a status from 200 to 399.")
      .Optional("tcp", &Platform::Health::tcp, "It is enough that the port accepts connections.", "true")
      .Optional("disabled", &Platform::Health::disabled, "For apps that do not listen: started is healthy.", "false")
      .Optional("interval", &Platform::Health::interval, "Time between two questions.", "1s")
      .Optional("timeout", &Platform::Health::timeout, "Time to wait for one answer.", "2s")
      .Optional("retries", &Platform::Health::retries, "How many intervals until the deployment has failed.", "30");
  plugin::ConfigFields<Platform::Config> fields;
  fields
      .Optional("command", &Platform::Config::command,
                "What to run, in a copy of the artifact: a list of words, or one string for the shell. Not needed when "
                "the artifact is one executable file.")
      .Optional("env", &Platform::Config::env, "Environment variables. PORT is set to the port to listen on.")
      .Optional("stop_signal", &Platform::Config::stop_signal, "Signal that asks the app to end.", "TERM")
      .Optional("stop_timeout", &Platform::Config::stop_timeout, "Time until it is killed.", "10s")
      .Block("health", &Platform::Config::health, health, "When the app counts as healthy.");
  plugin::NativeType type = plugin::NativeType::Of<Platform>(
      std::function<std::shared_ptr<Platform>()>([options] { return std::make_shared<Platform>(options); }));
  type.Config(&Platform::config, fields).Validate(&Platform::Validate);
  type.Docs({"Runs an artifact as a process of this machine, wrapped in waypoint-entrypoint.",
             "deploy {\n  use \"process\" {\n    command = [\"./server\"]\n    health {\n      http = \"/healthz\"\n"
             "    }\n  }\n}",
             "process.Artifact", "process.Deployment"});
  type.Add(Function::kDeploy, &Platform::Deploy);
  type.Add(Function::kDestroy, &Platform::Destroy);
  type.Add(Function::kDestroyWorkspace, &Platform::DestroyWorkspace);
  type.Add(Function::kStatus, &Platform::Status);
  type.DefaultReleaser<Platform>([options](Platform&) { return DefaultReleaserType(options).New(); });
  return type;
}

}  // namespace waypoint::builtin::process
