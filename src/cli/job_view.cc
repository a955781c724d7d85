#include "cli/job_view.h"

#include "absl/strings/str_cat.h"

namespace waypoint::cli {

void JobView::OnAssigned(const client::Place& place) {
  using Kind = client::Place::Kind;
  switch (place.kind) {
    case Kind::kLocal:
      ui_.Header("Performing operation locally");
      break;
    case Kind::kRemote:
      ui_.Info(absl::StrCat("Performing this operation on a remote runner with id \"", place.runner_id, "\""));
      break;
    case Kind::kOnDemand:
      ui_.Info(absl::StrCat("Performing operation on \"", place.plugin_type, "\" with runner profile \"",
                            place.profile_name, "\""));
      break;
    case Kind::kUnknown:
      break;
  }
}

// The runner says it in its output.
void JobView::OnDownload(const hashicorp::waypoint::Job::DataSource::Ref&) {}

void JobView::OnWaiting() {
  ui_.Header("Operation is queued and waits for a runner");
  ui_.Info("If you interrupt this command, the job would still run in the background when a runner takes it.");
}

void JobView::OnStuck() {
  ui_.Warning(
      "The operation has been queued for a minute without being assigned to a runner.\n"
      "Look at \"waypoint runner list\" for a runner that is online, and at \"waypoint runner profile list\" for the\n"
      "profile that on-demand runners are started with.");
}

void JobView::OnServerLost() {
  ui_.Warning(
      "The connection to the server is lost. Waiting for a minute at most for it to come back; the job goes on.");
}

void JobView::OnCanceling() { ui_.Info("Canceling the operation. Press Ctrl-C again to stop waiting for its end."); }

}  // namespace waypoint::cli
