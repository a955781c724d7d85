#include "client/follow.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/status.h"
#include "waypoint/runner.pb.h"
#include "waypoint/transport.pb.h"

namespace waypoint::client {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::Duration kWaitingNotice = absl::Seconds(3);
constexpr absl::Duration kStuckNotice = absl::Seconds(60);
constexpr absl::Duration kLookupTimeout = absl::Seconds(5);
constexpr absl::Duration kCancelTimeout = absl::Seconds(2);
constexpr absl::Duration kServerReturn = absl::Minutes(1);
constexpr int kRestores = 3;

absl::Status FromRpcStatus(const google::rpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.code()), status.message());
}

// The two notices about a job that does not start. Every state event arms them anew.
class WaitingNotices {
 public:
  WaitingNotices(Clock& clock, FollowEvents& events, absl::Mutex& mu) : clock_(clock), events_(events), mu_(mu) {}
  ~WaitingNotices() { Disarm(); }

  void Arm(pb::Job::State state) {
    Disarm();
    if (state != pb::Job::QUEUED && state != pb::Job::WAITING) return;
    absl::MutexLock lock(&state_->mu);
    state_->armed = true;
    waiting_ = clock_.After(kWaitingNotice, Guarded([this] { events_.OnWaiting(); }));
    if (state == pb::Job::QUEUED) stuck_ = clock_.After(kStuckNotice, Guarded([this] { events_.OnStuck(); }));
  }

 private:
  // Outlives this object inside a callback that is already on its way.
  struct State {
    absl::Mutex mu;
    bool armed ABSL_GUARDED_BY(mu) = false;
  };

  std::function<void()> Guarded(std::function<void()> notice) {
    return [state = state_, mu = &mu_, notice = std::move(notice)] {
      absl::MutexLock lock(&state->mu);
      if (!state->armed) return;
      absl::MutexLock events_lock(mu);
      notice();
    };
  }
  void Disarm() {
    {
      absl::MutexLock lock(&state_->mu);
      state_->armed = false;
    }
    state_ = std::make_shared<State>();
    for (Clock::TimerId* timer : {&waiting_, &stuck_}) {
      if (*timer != 0) clock_.Cancel(*timer);
      *timer = 0;
    }
  }

  Clock& clock_;
  FollowEvents& events_;
  absl::Mutex& mu_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  Clock::TimerId waiting_ = 0;
  Clock::TimerId stuck_ = 0;
};

class Follower {
 public:
  Follower(Channel& channel, Clock& clock, const std::string& job_id, const FollowOptions& options,
           FollowEvents& events)
      : channel_(channel), job_id_(job_id), options_(options), events_(events), notices_(clock, events, mu_) {}

  absl::StatusOr<pb::Job::Result> Run() {
    std::optional<std::stop_callback<std::function<void()>>> on_interrupt, on_second;
    OpenStream();
    if (options_.cancel_on_interrupt) {
      on_interrupt.emplace(options_.interrupt, [this] { SendCancel(); });
      on_second.emplace(options_.second_interrupt, [this] { CancelStream(); });
    }
    absl::StatusOr<pb::Job::Result> result = Receive();
    for (int tries = 0; Broken(result.status()) && tries < kRestores; ++tries) {
      if (absl::Status status = Restore(); !status.ok()) {
        result = status;
        break;
      }
      result = Receive();
    }
    {
      absl::MutexLock lock(&mu_);
      events_.OnEnd(!result.ok());
    }
    const bool interrupted = options_.interrupt.stop_requested();
    if (!result.ok() && interrupted) return absl::CancelledError("operation canceled");
    return result;
  }

 private:
  // After a restart the connection still remembers the refusal of before: then it must be waited for.
  void OpenStream(bool wait_for_ready = false) {
    CallOptions call = options_.call;
    call.wait_for_ready = wait_for_ready;
    // Without cancelling, an interrupt just ends our watching; the job goes on.
    if (!options_.cancel_on_interrupt) call.stop = options_.interrupt;
    std::unique_ptr<Stream> stream = channel_.Open("GetJobStream", call);
    absl::MutexLock lock(&stream_mu_);
    stream_ = std::move(stream);
    reading_ = stream_.get();
  }

  void CancelStream() {
    absl::MutexLock lock(&stream_mu_);
    stream_->Cancel();
  }

  bool Broken(const absl::Status& status) const {
    return absl::IsUnavailable(status) && !complete_ && !options_.interrupt.stop_requested();
  }

  absl::Status Restore() {
    ASSIGN_OR_RETURN(const bool anew, options_.restore != nullptr ? options_.restore() : AwaitServer());
    if (anew) shown_ = 0;
    replays_ = shown_ > 0;
    skip_ = 0;
    OpenStream(/*wait_for_ready=*/true);
    return absl::OkStatus();
  }

  // Whether it is the one of before, its replay will tell.
  absl::StatusOr<bool> AwaitServer() {
    {
      absl::MutexLock lock(&mu_);
      events_.OnServerLost();
    }
    CallOptions call = options_.call;
    call.timeout = kServerReturn;
    call.wait_for_ready = true;
    call.stop = options_.interrupt;
    auto version = Invoke<pb::GetVersionInfoResponse>(channel_, "GetVersionInfo", google::protobuf::Empty(), call);
    if (version.ok()) return false;
    return Annotate(version.status(), absl::StrCat("the connection to the server was lost and could not be restored; "
                                                   "the job may still run, see `waypoint job inspect ",
                                                   job_id_, "`"));
  }

  absl::StatusOr<pb::Job::Result> Receive() {
    pb::GetJobStreamRequest request;
    request.set_job_id(job_id_);
    if (reading_->Send(request)) reading_->CloseSend();
    pb::GetJobStreamResponse event;
    ASSIGN_OR_RETURN(bool more, reading_->Receive(&event));
    if (!more || !event.has_open()) {
      return absl::AbortedError("the server did not open the job's stream as it should; is it a Waypoint server?");
    }
    while (true) {
      event.Clear();
      ASSIGN_OR_RETURN(more, reading_->Receive(&event));
      if (!more) return absl::AbortedError("the server ended the job's stream before the job was complete");
      if (event.has_complete()) {
        complete_ = true;  // from here on an error is the job's
        if (event.complete().has_error() && event.complete().error().code() != 0) {
          // What the server knows and the error of 0.11 has no room for.
          if (!ended_because_.empty()) return absl::AbortedError(ended_because_);
          return FromRpcStatus(event.complete().error());
        }
        return event.complete().result();
      }
      if (event.has_error()) return FromRpcStatus(event.error().error());
      Handle(event);
    }
  }

  void Handle(const pb::GetJobStreamResponse& event) {
    switch (event.event_case()) {
      case pb::GetJobStreamResponse::kState:
        notices_.Arm(event.state().current());
        NoteAssignment(event.state().job());
        break;
      case pb::GetJobStreamResponse::kJob:
        NoteAssignment(event.job().job());
        NoteEnd(event.job().job());
        break;
      case pb::GetJobStreamResponse::kTerminal: {
        absl::MutexLock lock(&mu_);
        for (const auto& item : event.terminal().events()) Show(item);
        break;
      }
      case pb::GetJobStreamResponse::kDownload: {
        absl::MutexLock lock(&mu_);
        if (std::exchange(downloaded_, true)) break;
        events_.OnDownload(event.download().data_source_ref());
        break;
      }
      default:
        break;
    }
  }

  // The server of before replays what it has, and what was shown already is skipped. One that began anew has only what
  // came since: its first event is another one.
  void Show(const pb::GetJobStreamResponse::Terminal::Event& item) {
    if (std::exchange(replays_, false)) {
      const bool same = item.SerializeAsString() == first_;
      skip_ = same ? shown_ : 0;
      if (!same) shown_ = 0;
    }
    if (skip_ > 0) {
      --skip_;
      return;
    }
    if (shown_++ == 0) first_ = item.SerializeAsString();
    events_.OnTerminal(item);
  }

  void NoteAssignment(const pb::Job& job) {
    if (assigned_ || !job.has_assigned_runner()) return;
    assigned_ = true;
    const Place place = LookUp(job.assigned_runner().id());
    absl::MutexLock lock(&mu_);
    events_.OnAssigned(place);
  }

  void NoteEnd(const pb::Job& job) {
    if (job.state() == pb::Job::ERROR) ended_because_ = job.blocked().message();
  }

  // Failing look-ups only cost the line that says where.
  Place LookUp(const std::string& runner_id) {
    Place place;
    place.runner_id = runner_id;
    if (runner_id == options_.local_runner_id) {
      place.kind = Place::Kind::kLocal;
      return place;
    }
    CallOptions call = options_.call;
    call.timeout = kLookupTimeout;
    pb::GetRunnerRequest request;
    request.set_runner_id(runner_id);
    absl::StatusOr<pb::Runner> runner = Invoke<pb::Runner>(channel_, "GetRunner", request, call);
    if (!runner.ok()) return place;
    if (runner->has_local()) {
      place.kind = Place::Kind::kLocal;
    } else if (runner->has_odr() || runner->deprecated_is_odr()) {
      place.kind = Place::Kind::kOnDemand;
      LookUpProfile(runner->odr().profile_id(), place);
    } else {
      place.kind = Place::Kind::kRemote;
    }
    return place;
  }

  void LookUpProfile(const std::string& profile_id, Place& place) {
    if (profile_id.empty()) return;
    CallOptions call = options_.call;
    call.timeout = kLookupTimeout;
    pb::GetOnDemandRunnerConfigRequest request;
    request.mutable_config()->set_id(profile_id);
    auto found = Invoke<pb::GetOnDemandRunnerConfigResponse>(channel_, "GetOnDemandRunnerConfig", request, call);
    if (!found.ok()) return;
    place.plugin_type = found->config().plugin_type();
    place.profile_name = found->config().name();
  }

  // On the interrupting thread, so that a blocked Receive() hears of the end by itself.
  void SendCancel() {
    {
      absl::MutexLock lock(&mu_);
      events_.OnCanceling();
    }
    CallOptions call = options_.call;
    call.timeout = kCancelTimeout;
    call.stop = options_.second_interrupt;
    pb::CancelJobRequest request;
    request.set_job_id(job_id_);
    google::protobuf::Empty empty;
    if (absl::Status status = channel_.Call("CancelJob", request, &empty, call); !status.ok()) CancelStream();
  }

  Channel& channel_;
  const std::string& job_id_;
  const FollowOptions& options_;
  FollowEvents& events_;
  absl::Mutex mu_;  // one event at a time
  WaitingNotices notices_;
  absl::Mutex stream_mu_;  // the pointer: an interrupt cancels from its own thread
  std::unique_ptr<Stream> stream_ ABSL_GUARDED_BY(stream_mu_);
  Stream* reading_ = nullptr;  // the same, for the thread that opens and reads it
  bool assigned_ = false;
  bool complete_ = false;
  std::string ended_because_;  // by the server, not by the runner
  bool downloaded_ = false;
  size_t shown_ = 0;      // terminal events of this server
  std::string first_;     // of them
  bool replays_ = false;  // the next event is the first of a replay
  size_t skip_ = 0;       // of a replay
};

}  // namespace

absl::StatusOr<pb::Job::Result> FollowJob(Channel& channel, Clock& clock, const std::string& job_id,
                                          const FollowOptions& options, FollowEvents& events) {
  return Follower(channel, clock, job_id, options, events).Run();
}

}  // namespace waypoint::client
