// Calls under way, and what they are owed from time to time, inline keepalives above all: once when they are young,
// then each 5 s (server-and-state.md 3.4). A tick a second serves a fifth of them, so that ten thousand cost one timer.
//
// Threads: the loop.
#pragma once

#include <array>
#include <cstddef>

#include "absl/status/status.h"
#include "server/rpc/call.h"

namespace waypoint::server {

class OpenCalls {
 public:
  void Add(Call* call);
  void Remove(Call* call);
  void Tick();
  void FinishAll(const absl::Status& status);
  size_t size() const { return size_; }

 private:
  static constexpr int kPeriod = 5;
  static constexpr int kFresh = kPeriod;  // not served yet: a call that is refused at once gets none

  void Link(Call* call, int slot);
  void Unlink(Call* call);

  std::array<Call*, kPeriod + 1> heads_{};
  int now_ = 0;
  size_t size_ = 0;
};

}  // namespace waypoint::server
