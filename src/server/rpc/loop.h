// The loop: everything that happens in the server happens here, one thing after another.
//
// Threads take turns: one polls gRPC's completion queue and runs what comes, another runs what is posted while the
// first sleeps, and who calls PostOrRun may take a turn himself. (Waking a completion queue from outside takes a
// grpc::Alarm, which costs 0.7 ms and two more threads in gRPC 1.51.) Whoever has the turn also runs what comes in the
// meantime. To everybody else they are one.
//
// Owns:    the queue and both threads.
// Threads: Post from any; Run and Stop from any but the loop's own. Callbacks run between two events of gRPC,
//          in the order they were posted.
// Errors:  none. What is posted after Stop is dropped.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/idle_executor.h"
#include "grpcpp/completion_queue.h"

namespace waypoint::server {

// What gRPC gives back. Run may delete its owner.
class LoopTag {
 public:
  virtual void Run(bool ok) = 0;

 protected:
  ~LoopTag() = default;
};

class Loop : public IdleExecutor {
 public:
  explicit Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  ~Loop() override { Stop(); }

  void Start();
  // Waits until every tag has come back; the server must be shut down before.
  void Stop();
  void Post(std::function<void()> callback) override;
  void PostOrRun(std::function<void()> callback) override;
  // Runs `callback` on the loop and waits for it.
  void Run(std::function<void()> callback);
  grpc::ServerCompletionQueue* queue() { return queue_.get(); }

 private:
  struct Work {
    LoopTag* tag;  // null: a callback
    bool ok;
    std::function<void()> callback;
  };
  void Poll();
  void Help();
  void RunAll();
  bool RunBatch();  // all that has come; false: that was nothing
  void GiveUp();

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::thread poller_, helper_;
  std::vector<Work> running_;  // belongs to who has the turn

  absl::Mutex mu_;
  // Not Conditions of mu_: each unlocking would evaluate them.
  absl::CondVar help_, poll_on_;
  std::vector<Work> work_ ABSL_GUARDED_BY(mu_);
  bool taken_ ABSL_GUARDED_BY(mu_) = true;  // somebody has the turn; before Start, who builds the server
  bool poller_waits_ ABSL_GUARDED_BY(mu_) = false;
  bool polled_out_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace waypoint::server
