// The whole job system of a server, in a process that can be killed.
#pragma once

#include <memory>
#include <string>

#include "server/jobs/engine.h"
#include "server/jobs/job_service.h"
#include "server/jobs/job_stream.h"
#include "server/jobs/queue.h"
#include "server/runners/runner_service.h"
#include "simulation/sim_backend.h"
#include "support/manual_world.h"
#include "support/test_table.h"

namespace waypoint::simulation {

class SimServer {
 public:
  SimServer(SimBackend& backend, IdSource& ids) : backend_(backend), ids_(ids) {}

  void Start(absl::Duration since_epoch);
  // Sessions must be gone. What was not synced is lost.
  void Kill();
  bool running() const { return store_ != nullptr; }

  // One callback, if any waits.
  bool RunOne() { return executor_ != nullptr && executor_->RunOne(); }
  bool idle() const { return executor_->idle(); }
  void Advance(absl::Duration by) { clock_->Advance(by); }

  const server::Table::RawOpen& stream(const std::string& method) const { return table_.stream(method); }
  void Call(const std::string& method, const std::string& request,
            std::function<void(absl::Status, std::string)> reply) {
    table_.unary(method)(caller(), request, std::move(reply));
  }
  server::Caller caller() const;

  pb::Job::State StateOf(const std::string& job_id);
  jobs::Engine& engine() { return *engine_; }
  const jobs::JobIndex& index() const { return *index_; }
  state::Store& store() { return *store_; }

 private:
  SimBackend& backend_;
  IdSource& ids_;
  std::unique_ptr<testing::ManualExecutor> executor_;
  std::unique_ptr<testing::FakeClock> clock_;
  jobs::JobIndex* index_ = nullptr;
  std::unique_ptr<state::Store> store_;
  std::unique_ptr<jobs::Engine> engine_;
  std::unique_ptr<jobs::JobQueue> queue_;
  std::unique_ptr<jobs::JobService> jobs_;
  std::unique_ptr<jobs::JobStreams> streams_;
  std::unique_ptr<runners::RunnerService> runners_;
  testing::HandlerTable table_;
};

}  // namespace waypoint::simulation
