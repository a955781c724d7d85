#include "server/rpc/loop.h"

#include <utility>

#include "absl/synchronization/notification.h"

namespace waypoint::server {

Loop::Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue) : queue_(std::move(queue)) {}

void Loop::Start() {
  {
    absl::MutexLock lock(&mu_);
    started_ = true;
  }
  poller_ = std::thread([this] { Poll(); });
  helper_ = std::thread([this] { ServePosts(); });
}

void Loop::Stop() {
  {
    absl::MutexLock lock(&mu_);
    if (stopped_) return;
    stopped_ = true;
    help_.Signal();
  }
  queue_->Shutdown();
  if (poller_.joinable()) {
    poller_.join();
    helper_.join();
  } else {
    Poll();  // never started: gRPC wants its queue drained all the same
  }
  absl::MutexLock last_turn(&turn_);  // somebody may still be having one
}

void Loop::Post(std::function<void()> callback) {
  absl::MutexLock lock(&mu_);
  if (stopped_) return;
  posted_.push_back(std::move(callback));
  if (!busy_ && posted_.size() == 1) help_.Signal();
}

void Loop::PostOrRun(std::function<void()> callback) {
  if (!turn_.TryLock()) return Post(std::move(callback));
  bool mine;
  {
    absl::MutexLock lock(&mu_);
    if (!stopped_) posted_.push_back(std::move(callback));
    busy_ = started_ && !stopped_;
    mine = busy_;
  }
  if (mine) RunPosted();
  turn_.Unlock();
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
  while (queue_->Next(&tag, &ok)) Turn(static_cast<LoopTag*>(tag), ok);
}

void Loop::ServePosts() {
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      while (!stopped_ && (busy_ || posted_.empty())) help_.Wait(&mu_);
      if (stopped_) return;
    }
    Turn(nullptr, true);
  }
}

void Loop::Turn(LoopTag* tag, bool ok) {
  absl::MutexLock turn(&turn_);
  {
    absl::MutexLock lock(&mu_);
    busy_ = true;
  }
  if (tag != nullptr) tag->Run(ok);
  RunPosted();
}

void Loop::RunPosted() {
  while (true) {
    std::vector<std::function<void()>> batch;
    {
      absl::MutexLock lock(&mu_);
      if (posted_.empty()) {
        busy_ = false;
        return;
      }
      batch.swap(posted_);
    }
    for (std::function<void()>& callback : batch) {
      callback();
      callback = nullptr;  // what it held goes in order, too
    }
  }
}

}  // namespace waypoint::server
