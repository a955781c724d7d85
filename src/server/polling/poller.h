// Does something for each enabled project again and again, each in its own interval
// (pipelines-triggers-polling.md C2).
//
// Owns:    when each project was polled last, in memory only: enabling and a start of the server poll at once. An
//          edited project keeps its last poll.
// Threads: the loop.
// Errors:  a project that cannot be polled is logged and has its next turn an interval later; others do not wait for
//          it. A disk that takes no writes is tried again after a minute.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/jobs/deadlines.h"
#include "server/jobs/engine.h"
#include "state/store.h"

namespace waypoint::polling {

// Keys of the projects to poll, and how often.
using Intervals = std::map<std::string, absl::Duration>;

struct PollerOptions {
  std::string name;  // for the log
  std::function<Intervals(const state::View&)> enabled;
  std::function<absl::Status(jobs::Step&, const std::string& project)> queue;
};

class Poller {
 public:
  Poller(jobs::Engine& engine, PollerOptions options);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void Start();

 private:
  struct Polled {
    absl::Duration interval;
    absl::Time next;
  };
  void Refresh();
  void Take(const Intervals& enabled);
  void Poll(const std::string& project);

  jobs::Engine& engine_;
  const PollerOptions options_;
  std::map<std::string, Polled> projects_;
  jobs::Deadlines due_;
  state::Store::WatchId watch_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace waypoint::polling
