// Exec and logs that a deployment's platform offers itself: the server queues a job, whose runner comes as an
// instance or brings lines (logs-exec-entrypoint.md 4, 5, 7.4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/common/projects.h"
#include "server/entrypoints/entrypoint_service.h"
#include "support/job_server.h"
#include "support/test_table.h"

namespace waypoint::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using ConfigPeer = SessionPeer<pb::EntrypointConfigRequest, pb::EntrypointConfigResponse>;
using LogPeer = SessionPeer<pb::EntrypointLogBatch, google::protobuf::Empty>;
using FollowPeer = SessionPeer<pb::GetLogStreamRequest, pb::LogBatch>;
using ExecPeer = SessionPeer<pb::ExecStreamRequest, pb::ExecStreamResponse>;
using RunnerExecPeer = SessionPeer<pb::EntrypointExecRequest, pb::EntrypointExecResponse>;

class PlatformTest : public ::testing::Test {
 protected:
  PlatformTest() {
    server.AddProject("demo");
    service.Register(table);
    client.identity.kind = auth::Identity::Kind::kUser;
    AddDeployment("D1");
    registration = server.Register(RemoteRunner("R"));
  }
  ~PlatformTest() override { server.Run(); }

  void AddDeployment(const std::string& id, bool plugin = true) {
    pb::Deployment deployment;
    deployment.set_id(id);
    deployment.mutable_application()->set_application("web");
    deployment.mutable_application()->set_project("demo");
    deployment.mutable_workspace()->set_workspace("prod");
    deployment.set_state(pb::Operation::CREATED);
    deployment.mutable_status()->set_state(pb::Status::SUCCESS);
    deployment.set_has_exec_plugin(plugin);
    deployment.set_has_logs_plugin(plugin);
    auto put = [&](state::Txn& txn) {
      server::EnsureApplication(txn, deployment.application());
      txn.Put(id, std::move(deployment));
      return absl::OkStatus();
    };
    server.engine->store().Update(put, [](absl::Status) {});
    server.Run();
  }
  template <typename Peer>
  std::unique_ptr<Peer> Open(const std::string& method) {
    return std::make_unique<Peer>(server.executor,
                                  [&](server::RawOutbox* outbox) { return table.stream(method)(client, outbox); });
  }
  std::unique_ptr<ExecPeer> Exec(const std::string& deployment = "D1") {
    auto peer = Open<ExecPeer>("StartExecStream");
    pb::ExecStreamRequest start;
    start.mutable_start()->set_deployment_id(deployment);
    start.mutable_start()->add_args("sh");
    peer->Send(start);
    server.Run();
    return peer;
  }
  std::unique_ptr<FollowPeer> FollowApp() {
    auto peer = Open<FollowPeer>("GetLogStream");
    pb::GetLogStreamRequest request;
    request.mutable_application()->mutable_application()->set_application("web");
    request.mutable_application()->mutable_application()->set_project("demo");
    request.mutable_application()->mutable_workspace()->set_workspace("prod");
    peer->Send(request);
    server.Run();
    return peer;
  }
  std::unique_ptr<FollowPeer> Follow(const std::string& deployment) {
    auto peer = Open<FollowPeer>("GetLogStream");
    pb::GetLogStreamRequest request;
    request.set_deployment_id(deployment);
    peer->Send(request);
    server.Run();
    return peer;
  }
  // What the runner of an exec job does first.
  std::unique_ptr<ConfigPeer> Connect(const std::string& instance) {
    auto peer = Open<ConfigPeer>("EntrypointConfig");
    pb::EntrypointConfigRequest request;
    request.set_instance_id(instance);
    request.set_deployment_id("D1");
    request.set_type(pb::Instance::VIRTUAL);
    peer->Send(request);
    server.Run();
    return peer;
  }
  std::unique_ptr<RunnerJobPeer> TakeJob(const std::string& runner = "R") {
    auto peer = server.AskForJob(runner);
    if (!peer->received().empty()) peer->Send(Ack());
    server.Run();
    return peer;
  }
  static const pb::Job& JobOf(const RunnerJobPeer& peer) { return peer.received().at(0).assignment().job(); }
  std::vector<pb::Job> Jobs() {
    auto list = server.Call<pb::ListJobsResponse>("ListJobs", pb::ListJobsRequest());
    return {list->jobs().begin(), list->jobs().end()};
  }

  JobServer server;
  const jobs::JobQueue queue;
  entrypoints::EntrypointService service{*server.engine, queue, nullptr};
  TestTable table{server.executor};
  server::Caller client;
  std::unique_ptr<RunnerConfigPeer> registration;
};

TEST_F(PlatformTest, ExecJobIsMadeAsTheSpecificationSays) {
  auto exec = Exec();
  ASSERT_EQ(Jobs().size(), 1u);
  const pb::Job job = Jobs()[0];
  EXPECT_EQ(job.application().application(), "web");
  EXPECT_EQ(job.workspace().workspace(), "prod");
  EXPECT_TRUE(job.target_runner().has_any());
  EXPECT_TRUE(job.has_data_source()) << "the project's";
  EXPECT_EQ(job.expire_time().seconds() - job.queue_time().seconds(), 60);
  EXPECT_EQ(job.exec().deployment().id(), "D1");
  EXPECT_FALSE(job.exec().instance_id().empty());
  EXPECT_TRUE(exec->received().empty()) << "open only when there is a session";

  client.local_runner_id = "R";
  auto local = Exec();
  EXPECT_EQ(Jobs()[1].target_runner().id().id(), "R");
  EXPECT_TRUE(Jobs()[1].data_source().has_local());
}

TEST_F(PlatformTest, ExecRunsThroughTheInstanceOfTheJobsRunner) {
  auto exec = Exec();
  auto job = TakeJob();
  const std::string instance = JobOf(*job).exec().instance_id();
  EXPECT_FALSE(exec->status()) << "it waits for the instance";
  auto config = Connect(instance);
  ASSERT_FALSE(config->received().empty());
  const auto& sessions = config->received().back().config().exec();
  ASSERT_EQ(sessions.size(), 1) << "a runner need not be spared young commands";
  EXPECT_THAT(sessions[0].args(), ElementsAre("sh"));
  ASSERT_EQ(exec->received().size(), 1u);
  EXPECT_TRUE(exec->received()[0].has_open());

  auto runner = Open<RunnerExecPeer>("EntrypointExecStream");
  pb::EntrypointExecRequest message;
  message.mutable_open()->set_instance_id(instance);
  message.mutable_open()->set_index(sessions[0].index());
  runner->Send(message);
  message.mutable_exit()->set_code(7);
  runner->Send(message);
  server.Run();
  EXPECT_EQ(exec->received().back().exit().code(), 7);
  EXPECT_TRUE(exec->status()->ok());
  const pb::Job after = server.Get(JobOf(*job).id());
  EXPECT_TRUE(after.has_cancel_time()) << "the client's stream has ended";
  EXPECT_EQ(after.state(), pb::Job::RUNNING) << "gracefully";
}

TEST_F(PlatformTest, ExecFailsWithItsJob) {
  auto refused = Exec();
  auto job = TakeJob();
  job->Send(Failure("no cluster"));
  server.Run();
  EXPECT_EQ(refused->status()->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused->status()->message(), HasSubstr("no cluster"));

  auto without = Exec();
  job = TakeJob();
  job->Send(Complete());
  server.Run();
  EXPECT_EQ(without->status()->code(), absl::StatusCode::kInternal);
  EXPECT_THAT(without->status()->message(), HasSubstr("offers none"));
}

TEST_F(PlatformTest, ExecThatNobodyServesEnds) {
  auto queued = Exec();
  server.Advance(absl::Seconds(61));
  EXPECT_EQ(queued->status()->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(queued->status()->message(), HasSubstr("runner list"));

  auto unconnected = Exec();
  auto job = TakeJob();
  for (int i = 0; i < 12; ++i) {
    job->Send(Heartbeat());
    server.Advance(absl::Seconds(5));
  }
  server.Advance(absl::Seconds(1));
  EXPECT_EQ(unconnected->status()->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(server.Get(JobOf(*job).id()).has_cancel_time());
}

TEST_F(PlatformTest, ExecThatIsLeftWhileItWaitsIsCanceled) {
  auto exec = Exec();
  const std::string id = Jobs().at(0).id();
  exec->Cancel();
  server.Run();
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
  EXPECT_EQ(server.Get(id).error().code(), 1);
}

TEST_F(PlatformTest, LogsComeFromTheJobsRunner) {
  auto follow = Follow("D1");
  auto job = TakeJob();
  EXPECT_EQ(JobOf(*job).logs().deployment().id(), "D1");
  EXPECT_FALSE(JobOf(*job).logs().has_start_time());
  auto lines = Open<LogPeer>("EntrypointLogStream");
  pb::EntrypointLogBatch batch;
  batch.set_instance_id(JobOf(*job).logs().instance_id());
  batch.add_lines()->set_line("hello\n");
  lines->Send(batch);
  server.Run();
  ASSERT_EQ(follow->received().size(), 1u);
  EXPECT_EQ(follow->received()[0].lines(0).line(), "hello");
  EXPECT_EQ(follow->received()[0].deployment_id(), "D1");
  EXPECT_EQ(follow->received()[0].instance_id(), batch.instance_id());

  job->Send(Complete());
  server.Run();
  EXPECT_FALSE(follow->status()) << "the server never ends it";
  follow->Cancel();
  server.Run();
  auto late = Open<LogPeer>("EntrypointLogStream");
  late->Send(batch);
  server.Run();
  EXPECT_EQ(late->status()->code(), absl::StatusCode::kNotFound) << "nobody would read it";
}

TEST_F(PlatformTest, LogsOfAnApplicationMixBothKindsAndFollowNewDeployments) {
  AddDeployment("D2", /*plugin=*/false);
  auto follow = FollowApp();
  auto first = TakeJob();
  EXPECT_EQ(Jobs().size(), 1u);
  AddDeployment("D3");
  EXPECT_EQ(Jobs().size(), 2u) << "one job a deployment";
  AddDeployment("D3");
  EXPECT_EQ(Jobs().size(), 2u);
  auto second = TakeJob();
  for (auto* job : {&first, &second}) {
    auto lines = Open<LogPeer>("EntrypointLogStream");
    pb::EntrypointLogBatch batch;
    batch.set_instance_id(JobOf(**job).logs().instance_id());
    batch.add_lines()->set_line("from " + JobOf(**job).logs().deployment().id());
    lines->Send(batch);
    server.Run();
  }
  std::vector<std::string> texts;
  for (const pb::LogBatch& batch : follow->received()) {
    for (const auto& line : batch.lines()) texts.push_back(line.line());
  }
  EXPECT_THAT(texts, ElementsAre("from D1", "from D3"));
  follow->Cancel();
  server.Run();
  for (const pb::Job& job : Jobs()) EXPECT_TRUE(job.has_cancel_time());
}

TEST_F(PlatformTest, LogsFailWithTheirJob) {
  auto follow = Follow("D1");
  server.Advance(absl::Seconds(61));
  EXPECT_EQ(follow->status()->code(), absl::StatusCode::kFailedPrecondition);
  auto at_once = Follow("D1");
  auto job = TakeJob();
  job->Send(Failure("no cluster"));
  server.Run();
  EXPECT_FALSE(at_once->status()) << "it ran: what failed later is the job's";
}

}  // namespace
}  // namespace waypoint::testing
