#include "server/rpc/loop.h"

#include <utility>

#include "absl/synchronization/notification.h"

namespace waypoint::server {

Loop::Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue) : queue_(std::move(queue)) {}

void Loop::Start() {
  {
    absl::MutexLock lock(&mu_);
    taken_ = false;
  }
  poller_ = std::thread([this] { Poll(); });
  helper_ = std::thread([this] { Help(); });
}

void Loop::Stop() {
  {
    absl::MutexLock lock(&mu_);
    if (std::exchange(stopped_, true)) return;
  }
  queue_->Shutdown();
  if (!poller_.joinable()) {  // never started: gRPC wants its queue drained all the same
    GiveUp();
    return Poll();
  }
  poller_.join();
  {
    absl::MutexLock lock(&mu_);
    polled_out_ = true;
    help_.Signal();
  }
  helper_.join();  // which outlasts everybody else's turn
}

void Loop::Post(std::function<void()> callback) {
  absl::MutexLock lock(&mu_);
  if (stopped_) return;
  work_.push_back({nullptr, true, std::move(callback)});
  if (!taken_ && work_.size() == 1) help_.Signal();
}

void Loop::PostOrRun(std::function<void()> callback) {
  {
    absl::MutexLock lock(&mu_);
    if (stopped_) return;
    work_.push_back({nullptr, true, std::move(callback)});
    if (std::exchange(taken_, true)) return;
  }
  RunBatch();
  GiveUp();  // what came meanwhile is for others: this thread has work of its own
}

void Loop::Run(std::function<void()> callback) {
  absl::Notification done;
  Post([&] {
    callback();
    done.Notify();
  });
  done.WaitForNotification();
}

void Loop::Poll() {
  void* tag;
  bool ok;
  while (queue_->Next(&tag, &ok)) {
    {
      absl::MutexLock lock(&mu_);
      work_.push_back({static_cast<LoopTag*>(tag), ok, nullptr});
      // Who has the turn takes this event, too, and while he runs it the next one is fetched; but no more than that.
      poller_waits_ = true;
      while (taken_ && !work_.empty()) poll_on_.Wait(&mu_);
      poller_waits_ = false;
      if (taken_ || work_.empty()) continue;
      taken_ = true;
    }
    RunAll();
  }
}

void Loop::Help() {
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      while (taken_ || work_.empty()) {
        if (polled_out_ && !taken_) return;
        help_.Wait(&mu_);
      }
      taken_ = true;
    }
    RunAll();
  }
}

void Loop::RunAll() {
  while (RunBatch()) {
  }
  GiveUp();
}

bool Loop::RunBatch() {
  running_.clear();
  {
    absl::MutexLock lock(&mu_);
    running_.swap(work_);
    if (poller_waits_) poll_on_.Signal();
  }
  for (Work& work : running_) {
    if (work.tag != nullptr) {
      work.tag->Run(work.ok);
    } else {
      work.callback();
      work.callback = nullptr;  // what it held goes in order, too
    }
  }
  return !running_.empty();
}

void Loop::GiveUp() {
  absl::MutexLock lock(&mu_);
  taken_ = false;
  if (poller_waits_) {
    poll_on_.Signal();
  } else if (!work_.empty() || polled_out_) {
    help_.Signal();
  }
}

}  // namespace waypoint::server
