// A Fetcher with a few threads of its own.
//
// Owns:    at most 4 threads, made when first needed. The destructor stops what is under way and joins them.
// Threads: Fetch from the loop; `done` is posted to the executor, and dropped once this is destroyed.
// Errors:  as server/fetcher.h; each request has 30 s. Unavailable at once when 256 requests wait already: callers
//          without any right can cause them.
#pragma once

#include <deque>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/executor.h"
#include "server/fetcher.h"

namespace waypoint::server {

class HttpFetcher : public Fetcher {
 public:
  HttpFetcher(Executor& executor, const Clock& clock) : executor_(executor), clock_(clock) {}
  ~HttpFetcher() override;
  void Fetch(FetchRequest request, Done done) override;

 private:
  using Task = std::pair<FetchRequest, Done>;
  void Work();
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return stopping_ || !tasks_.empty(); }

  Executor& executor_;
  const Clock& clock_;
  std::stop_source stop_;
  absl::Mutex mu_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mu_);
  size_t idle_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;  // the loop's
};

}  // namespace waypoint::server
