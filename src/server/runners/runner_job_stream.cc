#include "server/runners/runner_job_stream.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/common/workspaces.h"
#include "server/jobs/machine.h"
#include "server/runners/registration.h"

namespace waypoint::runners {
namespace {

namespace event = jobs::event;

absl::Duration SilenceOf(const pb::RunnerJobStreamRequest::Request& request) {
  constexpr uint32_t kShortest = 10;  // two heartbeats of a runner
  if (request.heartbeat_timeout_seconds() == 0) return jobs::kHeartbeatTimeout;
  absl::Duration wanted = absl::Seconds(std::max(request.heartbeat_timeout_seconds(), kShortest));
  return std::min(wanted, jobs::kHeartbeatTimeout);
}

}  // namespace

void RunnerJobStream::OnMessage(Request message) {
  switch (phase_) {
    case Phase::kStart:
      if (message.has_request()) return Start(message.request());
      return End(absl::FailedPreconditionError("the first message must be a request"));
    case Phase::kAsking:
      early_.push_back(std::move(message));
      return;
    case Phase::kUnacked:
      return OnAnswer(message);
    case Phase::kRunning:
      return OnReport(message);
    case Phase::kOver:
      return;
  }
}

void RunnerJobStream::Start(const Request::Request& request) {
  runner_id_ = request.runner_id();
  auto check = [&](const state::View& view) -> absl::Status {
    auto runner = view.Get<pb::Runner>(runner_id_);
    if (runner == nullptr) {
      return absl::NotFoundError(absl::StrCat("runner ", runner_id_, " is not registered; open RunnerConfig first"));
    }
    if (!MayWork(*runner)) {
      return absl::FailedPreconditionError(absl::StrCat("runner ", runner_id_, " is not adopted"));
    }
    if (absl::Status allowed = CheckToken(identity_, *runner); !allowed.ok()) return allowed;
    phase_ = Phase::kAsking;
    worker_ = engine_.Join(this, jobs::ViewOf(*runner), SilenceOf(request));
    request.reattach_job_id().empty() ? engine_.AwaitReattach(view, runner_id_)
                                      : Reattach(view, request.reattach_job_id());
    return absl::OkStatus();
  };
  if (absl::Status checked = engine_.store().Peek(check); !checked.ok()) return End(std::move(checked));
  if (phase_ == Phase::kAsking) engine_.Ask(worker_);
}

void RunnerJobStream::Reattach(const state::View& view, const std::string& job_id) {
  auto job = engine_.index().Known(job_id) ? view.Get<pb::Job>(job_id) : nullptr;
  if (job == nullptr || job->assigned_runner().id() != runner_id_) {
    return End(absl::InvalidArgumentError(absl::StrCat("job ", job_id, " is not assigned to runner ", runner_id_)));
  }
  bool live = job->state() == pb::Job::WAITING || job->state() == pb::Job::RUNNING;
  jobs::Lease lease = live ? engine_.TakeOver(worker_, job_id) : 0;
  reattached_ = true;
  ack_counts_ = job->state() == pb::Job::WAITING;
  if (!live) cancelled_ = *job;
  Assigned(*job, lease, engine_.SourcesFor(view, *job));
}

void RunnerJobStream::Assigned(const pb::Job& job, uint64_t lease, const std::vector<pb::ConfigSource>& sources) {
  if (phase_ != Phase::kAsking) return;
  phase_ = Phase::kUnacked;
  job_id_ = job.id();
  lease_ = lease;
  if (job.has_cancel_time()) cancelled_ = job;
  Response response;
  pb::RunnerJobStreamResponse::JobAssignment& assignment = *response.mutable_assignment();
  for (const pb::ConfigSource& source : sources) *assignment.add_config_sources() = source;
  // Lent for the sending: a job can be large, and a copy costs more than all the rest.
  assignment.unsafe_arena_set_allocated_job(const_cast<pb::Job*>(&job));
  out_.Send(response);
  (void)assignment.unsafe_arena_release_job();
  if (!early_.empty()) out_.Wake();
}

std::optional<RunnerJobStream::Response> RunnerJobStream::Next() {
  TakeEarly();
  return std::nullopt;
}

void RunnerJobStream::TakeEarly() {
  if (phase_ == Phase::kAsking || early_.empty()) return;
  for (Request& message : std::exchange(early_, {})) OnMessage(std::move(message));
}

void RunnerJobStream::OnAnswer(const Request& message) {
  if (message.has_ack()) return OnAck();
  if (message.has_error()) return Refuse(absl::OkStatus());
  Refuse(absl::FailedPreconditionError("after an assignment, an ack or an error must follow"));
}

void RunnerJobStream::OnAck() {
  phase_ = Phase::kRunning;
  if (ack_counts_) {
    engine_.Apply(job_id_, event::Ack{lease_}, [this, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
      if (!alive.expired() && !status.ok()) End(std::move(status));
    });
    if (!engine_.Holds(job_id_, lease_)) return;  // refused
  }
  if (cancelled_) SendCancel(*cancelled_);
}

void RunnerJobStream::Refuse(absl::Status why) {
  phase_ = Phase::kOver;
  jobs::JobEvent nack = event::Nack{lease_};
  if (reattached_) nack = event::Cancel{true};
  engine_.Apply(job_id_, nack, [this, why, alive = std::weak_ptr<bool>(alive_)](absl::Status) {
    if (!alive.expired()) out_.Finish(why);
  });
}

void RunnerJobStream::OnReport(const Request& message) {
  switch (message.event_case()) {
    case Request::kHeartbeat:
      return engine_.Heartbeat(job_id_, lease_);
    case Request::kTerminal: {
      const auto& events = message.terminal().events();
      return engine_.Print(job_id_, lease_, {events.begin(), events.end()});
    }
    case Request::kDownload:
      return OnDownload(message.download());
    case Request::kConfigLoad:
      return Store([&](jobs::Step& step) {
        return step.Edit(job_id_, [&](pb::Job& job) {
          job.clear_config();
          if (message.config_load().has_config()) *job.mutable_config() = message.config_load().config();
        });
      });
    case Request::kVariableValuesSet:
      return Store([&](jobs::Step& step) {
        return step.Edit(job_id_, [&](pb::Job& job) {
          *job.mutable_variable_final_values() = message.variable_values_set().final_values();
        });
      });
    case Request::kComplete:
      return Report(event::Complete{lease_, message.complete().result()});
    case Request::kError:
      return Report(event::Fail{lease_, message.error().error()});
    default:
      return;  // a repeated request or ack, or something newer: ignored
  }
}

// Without a ref it takes back what was said before, of the job and of the project.
void RunnerJobStream::OnDownload(const pb::GetJobStreamResponse::Download& download) {
  Store([&](jobs::Step& step) -> absl::Status {
    absl::Status edited = step.Edit(job_id_, [&](pb::Job& job) {
      job.clear_data_source_ref();
      if (download.has_data_source_ref()) *job.mutable_data_source_ref() = download.data_source_ref();
    });
    if (!edited.ok()) return edited;
    auto job = step.Get(job_id_);
    if (!job.ok()) return job.status();
    pb::Ref::Project project;
    project.set_project((*job)->application().project());
    server::NoteDataSourceRef(step.txn(), (*job)->workspace(), project, download.data_source_ref());
    return absl::OkStatus();
  });
}

// Nothing is answered to the runner unless it fails.
void RunnerJobStream::Store(absl::FunctionRef<absl::Status(jobs::Step&)> change) {
  auto guarded = [&](jobs::Step& step) {
    if (engine_.Holds(job_id_, lease_)) return change(step);
    return absl::FailedPreconditionError(absl::StrCat("job ", job_id_, " is not this stream's any more"));
  };
  engine_.Update(guarded, [this, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (!alive.expired() && !status.ok()) End(std::move(status));
  });
}

void RunnerJobStream::Report(jobs::JobEvent event) {
  phase_ = Phase::kOver;
  engine_.Apply(job_id_, event, [this, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (!alive.expired()) out_.Finish(std::move(status));
  });
}

void RunnerJobStream::Cancelled(const pb::Job& job) {
  cancelled_ = job;
  if (phase_ == Phase::kRunning) SendCancel(job);
}

void RunnerJobStream::SendCancel(const pb::Job& job) {
  bool over = jobs::IsTerminal(job.state());
  Response response;
  response.mutable_cancel()->set_force(job.state() == pb::Job::ERROR);
  out_.Send(response);
  if (over) End(absl::OkStatus());
}

void RunnerJobStream::OnHalfClose() {
  TakeEarly();
  switch (phase_) {
    case Phase::kStart:
      return End(absl::InternalError("the stream was closed before the first message"));
    case Phase::kAsking:
      return End(absl::InternalError("the stream was closed before an assignment"));
    case Phase::kUnacked:
      return Refuse(absl::InternalError("the stream was closed before the assignment was acknowledged"));
    case Phase::kRunning:
      return End(absl::OkStatus());  // the job stays RUNNING; only silence ends it
    case Phase::kOver:
      return;
  }
}

void RunnerJobStream::End(absl::Status status) {
  phase_ = Phase::kOver;
  Leave();
  out_.Finish(std::move(status));
}

void RunnerJobStream::Leave() {
  if (worker_ != 0) engine_.Leave(std::exchange(worker_, 0));
}

}  // namespace waypoint::runners
