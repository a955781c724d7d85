// The runner's presence on the server: the RunnerConfig stream, kept open and re-made for ever
// (jobs-and-runners.md 10.4, 11).
//
// Owns:    one thread, from Start until Stop or destruction.
// Threads: thread-safe. `on_config` runs on the thread, in order.
// Errors:  Start gives the error the server refuses us with. Unavailable is waited out, unless told to give up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "client/channel.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runner {

struct RegistrationOptions {
  const Clock& clock;
  absl::Duration give_up_after = absl::InfiniteDuration();  // without the server
};

class Registration {
 public:
  using OnConfig = std::function<void(const ::hashicorp::waypoint::RunnerConfig&)>;

  Registration(client::Channel& channel, ::hashicorp::waypoint::Runner self, RegistrationOptions options,
               OnConfig on_config);
  ~Registration();

  // Returns once registered and the first configuration is applied.
  absl::Status Start(std::stop_token stop);
  void Stop();

  // How often we registered so far; 0 before the first time.
  uint64_t epoch() const;
  // Why it ended for good; OK while it lasts.
  absl::Status ended() const;
  // Waits for a registration later than `seen`, at most `patience`. Cancelled when stopped, else why it is over.
  absl::Status AwaitLater(uint64_t seen, absl::Duration patience, std::stop_token stop);

 private:
  void Run(std::stop_token stop);
  absl::Status RunStream(std::stop_token stop);

  client::Channel& channel_;
  const ::hashicorp::waypoint::Runner self_;
  const RegistrationOptions options_;
  const OnConfig on_config_;

  mutable absl::Mutex mu_;
  uint64_t epoch_ ABSL_GUARDED_BY(mu_) = 0;
  bool over_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mu_);
  std::jthread thread_;
};

}  // namespace waypoint::runner
