#include "server/jobs/job_service.h"

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "errors/details.h"
#include "server/jobs/job_filter.h"
#include "server/jobs/job_rules.h"

namespace waypoint::jobs {
namespace {

using server::Caller;
using server::Needs;
using server::Reply;

// Jobs looked at in one turn of the loop: about a millisecond where they come from disk.
constexpr size_t kListSlice = 200;

// 0.11 lets a label that the runner lacks pass here, unlike in assignment.
bool Conflicts(const Labels& wanted, const pb::Runner& runner) {
  for (const auto& [key, value] : wanted) {
    auto it = runner.labels().find(key);
    if (it != runner.labels().end() && it->second != value) return true;
  }
  return false;
}

bool CouldRun(const pb::Ref::Runner& target, const pb::Runner& runner) {
  if (target.has_id()) return absl::EqualsIgnoreCase(target.id().id(), runner.id());
  if (target.has_labels()) return !Conflicts(LabelsOf(target), runner);
  return !runner.by_id_only();
}

bool SomebodyCouldRun(const state::View& view, const pb::Ref::Runner& target) {
  bool found = false;
  view.ForEach<pb::Runner>("", [&](const std::string&, const pb::Runner& runner) {
    found = CouldRun(target, runner);
    return !found;
  });
  return found;
}

}  // namespace

// One answer that is being put together.
struct JobService::Listing {
  JobLister lister;
  Reply<pb::ListJobsResponse> reply;
  // Each reason looks at the whole fleet: in a long list only the first ones are told.
  int reasons_left = 200;
};

void JobService::Register(server::Table& table) {
  table.Unary("QueueJob", Needs::kRunner, *this, &JobService::Queue);
  table.Unary("CancelJob", Needs::kRunner, *this, &JobService::Cancel);
  table.Unary("GetJob", Needs::kRunner, *this, &JobService::Get);
  table.Unary("ListJobs", Needs::kRunner, *this, &JobService::List);
  table.Unary("ValidateJob", Needs::kRunner, *this, &JobService::Validate);
}

void JobService::Queue(const Caller& caller, const pb::QueueJobRequest& request, Reply<pb::QueueJobResponse> reply) {
  if (!request.has_job()) {
    reply(absl::FailedPreconditionError("job is required"));
    return;
  }
  auto response = std::make_shared<pb::QueueJobResponse>();
  auto add = [&](Step& step) -> absl::Status {
    ASSIGN_OR_RETURN(std::string id, queue_.Add(step, {request.job(), request.expires_in(), caller.identity.user_id}));
    response->set_job_id(id);
    return absl::OkStatus();
  };
  if (!request.job().id().empty()) {
    reply(CheckJob(request.job()));  // only callers inside the server choose ids
    return;
  }
  engine_.Update(add, [reply, response](absl::Status status) { status.ok() ? reply(*response) : reply(status); });
}

void JobService::Cancel(const Caller& caller, const pb::CancelJobRequest& request,
                        Reply<google::protobuf::Empty> reply) {
  engine_.Apply(request.job_id(), event::Cancel{request.force()}, [reply, id = request.job_id()](absl::Status status) {
    if (status.ok()) return reply(google::protobuf::Empty());
    reply(absl::IsNotFound(status) ? WithDetail(std::move(status), "job_id", id) : std::move(status));
  });
}

void JobService::Get(const Caller& caller, const pb::GetJobRequest& request, Reply<pb::Job> reply) {
  auto response = std::make_shared<pb::Job>();
  auto look = [&](const state::View& view) -> absl::Status {
    auto job = engine_.index().Known(request.job_id()) ? view.Get<pb::Job>(request.job_id()) : nullptr;
    if (job == nullptr) return absl::NotFoundError(absl::StrCat("there is no job with id ", request.job_id()));
    *response = *job;
    if (auto blocked = engine_.Explain(view, *job)) *response->mutable_blocked() = *std::move(blocked);
    return absl::OkStatus();
  };
  engine_.store().Look(look,
                       [reply, response](absl::Status status) { status.ok() ? reply(*response) : reply(status); });
}

void JobService::List(const Caller& caller, const pb::ListJobsRequest& request, Reply<pb::ListJobsResponse> reply) {
  absl::StatusOr<JobLister> lister = JobLister::Of(request);
  if (!lister.ok()) return reply(lister.status());
  auto list = std::make_shared<Listing>(Listing{*std::move(lister), std::move(reply)});
  ListOn(std::move(list));
}

void JobService::ListOn(std::shared_ptr<Listing> list) {
  auto whole = std::make_shared<bool>(false);
  auto look = [&](const state::View& view) {
    auto explain = [&](pb::Job& job) {
      if (jobs::IsTerminal(job.state()) || job.state() == pb::Job::RUNNING || list->reasons_left-- <= 0) return;
      if (auto blocked = engine_.Explain(view, job)) *job.mutable_blocked() = *std::move(blocked);
    };
    *whole = list->lister.Walk(view, engine_.index(), explain, kListSlice);
    return absl::OkStatus();
  };
  // The answer of a look is posted: whatever came in the meantime has its turn before the next slice.
  engine_.store().Look(look, [this, list, whole](absl::Status status) {
    if (!status.ok()) return list->reply(std::move(status));
    *whole ? list->reply(list->lister.Finish()) : ListOn(list);
  });
}

void JobService::Validate(const Caller& caller, const pb::ValidateJobRequest& request,
                          Reply<pb::ValidateJobResponse> reply) {
  auto response = std::make_shared<pb::ValidateJobResponse>();
  absl::Status checked = request.has_job() ? CheckJob(request.job()) : absl::FailedPreconditionError("job is required");
  if (!checked.ok()) {
    response->mutable_validation_error()->set_code(static_cast<int>(absl::StatusCode::kFailedPrecondition));
    response->mutable_validation_error()->set_message(std::string(checked.message()));
    reply(*response);
    return;
  }
  auto look = [&](const state::View& view) {
    response->set_valid(true);
    response->set_assignable(SomebodyCouldRun(view, request.job().target_runner()));
    return absl::OkStatus();
  };
  engine_.store().Look(look,
                       [reply, response](absl::Status status) { status.ok() ? reply(*response) : reply(status); });
}

}  // namespace waypoint::jobs
