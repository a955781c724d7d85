// Tells one follower of a job that is queued or waits to be acknowledged why it does not run: first within a second,
// then when the reason changes.
//
// Owns:    a timer and a listener while it runs.
// Threads: the loop. The callback is not called after Stop or the destructor.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/jobs/engine.h"

namespace waypoint::jobs {

class ReasonWatch {
 public:
  ReasonWatch(Engine& engine, std::string job_id, std::function<void(const Blocked&)> tell);
  ~ReasonWatch() { Stop(); }
  ReasonWatch(const ReasonWatch&) = delete;
  ReasonWatch& operator=(const ReasonWatch&) = delete;

  void Start();
  void Stop();

 private:
  void Look();
  void Consider(const Blocked& blocked);

  Engine& engine_;
  const std::string job_id_;
  const std::function<void(const Blocked&)> tell_;
  std::shared_ptr<bool> alive_;  // null: stopped
  Clock::TimerId timer_ = 0;
  Engine::Listener listener_ = 0;
  std::string last_;
};

}  // namespace waypoint::jobs
