#include "server/polling/poll_service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/common/projects.h"
#include "server/polling/poll_jobs.h"
#include "server/records/operations.h"

namespace waypoint::polling {

using server::Caller;
using server::Reply;

namespace {

absl::Status Unnamed(absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat("the reference to the ", what, " names none: give id or sequence"));
}

}  // namespace

PollService::PollService(jobs::Engine& engine, const jobs::JobQueue& queue, server::RecordIndexes indexes)
    : engine_(engine),
      queue_(queue),
      indexes_(indexes),
      sources_(engine, {"data sources", PolledSources,
                        [this](jobs::Step& step, const std::string& project) { return QueuePoll(step, project); }}),
      applications_(engine, {"applications", PolledApplications, [this](jobs::Step& step, const std::string& project) {
                               return QueueReports(step, project);
                             }}) {}

void PollService::Register(server::Table& table) {
  table.Unary("ExpediteStatusReport", server::Needs::kRunner, *this, &PollService::Expedite);
}

void PollService::Start() {
  sources_.Start();
  applications_.Start();
}

absl::Status PollService::QueuePoll(jobs::Step& step, const std::string& project) const {
  ASSIGN_OR_RETURN(const auto stored, server::FindProject(step.txn(), project));
  return queue_.Add(step, PollJob(*stored)).status();
}

absl::Status PollService::QueueReports(jobs::Step& step, const std::string& project) const {
  ASSIGN_OR_RETURN(const auto stored, server::FindProject(step.txn(), project));
  ASSIGN_OR_RETURN(std::vector<jobs::NewJob> reports, StatusJobs(step.txn(), indexes_, *stored));
  if (reports.empty()) return absl::OkStatus();
  return queue_.Add(step, std::move(reports)).status();
}

absl::StatusOr<jobs::NewJob> PollService::Expedited(const state::View& view,
                                                    const pb::ExpediteStatusReportRequest& request) const {
  const std::string workspace = request.workspace().workspace().empty() ? "default" : request.workspace().workspace();
  using Ref = pb::Ref::Operation;
  if (request.has_deployment()) {
    if (request.deployment().target_case() == Ref::TARGET_NOT_SET) return Unnamed("deployment");
    ASSIGN_OR_RETURN(const auto deployment,
                     server::FindOperation<pb::Deployment>(view, *indexes_.deployments, request.deployment()));
    ASSIGN_OR_RETURN(const auto project, server::FindProject(view, deployment->application().project()));
    return StatusJob(*project, workspace, *deployment);
  }
  if (request.has_release()) {
    if (request.release().target_case() == Ref::TARGET_NOT_SET) return Unnamed("release");
    ASSIGN_OR_RETURN(const auto release,
                     server::FindOperation<pb::Release>(view, *indexes_.releases, request.release()));
    ASSIGN_OR_RETURN(const auto project, server::FindProject(view, release->application().project()));
    return StatusJob(*project, workspace, *release);
  }
  return absl::FailedPreconditionError("the request has no target: give the deployment or the release to look at");
}

void PollService::Expedite(const Caller& caller, const pb::ExpediteStatusReportRequest& request,
                           Reply<pb::ExpediteStatusReportResponse> reply) {
  auto response = std::make_shared<pb::ExpediteStatusReportResponse>();
  auto add = [&](jobs::Step& step) -> absl::Status {
    ASSIGN_OR_RETURN(jobs::NewJob job, Expedited(step.txn(), request));
    job.queued_by = caller.identity.user_id;
    // Without the project, as 0.11 has it: the same name elsewhere replaces a report that still waits.
    job.job.set_singleton_id(absl::StrCat("status-report-ondemand/", job.job.application().application()));
    ASSIGN_OR_RETURN(const std::string id, queue_.Add(step, std::move(job)));
    response->set_job_id(id);
    return absl::OkStatus();
  };
  engine_.Update(add, [reply, response](absl::Status status) { status.ok() ? reply(*response) : reply(status); });
}

}  // namespace waypoint::polling
