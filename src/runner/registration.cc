#include "runner/registration.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/status.h"
#include "runner/pause.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(2);

}  // namespace

Registration::Registration(client::Channel& channel, pb::Runner self, RegistrationOptions options, OnConfig on_config)
    : channel_(channel), self_(std::move(self)), options_(options), on_config_(std::move(on_config)) {}

Registration::~Registration() { Stop(); }

absl::Status Registration::Start(std::stop_token stop) {
  thread_ = std::jthread([this](std::stop_token own) { Run(own); });
  absl::Status status = AwaitLater(0, absl::InfiniteDuration(), stop);
  if (!status.ok()) Stop();
  return status;
}

void Registration::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

uint64_t Registration::epoch() const {
  absl::MutexLock lock(&mu_);
  return epoch_;
}

absl::Status Registration::ended() const {
  absl::MutexLock lock(&mu_);
  return over_ ? end_ : absl::OkStatus();
}

absl::Status Registration::AwaitLater(uint64_t seen, absl::Duration patience, std::stop_token stop) {
  std::stop_callback wake(stop, [this] { absl::MutexLock lock(&mu_); });
  absl::MutexLock lock(&mu_);
  auto ready = [&]() ABSL_SHARED_LOCKS_REQUIRED(mu_) { return over_ || epoch_ > seen || stop.stop_requested(); };
  mu_.AwaitWithTimeout(absl::Condition(&ready), patience);
  if (stop.stop_requested()) return absl::CancelledError("the runner stops");
  if (epoch_ > seen) return absl::OkStatus();
  if (over_) return end_;
  return absl::DeadlineExceededError("the runner is not registered again yet");
}

absl::Status Registration::RunStream(std::stop_token stop) {
  client::CallOptions call;
  call.stop = stop;
  auto stream = channel_.Open("RunnerConfig", call);
  pb::RunnerConfigRequest open;
  *open.mutable_open()->mutable_runner() = self_;
  stream->Send(open);
  for (bool first = true;; first = false) {
    pb::RunnerConfigResponse response;
    absl::StatusOr<bool> got = stream->Receive(&response);
    if (!got.ok()) return got.status();
    if (!*got) return absl::OkStatus();
    on_config_(response.config());
    absl::MutexLock lock(&mu_);
    if (first) ++epoch_;
  }
}

void Registration::Run(std::stop_token stop) {
  absl::Duration pause = kFirstPause;
  absl::Time last_seen = options_.clock.Now();
  absl::Status end = absl::CancelledError("the runner stopped");
  while (!stop.stop_requested()) {
    const uint64_t before = epoch();
    absl::Status status = RunStream(stop);
    if (stop.stop_requested()) break;
    if (!absl::IsUnavailable(status)) {
      end = status.ok() ? absl::CancelledError("the server ended the runner's registration")
                        : Annotate(status, "the server refuses this runner");
      WAYPOINT_LOG(kError, "runner", "registration ended", {"error", end.ToString()});
      break;
    }
    if (epoch() != before) {  // it did work for a while
      pause = kFirstPause;
      last_seen = options_.clock.Now();
    }
    if (options_.clock.Now() - last_seen > options_.give_up_after) {
      end = Annotate(status, "the server did not come back");
      break;
    }
    WAYPOINT_LOG(kWarn, "runner", "server unavailable, registering again", {"error", status.ToString()});
    PauseFor(pause, stop);
    pause = std::min(pause * 2, kLongestPause);
  }
  absl::MutexLock lock(&mu_);
  over_ = true;
  end_ = end;
}

}  // namespace waypoint::runner
