// The loop: one thread that polls gRPC's completion queue and runs everything that is posted.
//
// Owns:    the queue and its thread.
// Threads: Post from any; Stop from any but the loop's own. Callbacks run between two events of gRPC, in the
//          order they were posted.
// Errors:  none. What is posted after Stop is dropped.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/executor.h"
#include "grpcpp/alarm.h"
#include "grpcpp/completion_queue.h"

namespace waypoint::server {

// What gRPC gives back. Run may delete its owner.
class LoopTag {
 public:
  virtual void Run(bool ok) = 0;

 protected:
  ~LoopTag() = default;
};

class Loop : public Executor {
 public:
  explicit Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  ~Loop() override { Stop(); }

  void Start();
  // Waits until every tag has come back; the server must be shut down before.
  void Stop();
  void Post(std::function<void()> callback) override;
  bool OnLoopThread() const { return std::this_thread::get_id() == thread_id_.load(std::memory_order_relaxed); }
  // Runs `callback` on the loop and waits for it; not from the loop itself.
  void Run(std::function<void()> callback);
  grpc::ServerCompletionQueue* queue() { return queue_.get(); }

 private:
  struct Wake final : LoopTag {
    explicit Wake(Loop* loop) : loop(loop) {}
    void Run(bool ok) override;
    Loop* const loop;
  };
  void Poll();
  void RunPosted();

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_{};
  Wake wake_{this};
  absl::Mutex mu_;
  std::vector<std::function<void()>> posted_ ABSL_GUARDED_BY(mu_);
  // Set again only once its tag is back: gRPC 1.51 may still touch an alarm that was dropped before.
  grpc::Alarm alarm_ ABSL_GUARDED_BY(mu_);
  bool armed_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace waypoint::server
