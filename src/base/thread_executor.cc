#include "base/thread_executor.h"

#include <utility>

namespace waypoint {

ThreadExecutor::ThreadExecutor() : thread_([this] { Run(); }) {}

ThreadExecutor::~ThreadExecutor() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void ThreadExecutor::Post(std::function<void()> callback) {
  absl::MutexLock lock(&mu_);
  tasks_.push_back(std::move(callback));
}

void ThreadExecutor::Run() {
  while (true) {
    std::function<void()> task;
    {
      absl::MutexLock lock(&mu_, absl::Condition(this, &ThreadExecutor::HasWork));
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace waypoint
