#include "server/rpc/loop.h"

#include <utility>

#include "absl/synchronization/notification.h"

namespace waypoint::server {

Loop::Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue) : queue_(std::move(queue)) {}

void Loop::Start() {
  thread_ = std::thread([this] { Poll(); });
}

void Loop::Stop() {
  {
    absl::MutexLock lock(&mu_);
    if (stopped_) return;
    stopped_ = true;
    queue_->Shutdown();
  }
  if (thread_.joinable()) {
    thread_.join();
  } else {
    Poll();  // never started: gRPC wants its queue drained all the same
  }
}

void Loop::Post(std::function<void()> callback) {
  absl::MutexLock lock(&mu_);
  if (stopped_) return;
  posted_.push_back(std::move(callback));
  // The loop looks again by itself before it sleeps.
  if (OnLoopThread() || armed_) return;
  armed_ = true;
  alarm_.Set(queue_.get(), gpr_now(GPR_CLOCK_MONOTONIC), static_cast<LoopTag*>(&wake_));
}

void Loop::Run(std::function<void()> callback) {
  absl::Notification done;
  Post([&] {
    callback();
    done.Notify();
  });
  done.WaitForNotification();
}

void Loop::Wake::Run(bool /*ok*/) {
  absl::MutexLock lock(&loop->mu_);
  loop->armed_ = false;
}

void Loop::Poll() {
  thread_id_ = std::this_thread::get_id();
  void* tag;
  bool ok;
  RunPosted();
  while (queue_->Next(&tag, &ok)) {
    static_cast<LoopTag*>(tag)->Run(ok);
    RunPosted();
  }
}

void Loop::RunPosted() {
  while (true) {
    std::vector<std::function<void()>> batch;
    {
      absl::MutexLock lock(&mu_);
      batch.swap(posted_);
    }
    if (batch.empty()) return;
    for (std::function<void()>& callback : batch) {
      callback();
      callback = nullptr;  // what it held goes in order, too
    }
  }
}

}  // namespace waypoint::server
