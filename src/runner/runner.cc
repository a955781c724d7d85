#include "runner/runner.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "runner/adoption.h"
#include "runner/identity.h"
#include "runner/job_terminal.h"
#include "runner/pause.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::Duration kBackOff = absl::Seconds(2);
constexpr absl::Duration kAfterDenial = absl::Seconds(5);

// Cancels the wait for a job when an on-demand runner has waited long enough.
class AcceptLimit {
 public:
  AcceptLimit(Clock& clock, absl::Duration limit, std::stop_token outer)
      : clock_(clock), forward_(outer, [this] { source_.request_stop(); }) {
    if (limit < absl::InfiniteDuration()) {
      timer_ = clock_.After(limit, [source = source_]() mutable { source.request_stop(); });
    }
  }
  ~AcceptLimit() {
    if (timer_ != 0) clock_.Cancel(timer_);
  }
  std::stop_token token() const { return source_.get_token(); }

 private:
  Clock& clock_;
  std::stop_source source_;
  std::stop_callback<std::function<void()>> forward_;
  Clock::TimerId timer_ = 0;
};

}  // namespace

Runner::Runner(client::Channel& channel, Clock& clock, IdSource& ids, RunnerOptions options, ExecuteJob execute)
    : outer_channel_(channel),
      clock_(clock),
      ids_(ids),
      options_(std::move(options)),
      execute_(std::move(execute)),
      configuration_(clock, {options_.working_folder, options_.dynamic_config, options_.sourcers}) {}

Runner::~Runner() { Stop(/*cancel=*/true); }

pb::Runner Runner::Describe() const {
  pb::Runner self;
  self.set_id(id_);
  self.set_by_id_only(options_.by_id_only);
  self.mutable_labels()->insert(options_.labels.begin(), options_.labels.end());
  switch (options_.kind) {
    case RunnerOptions::Kind::kLocal:
      self.mutable_local();
      break;
    case RunnerOptions::Kind::kRemote:
      self.mutable_remote();
      break;
    case RunnerOptions::Kind::kOnDemand:
      self.mutable_odr()->set_profile_id(options_.profile_id);
      break;
  }
  return self;
}

JobStreamOptions Runner::StreamOptions() const {
  JobStreamOptions stream;
  stream.runner_id = id_;
  stream.heartbeat = options_.heartbeat;
  return stream;
}

// Identity, sign of life, adoption: what comes before the server knows us.
absl::Status Runner::Prepare(std::stop_token stop) {
  ASSIGN_OR_RETURN(id_, ChooseId(options_.id, options_.state_dir, ids_));
  ASSIGN_OR_RETURN(std::string kept, KeptToken(options_.state_dir));
  if (!options_.liveness_address.empty()) {
    ASSIGN_OR_RETURN(liveness_, Liveness::Start(options_.liveness_address));
  }
  const bool seek = !kept.empty() || !options_.cookie.empty();
  channel_ = std::make_unique<TokenChannel>(outer_channel_, kept.empty() ? options_.token : kept, options_.cookie);
  job_channel_ = std::make_unique<PatientChannel>(*channel_, clock_, options_.patience);
  if (!seek) return absl::OkStatus();
  return SeekAdoption(*channel_, Describe(), {.state_dir = options_.state_dir}, stop);
}

absl::Status Runner::Start(std::stop_token stop) {
  RETURN_IF_ERROR(Prepare(stop));
  registration_ =
      std::make_unique<Registration>(*channel_, Describe(), RegistrationOptions{clock_, options_.give_up_after},
                                     [this](const pb::RunnerConfig& config) { configuration_.Update(config); });
  RETURN_IF_ERROR(registration_->Start(stop));
  WAYPOINT_LOG(kInfo, "runner", "registered", {"id", id_});
  const int loops = options_.kind == RunnerOptions::Kind::kOnDemand ? 1 : std::max(options_.concurrency, 1);
  absl::MutexLock lock(&mu_);
  loops_left_ = loops;
  for (int i = 0; i < loops; ++i) loops_.emplace_back([this](std::stop_token own) { Loop(own); });
  return absl::OkStatus();
}

void Runner::Stop(bool cancel) {
  for (std::jthread& loop : loops_) loop.request_stop();
  if (cancel) {
    absl::MutexLock lock(&mu_);
    for (JobStream* stream : running_) stream->RequestStop();
  }
  loops_.clear();  // joins
  if (registration_ != nullptr) registration_->Stop();
}

absl::Status Runner::Wait(std::stop_token stop) {
  std::stop_callback wake(stop, [this] { absl::MutexLock lock(&mu_); });
  absl::MutexLock lock(&mu_);
  auto done = [&]() ABSL_SHARED_LOCKS_REQUIRED(mu_) { return loops_left_ == 0 || stop.stop_requested(); };
  mu_.Await(absl::Condition(&done));
  return end_;
}

void Runner::Loop(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const Next next = AcceptAndRun(stop);
    if (next == Next::kEnd) break;
    if (next == Next::kBackOff) PauseFor(kBackOff, stop);
  }
  absl::MutexLock lock(&mu_);
  --loops_left_;
}

Runner::Next Runner::After(const absl::Status& status) const {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return Next::kContinue;
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return Next::kEnd;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnimplemented:
      return Next::kBackOff;
    default:
      return Next::kContinue;
  }
}

Runner::Next Runner::AcceptAndRun(std::stop_token stop) {
  const bool once = options_.kind == RunnerOptions::Kind::kOnDemand;
  AcceptLimit limit(clock_, once ? options_.on_demand_accept_timeout : absl::InfiniteDuration(), stop);
  absl::StatusOr<std::unique_ptr<JobStream>> stream =
      JobStream::Accept(*channel_, *registration_, clock_, StreamOptions(), limit.token());
  absl::Status status = stream.ok() ? absl::OkStatus() : stream.status();
  if (stream.ok()) {
    if (stop.stop_requested()) return Next::kEnd;  // unacknowledged: the server gives it to another runner
    status = RunJob(**stream, stop);
    if (once && status.ok()) return Next::kEnd;
  }
  const absl::Status registration = registration_->ended();
  if (!registration.ok()) status = registration;
  const Next next = registration.ok() ? After(status) : Next::kEnd;
  if (!status.ok() && !stop.stop_requested()) {
    WAYPOINT_LOG(kWarn, "runner", "no job", {"error", status.ToString()});
  }
  if (next == Next::kEnd && !stop.stop_requested()) {
    if (absl::IsPermissionDenied(status)) PauseFor(kAfterDenial, stop);
    absl::MutexLock lock(&mu_);
    end_ = status;
  }
  return next;
}

absl::Status Runner::RunJob(JobStream& stream, std::stop_token stop) {
  RETURN_IF_ERROR(stream.Ack(stop));
  {
    absl::MutexLock lock(&mu_);
    running_.push_back(&stream);
  }
  JobTerminal terminal(stream, options_.mirror);
  JobRun run;
  run.assignment = &stream.assignment();
  run.terminal = &terminal;
  run.channel = job_channel_.get();
  run.stop = stream.stop();
  run.reports = ReportsTo(stream);
  absl::StatusOr<pb::Job::Result> result = execute_(run);
  WAYPOINT_LOG(kInfo, "runner", "job ended", {"job", stream.job().id()}, {"status", result.status().ToString()});
  absl::Status reported = stream.Finish(result);
  absl::MutexLock lock(&mu_);
  running_.erase(std::find(running_.begin(), running_.end(), &stream));
  return reported;
}

}  // namespace waypoint::runner
