#include "simulation/sim_server.h"

#include <stdexcept>
#include <utility>

namespace waypoint::simulation {

void SimServer::Start(absl::Duration since_epoch) {
  executor_ = std::make_unique<testing::ManualExecutor>();
  clock_ = std::make_unique<testing::FakeClock>(*executor_);
  clock_->Advance(since_epoch);
  auto index = std::make_unique<jobs::JobIndex>();
  index_ = index.get();
  state::StoreOptions options;
  options.indexes.push_back(std::move(index));
  auto store = state::OpenStore(backend_, *executor_, *clock_, ids_, std::move(options));
  if (!store.ok()) throw std::runtime_error(store.status().ToString());
  store_ = *std::move(store);
  engine_ = std::make_unique<jobs::Engine>(*store_, *index_, *clock_, ids_);
  engine_->Start();
  queue_ = std::make_unique<jobs::JobQueue>();
  jobs_ = std::make_unique<jobs::JobService>(*engine_, *queue_);
  streams_ = std::make_unique<jobs::JobStreams>(*engine_);
  runners_ = std::make_unique<runners::RunnerService>(*engine_, nullptr);
  table_ = testing::HandlerTable();
  jobs_->Register(table_);
  streams_->Register(table_);
  runners_->Register(table_);
}

void SimServer::Kill() {
  table_ = testing::HandlerTable();
  runners_.reset();
  streams_.reset();
  jobs_.reset();
  queue_.reset();
  engine_.reset();
  store_.reset();
  index_ = nullptr;
  clock_.reset();
  executor_.reset();  // callbacks that waited die with the process
  backend_.Crash();
}

pb::Job::State SimServer::StateOf(const std::string& job_id) {
  pb::Job::State state = pb::Job::UNKNOWN;
  store_->Look(
      [&](const state::View& view) {
        auto job = view.Get<pb::Job>(job_id);
        if (job != nullptr) state = job->state();
        return absl::OkStatus();
      },
      [](absl::Status) {});
  return state;
}

server::Caller SimServer::caller() const {
  server::Caller caller;
  caller.identity.kind = auth::Identity::Kind::kUser;
  caller.identity.user_id = "u1";
  return caller;
}

}  // namespace waypoint::simulation
