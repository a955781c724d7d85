#include "server/http/http_fetcher.h"

#include "server/http/http_fetch.h"

namespace waypoint::server {
namespace {

constexpr size_t kMaxThreads = 4;
constexpr size_t kMaxWaiting = 256;
constexpr absl::Duration kPatience = absl::Seconds(30);

}  // namespace

HttpFetcher::~HttpFetcher() {
  stop_.request_stop();
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void HttpFetcher::Fetch(FetchRequest request, Done done) {
  absl::MutexLock lock(&mu_);
  if (tasks_.size() >= kMaxWaiting) {
    executor_.Post([done = std::move(done)] {
      done(absl::UnavailableError("too many requests of this server wait for others; try again later"));
    });
    return;
  }
  tasks_.emplace_back(std::move(request), std::move(done));
  if (idle_ < tasks_.size() && threads_.size() < kMaxThreads) {
    ++idle_;
    threads_.emplace_back([this] { Work(); });
  }
}

void HttpFetcher::Work() {
  while (true) {
    Task task;
    {
      absl::MutexLock lock(&mu_, absl::Condition(this, &HttpFetcher::HasWork));
      if (stopping_) return;
      --idle_;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    absl::StatusOr<FetchAnswer> answer = FetchNow(task.first, clock_.Now() + kPatience, stop_.get_token());
    if (!stop_.stop_requested()) {
      executor_.Post(
          [done = std::move(task.second), answer = std::move(answer)]() mutable { done(std::move(answer)); });
    }
    absl::MutexLock lock(&mu_);
    ++idle_;
  }
}

}  // namespace waypoint::server
