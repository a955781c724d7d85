#include "client/channel/keepalives.h"

#include <utility>

namespace waypoint::client {
namespace {

constexpr absl::Duration kPeriod = absl::Seconds(5);

// Their descriptors are not linked here, for the entrypoint's sake; a test compares this list with them.
constexpr absl::string_view kClientStreams[] = {"StartExecStream", "RestoreSnapshot",     "RunnerConfig",
                                                "RunnerJobStream", "EntrypointLogStream", "EntrypointExecStream"};

}  // namespace

bool ClientStreams(absl::string_view method) {
  for (absl::string_view name : kClientStreams) {
    if (name == method) return true;
  }
  return false;
}

void Keepalives::Watch(const std::shared_ptr<StreamCall>& call) {
  RealClock* clock;
  bool known;
  {
    absl::MutexLock lock(&mu_);
    if (clock_ == nullptr) clock_ = std::make_unique<RealClock>();
    clock = clock_.get();
    known = known_;
  }
  // A server that wants them goes on wanting them: a runner that opens a stream for each job asks once.
  if (known) return Schedule(clock, call);
  ask_([self = shared_from_this(), clock, weak = std::weak_ptr<StreamCall>(call)](bool wanted) {
    if (!wanted) return;
    {
      absl::MutexLock lock(&self->mu_);
      self->known_ = true;
    }
    if (std::shared_ptr<StreamCall> call = weak.lock(); call != nullptr && call->SendKeepalive()) {
      Schedule(clock, weak);
    }
  });
}

void Keepalives::Schedule(RealClock* clock, std::weak_ptr<StreamCall> weak) {
  // Runs on the clock's own thread, so the clock is alive.
  clock->After(kPeriod, [clock, weak] {
    std::shared_ptr<StreamCall> call = weak.lock();
    if (call != nullptr && call->SendKeepalive()) Schedule(clock, weak);
  });
}

}  // namespace waypoint::client
