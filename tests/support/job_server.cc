#include "support/job_server.h"

#include <stdexcept>
#include <utility>

namespace waypoint::testing {

JobServer::JobServer(MemoryBackend::Syncs syncs) : backend(syncs) {
  user.identity.kind = auth::Identity::Kind::kUser;
  user.identity.user_id = "u1";
  Start();
}

JobServer::~JobServer() { Run(); }

void JobServer::Start() {
  auto index_owner = std::make_unique<jobs::JobIndex>();
  index = index_owner.get();
  state::StoreOptions options;
  options.indexes.push_back(std::move(index_owner));
  auto store = state::OpenStore(backend, executor, clock, ids, std::move(options));
  if (!store.ok()) throw std::runtime_error(store.status().ToString());
  store_ = *std::move(store);
  engine = std::make_unique<jobs::Engine>(*store_, *index, clock, ids);
  engine->Start();
  queue_ = std::make_unique<jobs::JobQueue>([](state::Txn&) -> absl::StatusOr<std::map<std::string, std::string>> {
    return std::map<std::string, std::string>{{"WAYPOINT_SERVER_ADDR", "srv:1"}};
  });
  jobs_ = std::make_unique<jobs::JobService>(*engine, *queue_);
  streams_ = std::make_unique<jobs::JobStreams>(*engine);
  auto mint = [](state::Txn&, pb::Token token) -> absl::StatusOr<std::string> {
    return "token of " + token.runner().id();
  };
  runners_ = std::make_unique<runners::RunnerService>(*engine, mint);
  tasks_ = std::make_unique<jobs::TaskService>(*engine);
  profiles_ = std::make_unique<runners::ProfileService>(*engine);
  table_ = std::make_unique<HandlerTable>();
  jobs_->Register(*table_);
  streams_->Register(*table_);
  runners_->Register(*table_);
  tasks_->Register(*table_);
  profiles_->Register(*table_);
}

void JobServer::Restart() {
  backend.Crash();
  table_.reset();
  profiles_.reset();
  tasks_.reset();
  runners_.reset();
  streams_.reset();
  jobs_.reset();
  engine.reset();
  store_.reset();
  Run();
  Start();
  Run();
}

void JobServer::Advance(absl::Duration by) {
  Run();
  clock.Advance(by);
  Run();
}

void JobServer::AddProject(const std::string& name) {
  pb::Project project;
  project.set_name(name);
  project.mutable_data_source()->mutable_local();
  engine->Update(
      [&](jobs::Step& step) {
        step.txn().Put(name, std::move(project));
        return absl::OkStatus();
      },
      [](absl::Status) {});
  Run();
}

absl::StatusOr<std::string> JobServer::Queue(pb::Job job, const std::string& expires_in) {
  pb::QueueJobRequest request;
  *request.mutable_job() = std::move(job);
  request.set_expires_in(expires_in);
  auto response = Call<pb::QueueJobResponse>("QueueJob", request);
  if (!response.ok()) return response.status();
  return response->job_id();
}

std::string JobServer::QueueBuild(const std::string& app) { return Queue(BuildJob(app)).value(); }

pb::Job JobServer::Get(const std::string& id) {
  pb::GetJobRequest request;
  request.set_job_id(id);
  return Call<pb::Job>("GetJob", request).value();
}

std::unique_ptr<RunnerConfigPeer> JobServer::Register(pb::Runner runner) {
  auto peer = Open<RunnerConfigPeer>("RunnerConfig");
  pb::RunnerConfigRequest open;
  *open.mutable_open()->mutable_runner() = std::move(runner);
  peer->Send(open);
  Run();
  return peer;
}

std::unique_ptr<RunnerJobPeer> JobServer::AskForJob(const std::string& runner_id) {
  auto peer = Open<RunnerJobPeer>("RunnerJobStream");
  pb::RunnerJobStreamRequest request;
  request.mutable_request()->set_runner_id(runner_id);
  peer->Send(request);
  Run();
  return peer;
}

std::unique_ptr<JobStreamPeer> JobServer::Follow(const std::string& job_id) {
  auto peer = Open<JobStreamPeer>("GetJobStream");
  pb::GetJobStreamRequest request;
  request.set_job_id(job_id);
  peer->Send(request);
  Run();
  return peer;
}

pb::Job BuildJob(const std::string& app) {
  pb::Job job;
  job.mutable_application()->set_project("demo");
  job.mutable_application()->set_application(app);
  job.mutable_workspace()->set_workspace("default");
  job.mutable_target_runner()->mutable_any();
  job.mutable_build();
  return job;
}

pb::Job DeployJob(const std::string& app) {
  pb::Job job = BuildJob(app);
  job.mutable_deploy();
  return job;
}

pb::Runner LocalRunner(const std::string& id) {
  pb::Runner runner;
  runner.set_id(id);
  runner.set_by_id_only(true);
  runner.mutable_local();
  return runner;
}

pb::Runner RemoteRunner(const std::string& id) {
  pb::Runner runner;
  runner.set_id(id);
  runner.mutable_remote();
  return runner;
}

pb::RunnerJobStreamRequest Ack() {
  pb::RunnerJobStreamRequest message;
  message.mutable_ack();
  return message;
}

pb::RunnerJobStreamRequest Heartbeat() {
  pb::RunnerJobStreamRequest message;
  message.mutable_heartbeat();
  return message;
}

pb::RunnerJobStreamRequest Complete() {
  pb::RunnerJobStreamRequest message;
  message.mutable_complete()->mutable_result()->mutable_build();
  return message;
}

pb::RunnerJobStreamRequest Failure(const std::string& text) {
  pb::RunnerJobStreamRequest message;
  message.mutable_error()->mutable_error()->set_code(2);
  message.mutable_error()->mutable_error()->set_message(text);
  return message;
}

pb::RunnerJobStreamRequest Print(const std::string& line) {
  pb::RunnerJobStreamRequest message;
  message.mutable_terminal()->add_events()->mutable_line()->set_msg(line);
  return message;
}

}  // namespace waypoint::testing
