// One pending time-out a job, and one timer of the clock for all of them.
//
// Owns:    the timer. Setting and clearing thousands of time-outs a second hardly ever touches the clock:
//          a timer that turns out too early looks again and sleeps on.
// Threads: the loop.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"

namespace waypoint::jobs {

class Deadlines {
 public:
  // `due` gets the keys whose time has come, each once; their deadlines are cleared before.
  Deadlines(Clock& clock, std::function<void(std::vector<std::string>)> due) : clock_(clock), due_(std::move(due)) {}
  ~Deadlines() { Disarm(); }
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  void Set(const std::string& key, std::optional<absl::Time> when);
  std::optional<absl::Time> Get(const std::string& key) const;

 private:
  void Arm();
  void Disarm();
  void OnTimer();

  Clock& clock_;
  const std::function<void(std::vector<std::string>)> due_;
  using Queue = std::multimap<absl::Time, std::string>;
  Queue by_time_;
  absl::flat_hash_map<absl::string_view, Queue::iterator> by_key_;  // the keys are those of by_time_
  std::optional<absl::Time> armed_for_;
  Clock::TimerId timer_ = 0;
};

}  // namespace waypoint::jobs
