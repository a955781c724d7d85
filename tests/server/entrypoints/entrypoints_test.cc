// Instances, their configuration, logs and commands, over streams in memory (logs-exec-entrypoint.md 2-7).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/common/projects.h"
#include "server/entrypoints/entrypoint_service.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"
#include "support/session_peer.h"
#include "support/test_table.h"

namespace waypoint::testing {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using ConfigPeer = SessionPeer<pb::EntrypointConfigRequest, pb::EntrypointConfigResponse>;
using LogPeer = SessionPeer<pb::EntrypointLogBatch, google::protobuf::Empty>;
using FollowPeer = SessionPeer<pb::GetLogStreamRequest, pb::LogBatch>;
using ExecPeer = SessionPeer<pb::ExecStreamRequest, pb::ExecStreamResponse>;
using EntrypointExecPeer = SessionPeer<pb::EntrypointExecRequest, pb::EntrypointExecResponse>;
using ListPeer = SessionPeer<pb::ListInstancesRequest, pb::ListInstancesResponse>;

class EntrypointsTest : public ::testing::Test {
 protected:
  EntrypointsTest() {
    state::StoreOptions options;
    auto index = std::make_unique<jobs::JobIndex>();
    jobs::JobIndex& jobs = *index;
    options.indexes.push_back(std::move(index));
    store = state::OpenStore(backend, executor, clock, ids, std::move(options)).value();
    engine = std::make_unique<jobs::Engine>(*store, jobs, clock, ids);
    service = std::make_unique<entrypoints::EntrypointService>(*engine, queue, nullptr);
    service->Register(table);
    caller.identity.kind = auth::Identity::Kind::kUser;
    AddDeployment("D1", "web");
    AddDeployment("D2", "web");
    AddDeployment("D3", "api");
  }
  ~EntrypointsTest() override { executor.RunAll(); }

  void AddDeployment(const std::string& id, const std::string& app) {
    pb::Deployment deployment;
    deployment.set_id(id);
    deployment.mutable_application()->set_application(app);
    deployment.mutable_application()->set_project("demo");
    deployment.mutable_workspace()->set_workspace("default");
    deployment.set_state(pb::Operation::CREATED);
    deployment.mutable_status()->set_state(pb::Status::SUCCESS);
    (*deployment.mutable_labels())["color"] = "blue";
    store->Update(
        [&](state::Txn& txn) {
          server::EnsureApplication(txn, deployment.application());
          txn.Put(id, std::move(deployment));
          return absl::OkStatus();
        },
        [](absl::Status) {});
    executor.RunAll();
  }
  template <typename Peer>
  std::unique_ptr<Peer> Open(const std::string& method) {
    return std::make_unique<Peer>(executor,
                                  [&](server::RawOutbox* outbox) { return table.stream(method)(caller, outbox); });
  }
  std::unique_ptr<ConfigPeer> Connect(const std::string& instance, const std::string& deployment = "D1",
                                      bool disable_exec = false) {
    auto peer = Open<ConfigPeer>("EntrypointConfig");
    pb::EntrypointConfigRequest request;
    request.set_instance_id(instance);
    request.set_deployment_id(deployment);
    request.set_disable_exec(disable_exec);
    peer->Send(request);
    executor.RunAll();
    return peer;
  }
  std::unique_ptr<FollowPeer> Follow(const std::string& deployment, int backlog = 0) {
    auto peer = Open<FollowPeer>("GetLogStream");
    pb::GetLogStreamRequest request;
    request.set_deployment_id(deployment);
    request.set_limit_backlog(backlog);
    peer->Send(request);
    executor.RunAll();
    return peer;
  }
  std::unique_ptr<FollowPeer> FollowApp(const std::string& app) {
    auto peer = Open<FollowPeer>("GetLogStream");
    pb::GetLogStreamRequest request;
    request.mutable_application()->mutable_application()->set_application(app);
    request.mutable_application()->mutable_application()->set_project("demo");
    request.mutable_application()->mutable_workspace()->set_workspace("default");
    peer->Send(request);
    executor.RunAll();
    return peer;
  }
  std::unique_ptr<ExecPeer> Exec(const std::string& deployment) {
    auto peer = Open<ExecPeer>("StartExecStream");
    pb::ExecStreamRequest start;
    start.mutable_start()->set_deployment_id(deployment);
    start.mutable_start()->add_args("sh");
    peer->Send(start);
    executor.RunAll();
    return peer;
  }
  void Advance(absl::Duration by) {
    clock.Advance(by);
    executor.RunAll();
  }

  ManualExecutor executor;
  FakeClock clock{executor};
  CountingIds ids;
  MemoryBackend backend;
  std::unique_ptr<state::Store> store;
  std::unique_ptr<jobs::Engine> engine;
  const jobs::JobQueue queue;
  std::unique_ptr<entrypoints::EntrypointService> service;
  TestTable table{executor};
  server::Caller caller;
};

pb::EntrypointLogBatch Lines(const std::string& instance, std::vector<std::string> lines) {
  pb::EntrypointLogBatch batch;
  batch.set_instance_id(instance);
  for (std::string& line : lines) batch.add_lines()->set_line(std::move(line));
  return batch;
}

std::vector<std::string> Texts(const std::vector<pb::LogBatch>& batches) {
  std::vector<std::string> texts;
  for (const pb::LogBatch& batch : batches) {
    std::vector<std::string> lines;
    for (const auto& line : batch.lines()) lines.push_back(line.line());
    texts.push_back(absl::StrCat(batch.instance_id(), ":", absl::StrJoin(lines, ",")));
  }
  return texts;
}

TEST_F(EntrypointsTest, ConfigNamesTheDeploymentAndTheInstanceLivesAsLongAsTheStream) {
  auto config = Connect("I1");
  ASSERT_EQ(config->received().size(), 1u);
  EXPECT_EQ(config->received()[0].config().deployment().labels().at("color"), "blue");
  EXPECT_EQ(service->instances().OfDeployment("d1").size(), 1u);
  config->Cancel();
  EXPECT_EQ(service->instances().size(), 0u);
}

TEST_F(EntrypointsTest, UnknownDeploymentAndForeignTokenAreRefused) {
  EXPECT_EQ(Connect("I1", "nosuch")->status()->code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Connect("", "D1")->status()->code(), absl::StatusCode::kAborted);
  caller.identity.kind = auth::Identity::Kind::kEntrypoint;
  caller.identity.deployment_id = "D2";
  EXPECT_EQ(Connect("I1", "D1")->status()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Connect("I1", "D2")->status(), std::nullopt);
}

// Unavailable, so that the entrypoint asks again, and hears what became of its deployment.
TEST_F(EntrypointsTest, ConfigEndsWithItsApplication) {
  auto config = Connect("I1");
  ASSERT_EQ(config->Take().size(), 1u);
  store->Update(
      [&](state::Txn& txn) {
        txn.Delete<pb::Project>("demo");
        pb::ConfigVar variable;
        variable.set_name("X");
        variable.mutable_target()->mutable_global();
        txn.Put("g", std::move(variable));
        return absl::OkStatus();
      },
      [](absl::Status) {});
  executor.RunAll();
  ASSERT_TRUE(config->status().has_value());
  EXPECT_EQ(config->status()->code(), absl::StatusCode::kUnavailable);
}

TEST_F(EntrypointsTest, ReconnectKeepsItsRecordWhenTheOldStreamEnds) {
  auto first = Connect("I1");
  auto second = Connect("I1");
  first->Cancel();
  EXPECT_NE(service->instances().Find("I1"), nullptr);
}

TEST_F(EntrypointsTest, LogsBacklogThenLive) {
  auto config = Connect("I1");
  auto logs = Open<LogPeer>("EntrypointLogStream");
  logs->Send(Lines("I1", {"one\n", "two\n\n", "three"}));
  auto follower = Follow("D1", 2);
  EXPECT_THAT(Texts(follower->Take()), ElementsAre("I1:two\n,three"));
  logs->Send(Lines("I1", {"four\n"}));
  executor.RunAll();
  EXPECT_THAT(Texts(follower->Take()), ElementsAre("I1:four"));
  logs->HalfClose();
  executor.RunAll();
  EXPECT_EQ(logs->received().size(), 1u);
  EXPECT_TRUE(logs->status()->ok());
  EXPECT_EQ(follower->status(), std::nullopt) << "a log stream ends with its client only";
}

TEST_F(EntrypointsTest, BacklogOfSeveralInstancesIsInOrderOfArrival) {
  auto a = Connect("A"), b = Connect("B");
  auto log_a = Open<LogPeer>("EntrypointLogStream"), log_b = Open<LogPeer>("EntrypointLogStream");
  log_a->Send(Lines("A", {"1"}));
  Advance(absl::Seconds(1));
  log_b->Send(Lines("B", {"2", "3"}));
  Advance(absl::Seconds(1));
  log_a->Send(Lines("A", {"4"}));
  EXPECT_THAT(Texts(Follow("D1")->Take()), ElementsAre("A:1", "B:2,3", "A:4"));
}

TEST_F(EntrypointsTest, LaterInstancesJoinAndTheLastWordsOfGoneOnesArrive) {
  auto follower = FollowApp("web");
  EXPECT_THAT(follower->received(), IsEmpty());
  auto other = Connect("X", "D3");
  auto config = Connect("I1", "D2");
  auto logs = Open<LogPeer>("EntrypointLogStream");
  logs->Send(Lines("I1", {"hello"}));
  executor.RunAll();
  EXPECT_THAT(Texts(follower->Take()), ElementsAre("I1:hello"));
  logs->Send(Lines("I1", {"dying"}));
  config->Cancel();
  executor.RunAll();
  EXPECT_THAT(Texts(follower->Take()), ElementsAre("I1:dying"));

  config = Connect("I1", "D2");
  logs->Send(Lines("I1", {"again"}));
  executor.RunAll();
  EXPECT_THAT(Texts(follower->Take()), ElementsAre("I1:again")) << "the stream finds the new buffer";
}

// With memory checks on: the cursors of a follower that leaves must not tell it anything any more.
TEST_F(EntrypointsTest, FollowerOfManyInstancesLeaves) {
  std::vector<std::unique_ptr<ConfigPeer>> instances;
  for (int i = 0; i < 9; ++i) instances.push_back(Connect(absl::StrCat("I", i)));
  auto follower = FollowApp("web");
  auto logs = Open<LogPeer>("EntrypointLogStream");
  logs->Send(Lines("I7", {"hello"}));
  executor.RunAll();
  EXPECT_THAT(Texts(follower->Take()), ElementsAre("I7:hello"));
  follower->Cancel();
  logs->Send(Lines("I7", {"to nobody"}));
  executor.RunAll();
  EXPECT_TRUE(follower->closed());
}

// Clients take 4 MiB.
TEST_F(EntrypointsTest, LongLinesStillFitIntoMessages) {
  auto config = Connect("I1");
  auto logs = Open<LogPeer>("EntrypointLogStream");
  for (size_t size : {64u << 10, 4u << 20}) {
    SCOPED_TRACE(size);
    for (int i = 0; i < 70; ++i) logs->Send(Lines("I1", {std::string(size, 'x')}));
    auto follower = Follow("D1", -1);
    for (int i = 0; i < 2; ++i) logs->Send(Lines("I1", {std::string(size, 'y')}));
    executor.RunAll();
    for (const pb::LogBatch& batch : follower->Take()) EXPECT_LT(batch.ByteSizeLong(), 3u << 20);
  }
}

TEST_F(EntrypointsTest, SlowFollowerIsToldWhatItMissed) {
  auto config = Connect("I1");
  auto logs = Open<LogPeer>("EntrypointLogStream");
  auto follower = Follow("D1");
  follower->Pause(true);
  for (int i = 0; i < 11000; ++i) logs->Send(Lines("I1", {"x"}));
  follower->Pause(false);
  executor.RunAll();
  size_t lines = 0;
  std::string gap;
  for (const auto& batch : follower->Take()) {
    for (const auto& line : batch.lines()) {
      if (line.source() == pb::LogBatch::Entry::ENTRYPOINT) gap = line.line();
      ++lines;
    }
  }
  EXPECT_EQ(gap, "[5248 lines were skipped here: the reader was too slow]");
  EXPECT_EQ(lines, 11000u - 5248u + 1u);
}

TEST_F(EntrypointsTest, LogsWithoutScopeOrOfUnknownInstance) {
  auto follower = Open<FollowPeer>("GetLogStream");
  follower->Send({});
  executor.RunAll();
  EXPECT_EQ(follower->status()->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Follow("nosuch")->status()->code(), absl::StatusCode::kNotFound);
  auto logs = Open<LogPeer>("EntrypointLogStream");
  logs->Send(Lines("nosuch", {"x"}));
  executor.RunAll();
  EXPECT_EQ(logs->status()->code(), absl::StatusCode::kNotFound);
}

TEST_F(EntrypointsTest, ExecFromStartToExit) {
  auto config = Connect("I1");
  Advance(absl::Seconds(3));
  config->Take();
  auto client = Exec("D1");
  ASSERT_EQ(client->Take().size(), 1u);
  ASSERT_EQ(config->received().size(), 1u);
  const auto exec = config->Take()[0].config().exec(0);
  EXPECT_THAT(exec.args(), ElementsAre("sh"));

  pb::ExecStreamRequest input;
  input.mutable_input()->set_data("in");
  client->Send(input);
  auto entrypoint = Open<EntrypointExecPeer>("EntrypointExecStream");
  pb::EntrypointExecRequest open;
  open.mutable_open()->set_index(exec.index());
  entrypoint->Send(open);
  executor.RunAll();
  ASSERT_EQ(entrypoint->received().size(), 2u);
  EXPECT_TRUE(entrypoint->received()[0].opened());
  EXPECT_EQ(entrypoint->received()[1].input(), "in");

  pb::EntrypointExecRequest output, exit;
  output.mutable_output()->set_channel(pb::EntrypointExecRequest::Output::STDERR);
  output.mutable_output()->set_data("out");
  exit.mutable_exit()->set_code(7);
  entrypoint->Send(output);
  entrypoint->Send(exit);
  executor.RunAll();
  ASSERT_EQ(client->received().size(), 2u);
  EXPECT_EQ(client->received()[0].output().channel(), pb::ExecStreamResponse::Output::STDERR);
  EXPECT_EQ(client->received()[0].output().data(), "out");
  EXPECT_EQ(client->received()[1].exit().code(), 7);
  EXPECT_TRUE(client->status()->ok());
  EXPECT_TRUE(entrypoint->status()->ok());
  ASSERT_FALSE(config->received().empty());
  EXPECT_EQ(config->received().back().config().exec_size(), 0);
}

TEST_F(EntrypointsTest, ExecNeedsATargetAndACommand) {
  const auto code = [this](const std::function<void(pb::ExecStreamRequest&)>& fill) {
    auto peer = Open<ExecPeer>("StartExecStream");
    pb::ExecStreamRequest request;
    fill(request);
    peer->Send(request);
    executor.RunAll();
    return peer->status().has_value() ? peer->status()->code() : absl::StatusCode::kOk;
  };
  using Code = absl::StatusCode;
  EXPECT_EQ(code([](pb::ExecStreamRequest& request) { request.mutable_winch(); }), Code::kFailedPrecondition);
  EXPECT_EQ(code([](pb::ExecStreamRequest& request) { request.mutable_start(); }), Code::kInvalidArgument);
  EXPECT_EQ(code([](pb::ExecStreamRequest& request) { request.mutable_start()->set_deployment_id("nosuch"); }),
            Code::kInvalidArgument);
  EXPECT_EQ(code([](pb::ExecStreamRequest& request) { request.mutable_start()->add_args("sh"); }),
            Code::kInvalidArgument);
  EXPECT_EQ(code([](pb::ExecStreamRequest& request) {
              request.mutable_start()->set_deployment_id("nosuch");
              request.mutable_start()->add_args("sh");
            }),
            Code::kNotFound);
}

TEST_F(EntrypointsTest, ExecOfAYoungInstanceIsHeldBack) {
  auto config = Connect("I1");
  config->Take();
  auto client = Exec("D1");
  EXPECT_THAT(config->received(), IsEmpty());
  Advance(absl::Seconds(2));
  ASSERT_EQ(config->received().size(), 1u);
  EXPECT_EQ(config->received()[0].config().exec_size(), 1);
}

TEST_F(EntrypointsTest, ExecPicksTheIdlestAndSaysWhyNot) {
  EXPECT_EQ(Exec("D1")->status()->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Exec("nosuch")->status()->code(), absl::StatusCode::kNotFound);
  auto disabled = Connect("I0", "D1", true);
  EXPECT_EQ(Exec("D1")->status()->code(), absl::StatusCode::kResourceExhausted);
  auto a = Connect("I1"), b = Connect("I2");
  Advance(absl::Seconds(3));
  auto first = Exec("D1"), second = Exec("D1");
  EXPECT_EQ(a->received().back().config().exec_size(), 1);
  EXPECT_EQ(b->received().back().config().exec_size(), 1);
}

TEST_F(EntrypointsTest, ClientEndsWithoutExitWhenTheInstanceVanishesBeforeConnecting) {
  auto config = Connect("I1");
  auto client = Exec("D1");
  client->Take();
  config->Cancel();
  executor.RunAll();
  EXPECT_THAT(client->received(), IsEmpty());
  EXPECT_TRUE(client->status()->ok());
}

TEST_F(EntrypointsTest, BrokenEntrypointIsExitOneAfterItsOutput) {
  auto config = Connect("I1");
  Advance(absl::Seconds(3));
  auto client = Exec("D1");
  client->Take();
  auto entrypoint = Open<EntrypointExecPeer>("EntrypointExecStream");
  pb::EntrypointExecRequest open, output;
  open.mutable_open()->set_index(config->received().back().config().exec(0).index());
  output.mutable_output()->set_data("out");
  entrypoint->Send(open);
  entrypoint->Send(output);
  entrypoint->Cancel();
  executor.RunAll();
  ASSERT_EQ(client->received().size(), 2u);
  EXPECT_EQ(client->received()[1].exit().code(), 1);
}

TEST_F(EntrypointsTest, FloodOfOutputWaitsForTheClient) {
  auto config = Connect("I1");
  Advance(absl::Seconds(3));
  auto client = Exec("D1");
  client->Pause(true);
  executor.RunAll();
  auto session = Open<EntrypointExecPeer>("EntrypointExecStream");
  pb::EntrypointExecRequest open, output;
  open.mutable_open()->set_index(config->received().back().config().exec(0).index());
  output.mutable_output()->set_data("out");
  session->Send(open);
  EXPECT_TRUE(session->wants_message());
  for (int i = 0; i < 20; ++i) session->Send(output);
  EXPECT_FALSE(session->wants_message());
  client->Pause(false);
  executor.RunAll();
  EXPECT_TRUE(session->wants_message());
}

TEST_F(EntrypointsTest, ListWaitsForTheFirstInstance) {
  auto list = Open<ListPeer>("ListInstances");
  pb::ListInstancesRequest request;
  request.set_deployment_id("D1");
  request.set_wait_timeout("10s");
  list->Send(request);
  executor.RunAll();
  EXPECT_THAT(list->received(), IsEmpty());
  auto config = Connect("I1");
  ASSERT_EQ(list->received().size(), 1u);
  EXPECT_EQ(list->received()[0].instances(0).id(), "I1");

  auto late = Open<ListPeer>("ListInstances");
  request.set_deployment_id("D2");
  late->Send(request);
  Advance(absl::Seconds(10));
  EXPECT_EQ(late->status()->code(), absl::StatusCode::kInternal);

  auto wrong = Open<ListPeer>("ListInstances");
  request.set_deployment_id("D1");
  request.set_wait_timeout("soon");
  wrong->Send(request);
  executor.RunAll();
  EXPECT_EQ(wrong->status()->code(), absl::StatusCode::kFailedPrecondition) << "though nobody would have to wait";
}

}  // namespace
}  // namespace waypoint::testing
