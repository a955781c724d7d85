// Sends inline keepalives on streams of one channel while a server wants them (server-and-state.md 3.4).
//
// Owns:    a timer thread, from the first stream on.
// Threads: thread-safe. Asking the server is asynchronous; a stream never waits for it.
#pragma once

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/real_clock.h"
#include "client/channel/grpc_stream.h"

namespace waypoint::client {

// Streams on which the client sends more than once.
bool ClientStreams(absl::string_view method);

class Keepalives : public std::enable_shared_from_this<Keepalives> {
 public:
  using Answer = std::function<void(bool wanted)>;
  using Ask = std::function<void(Answer)>;
  explicit Keepalives(Ask ask) : ask_(std::move(ask)) {}

  void Watch(const std::shared_ptr<StreamCall>& call);

 private:
  static void Schedule(RealClock* clock, std::weak_ptr<StreamCall> call);

  const Ask ask_;
  absl::Mutex mu_;
  bool known_ ABSL_GUARDED_BY(mu_) = false;
  std::unique_ptr<RealClock> clock_ ABSL_GUARDED_BY(mu_);
};

}  // namespace waypoint::client
