#include "builtin/process/releaser.h"

#include "absl/strings/match.h"
#include "base/files.h"
#include "base/status.h"
#include "builtin/process/deployments.h"
#include "builtin/process/probe.h"
#include "builtin/process/report.h"

namespace waypoint::builtin::process {
namespace {

namespace sdk = plugin::sdk;
using plugin::Function;

constexpr absl::Duration kDrain = absl::Seconds(10);

std::string UrlOf(const std::string& address, uint16_t port) {
  bool any = address == "0.0.0.0" || address == "::";
  std::string host = any ? "localhost" : absl::StrContains(address, ":") ? absl::StrCat("[", address, "]") : address;
  return absl::StrCat("http://", host, ":", port);
}

absl::Status CheckTarget(const Deployments& deployments, const pb::Deployment& target) {
  absl::StatusOr<pb::State> state = deployments.Read(target.id());
  if (!state.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("deployment ", target.id(), " is not on this machine any more; deploy again"));
  }
  if (!IsAlive(FromProto(state->process()))) {
    return absl::FailedPreconditionError(absl::StrCat("the process of deployment ", target.id(),
                                                      " has ended; deploy again\nLast output of the app:\n",
                                                      deployments.Tail(target.id(), 20)));
  }
  return absl::OkStatus();
}

// The record comes back from the server: its folder is asked, and removed, only if it is a front's.
absl::StatusOr<FrontClient> FrontOf(const Layout& layout, const pb::Release& release) {
  if (layout.IsFront(release.folder())) return FrontClient(release.folder());
  return absl::FailedPreconditionError(absl::StrCat("the release's folder \"", release.folder(),
                                                    "\" is none of this user's, on this machine (", layout.root(),
                                                    "); do this where it was released"));
}

}  // namespace

absl::Status Releaser::Validate() {
  if (config.port > 65535) return absl::InvalidArgumentError("port: must be at most 65535");
  if (!config.protocol.empty() && config.protocol != "http" && config.protocol != "tcp") {
    return absl::InvalidArgumentError(
        absl::StrCat("protocol: \"", config.protocol, "\" is neither \"http\" nor \"tcp\""));
  }
  return absl::OkStatus();
}

// The port given, else the one it had before, else a free one that it then keeps.
absl::StatusOr<FrontClient> Releaser::OpenFront(const std::string& folder, uint16_t* port) {
  FrontOptions front;
  front.folder = folder;
  front.program = options_.front_program;
  if (!config.address.empty()) front.address = config.address;
  if (!config.protocol.empty()) front.protocol = config.protocol;
  front.port = config.port != 0 ? static_cast<uint16_t>(config.port) : FrontClient(folder).KnownPort();
  if (front.port != 0) {
    absl::StatusOr<FrontClient> client = FrontClient::Ensure(front);
    *port = front.port;
    bool choose_another = config.port == 0 && absl::IsAlreadyExists(client.status());
    if (!choose_another) return client;
  }
  ASSIGN_OR_RETURN(front.port, PickPort({}));
  *port = front.port;
  return FrontClient::Ensure(front);
}

absl::StatusOr<plugin::Outcome<pb::Release>> Releaser::Release(plugin::Ui& ui, const sdk::Args::JobInfo& job,
                                                               const pb::Deployment& target, std::stop_token stop) {
  RETURN_IF_ERROR(CheckTarget(Deployments(options_.layout), target));
  plugin::Outcome<pb::Release> out;
  out.result.set_deployment_id(target.id());
  plugin::StepGroup steps = ui.Steps();
  absl::Status listens = Probe({}, static_cast<uint16_t>(target.port()), stop);
  if (!listens.ok() && by_default_) {
    steps.Add("The app does not listen on its PORT; there is nothing to release").Done();
    return out;
  }
  if (!listens.ok()) {
    return absl::FailedPreconditionError(absl::StrCat("nothing listens on PORT=", target.port(), " of deployment ",
                                                      target.id(), ": ", listens.message(),
                                                      "; the app must listen there to be released"));
  }
  plugin::Step step = steps.Add("Sending requests to the new deployment");
  const std::string folder = options_.layout.Front(OwnerOf(job));
  uint16_t port = 0;
  ASSIGN_OR_RETURN(FrontClient front, OpenFront(folder, &port));
  ::process::Backend backend;
  backend.set_deployment_id(target.id());
  backend.set_host("127.0.0.1");
  backend.set_port(target.port());
  RETURN_IF_ERROR(Annotate(front.Switch(backend), "switch port ", port));
  out.result.set_port(port);
  out.result.set_folder(folder);
  out.result.set_url(UrlOf(config.address.empty() ? "127.0.0.1" : config.address, port));
  out.url = out.result.url();
  step.Update("Port ", port, " serves the new deployment");
  step.Done();
  DeclareResource("front", sdk::ROUTER, out.result, &out.declared);
  return out;
}

// Only the release that is live owns the front; an earlier one has nothing left.
absl::StatusOr<sdk::Destroy::Resp> Releaser::Destroy(plugin::Ui& ui, const pb::Release& release) {
  sdk::Destroy::Resp response;
  response.mutable_declared_resources();
  response.mutable_destroyed_resources();
  if (!PathExists(release.folder())) return response;  // it had no port, or the front is gone
  ASSIGN_OR_RETURN(FrontClient front, FrontOf(options_.layout, release));
  absl::StatusOr<::process::FrontAnswer> shown = front.Show();
  if (shown.ok() && shown->backend().deployment_id() != release.deployment_id()) return response;
  if (!shown.ok()) {  // the destroy of another release closed it, or it hangs: nothing to show either way
    RETURN_IF_ERROR(front.Stop(kDrain));
    return response;
  }
  plugin::StepGroup steps = ui.Steps();
  plugin::Step step = steps.Add("Closing port ", release.port());
  RETURN_IF_ERROR(front.Stop(kDrain));
  step.Update("Closed port ", release.port());
  step.Done();
  sdk::DestroyedResource* destroyed = response.mutable_destroyed_resources()->add_destroyed_resources();
  destroyed->set_name("front");
  destroyed->set_type("front");
  destroyed->set_platform("process");
  return response;
}

absl::Status Releaser::DestroyWorkspace(plugin::Ui& ui, const sdk::Args::JobInfo& job) {
  return FrontClient(options_.layout.Front(OwnerOf(job))).Stop(kDrain);
}

absl::StatusOr<sdk::StatusReport> Releaser::Status(plugin::Ui& ui, const pb::Release& release) {
  sdk::StatusReport::Health health = sdk::StatusReport::READY;
  std::string message = absl::StrCat("port ", release.port(), " serves deployment ", release.deployment_id());
  absl::StatusOr<FrontClient> front = FrontOf(options_.layout, release);
  absl::StatusOr<::process::FrontAnswer> shown = front.ok() ? front->Show() : front.status();
  if (!shown.ok()) {
    health = sdk::StatusReport::DOWN;
    message = absl::StrCat("no front runs for port ", release.port(), "; release again");
  } else if (shown->backend().deployment_id() != release.deployment_id()) {
    health = sdk::StatusReport::MISSING;
    message = absl::StrCat("port ", release.port(), " serves another deployment by now");
  } else if (!Probe({}, static_cast<uint16_t>(shown->backend().port())).ok()) {
    health = sdk::StatusReport::DOWN;
    message = absl::StrCat("port ", release.port(), " is open, but the deployment behind it does not answer");
  }
  if (health != sdk::StatusReport::READY) ui.Warning(message);
  return ReportOne("front", absl::StrCat(release.port()), sdk::ROUTER, health, message, release);
}

namespace {

plugin::NativeType TypeOf(const Options& options, bool by_default) {
  return plugin::NativeType::Of<Releaser>(std::function<std::shared_ptr<Releaser>()>(
      [options, by_default] { return std::make_shared<Releaser>(options, by_default); }));
}

}  // namespace

plugin::NativeType ReleaserType(const Options& options) {
  plugin::ConfigFields<Releaser::Config> fields;
  fields.Optional("port", &Releaser::Config::port, "The app's stable port.", "a free one, kept from then on")
      .Optional("address", &Releaser::Config::address,
                "Address to listen on; \"0.0.0.0\" is reachable from other machines.", "127.0.0.1")
      .Optional("protocol", &Releaser::Config::protocol,
                "\"http\" moves kept connections over between requests; \"tcp\" passes bytes.", "http");
  plugin::NativeType type = TypeOf(options, false);
  type.Config(&Releaser::config, fields).Validate(&Releaser::Validate);
  type.Docs({"Keeps one stable port for an app and sends its requests to the released deployment.",
             "release {\n  use \"process\" {\n    port = 8080\n  }\n}", "process.Deployment", "process.Release"});
  type.Add(Function::kRelease, &Releaser::Release);
  type.Add(Function::kDestroy, &Releaser::Destroy);
  type.Add(Function::kDestroyWorkspace, &Releaser::DestroyWorkspace);
  type.Add(Function::kStatus, &Releaser::Status);
  return type;
}

plugin::NativeType DefaultReleaserType(const Options& options) {
  plugin::NativeType type = TypeOf(options, true);
  type.Docs({"Gives an app without a release block a stable port.", "", "process.Deployment", "process.Release"});
  type.Add(Function::kRelease, &Releaser::Release);
  return type;
}

}  // namespace waypoint::builtin::process
