// Deletes records that are too many or too old, a few with each transaction, so that nobody waits for it
// (server-and-state.md 5.3).
//
// Owns:    one timer.
// Threads: the loop.
// Errors:  a deletion that fails is tried again with the next round.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "state/store.h"

namespace waypoint::server {

// Of one kind of records.
struct RetentionLimit {
  uint64_t keep = 10'000;  // 0: any number
  absl::Duration age;      // by the time in the id; zero: any
};

struct RetentionOptions {
  RetentionLimit jobs, status_reports;  // finished jobs only
  uint64_t deployments = 10'000;        // 0: any number; more are not shown but stay on disk
  absl::Duration interval = absl::Minutes(10);
};

// Not greater than the id of any record made at `now - age` or later; empty if age does not matter.
std::string OldestIdToKeep(absl::Time now, absl::Duration age);

class Pruner {
 public:
  struct Work {
    std::string what;  // for the log
    // At most so many ids that have to go; none: the round is over.
    std::function<std::vector<std::string>(size_t at_most)> pick;
    // Answers what went: the record, and what cannot be without it.
    std::function<std::vector<std::string>(state::Txn& txn, const std::string& id)> erase;
    std::function<void(const std::vector<std::string>& ids)> gone;  // durable; may be empty
    std::function<void()> over;                                     // the round; may be empty
  };
  Pruner(state::Store& store, Clock& clock, absl::Duration interval, Work work);
  ~Pruner();
  Pruner(const Pruner&) = delete;
  Pruner& operator=(const Pruner&) = delete;

  // A round now, and again after each interval.
  void Start();

 private:
  void Step(size_t so_far);
  void End(size_t deleted);

  state::Store& store_;
  Clock& clock_;
  const absl::Duration interval_;
  const Work work_;
  Clock::TimerId timer_ = 0;
  std::shared_ptr<Pruner*> self_;  // what answers of the store see: null once this is gone
};

}  // namespace waypoint::server
