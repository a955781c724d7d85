// A runner against a server that the test plays: jobs run, output stays in order, restarts lose nothing.
#include "runner/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/synchronization/notification.h"

#include "base/real_clock.h"
#include "support/memory_channel.h"
#include "waypoint/job.pb.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;
using support::Peer;

class RunnerTest : public ::testing::Test {
 protected:
  RunnerOptions Options() {
    RunnerOptions options;
    options.kind = RunnerOptions::Kind::kLocal;
    options.id = "r1";
    options.by_id_only = true;
    return options;
  }
  // Plays the server's part of a start; Start() runs on another thread meanwhile.
  void Start(Runner& runner) {
    std::jthread server([&] { config_ = AcceptRegistration(); });
    ASSERT_TRUE(runner.Start({}).ok());
  }
  std::shared_ptr<Peer> AcceptRegistration() {
    auto peer = channel_.Accept("RunnerConfig");
    if (peer == nullptr) return nullptr;
    auto open = peer->Next<pb::RunnerConfigRequest>();
    EXPECT_TRUE(open.has_value());
    if (open.has_value()) opened_ = open->open().runner();
    pb::RunnerConfigResponse response;
    response.mutable_config();
    peer->Send(response);
    return peer;
  }
  std::shared_ptr<Peer> Assign(const std::string& job, const std::string& reattach = "") {
    auto peer = channel_.Accept("RunnerJobStream");
    if (peer == nullptr) return nullptr;
    auto request = peer->Next<pb::RunnerJobStreamRequest>();
    EXPECT_TRUE(request.has_value());
    EXPECT_EQ(request->request().runner_id(), "r1");
    EXPECT_EQ(request->request().reattach_job_id(), reattach);
    pb::RunnerJobStreamResponse response;
    response.mutable_assignment()->mutable_job()->set_id(job);
    peer->Send(response);
    auto ack = peer->Next<pb::RunnerJobStreamRequest>();
    EXPECT_TRUE(ack.has_value() && ack->has_ack());
    return peer;
  }
  // The next message that is no heartbeat.
  static pb::RunnerJobStreamRequest Next(Peer& peer) {
    while (auto message = peer.Next<pb::RunnerJobStreamRequest>()) {
      if (!message->has_heartbeat()) return *message;
    }
    return {};
  }

  support::MemoryChannel channel_;
  RealClock clock_;
  RealIds ids_;
  std::shared_ptr<Peer> config_;
  pb::Runner opened_;
};

pb::GetJobStreamResponse::Terminal::Event LineEvent(const std::string& text) {
  pb::GetJobStreamResponse::Terminal::Event event;
  event.mutable_line()->set_msg(text);
  return event;
}

TEST_F(RunnerTest, RegistersAndRunsOneJobAfterAnother) {
  Runner runner(channel_, clock_, ids_, Options(), [](const JobRun& run) -> absl::StatusOr<pb::Job::Result> {
    run.terminal->Send(LineEvent("hello from " + run.assignment->job().id()));
    pb::Job::Result result;
    result.mutable_init();
    return result;
  });
  Start(runner);
  EXPECT_EQ(opened_.id(), "r1");
  EXPECT_TRUE(opened_.by_id_only());
  EXPECT_TRUE(opened_.has_local());
  for (const char* id : {"a", "b"}) {
    auto peer = Assign(id);
    EXPECT_EQ(Next(*peer).terminal().events(0).line().msg(), absl::StrCat("hello from ", id));
    EXPECT_TRUE(Next(*peer).complete().result().has_init());
    peer->Finish(absl::OkStatus());
  }
}

TEST_F(RunnerTest, OutputKeepsItsOrder) {
  constexpr int kLines = 3000;
  Runner runner(channel_, clock_, ids_, Options(), [](const JobRun& run) -> absl::StatusOr<pb::Job::Result> {
    for (int i = 0; i < kLines; ++i) run.terminal->Send(LineEvent(absl::StrCat(i)));
    return pb::Job::Result();
  });
  Start(runner);
  auto peer = Assign("a");
  int expected = 0;
  while (true) {
    auto message = Next(*peer);
    if (message.has_complete()) break;
    ASSERT_TRUE(message.has_terminal());
    for (const auto& event : message.terminal().events()) ASSERT_EQ(event.line().msg(), absl::StrCat(expected++));
  }
  EXPECT_EQ(expected, kLines);
  peer->Finish(absl::OkStatus());
}

// A message with other bytes in a text would be refused whole, and the job lost.
TEST_F(RunnerTest, WhatProgramsSayIsSentAsText) {
  Runner runner(channel_, clock_, ids_, Options(), [](const JobRun& run) -> absl::StatusOr<pb::Job::Result> {
    run.terminal->Send(LineEvent("caf\xe9"));
    return absl::FailedPreconditionError("it said: \xff");
  });
  Start(runner);
  auto peer = Assign("a");
  EXPECT_EQ(Next(*peer).terminal().events(0).line().msg(), "caf\xef\xbf\xbd");
  EXPECT_EQ(Next(*peer).error().error().message(), "it said: \xef\xbf\xbd");
  peer->Finish(absl::OkStatus());
}

TEST_F(RunnerTest, OutputOfAnySizeFitsIntoMessages) {
  Runner runner(channel_, clock_, ids_, Options(), [](const JobRun& run) -> absl::StatusOr<pb::Job::Result> {
    for (int i = 0; i < 40; ++i) run.terminal->Send(LineEvent(std::string(200 << 10, 'x')));
    return pb::Job::Result();
  });
  Start(runner);
  auto peer = Assign("a");
  int events = 0;
  for (auto message = Next(*peer); message.has_terminal(); message = Next(*peer)) {
    EXPECT_LT(message.ByteSizeLong(), 2u << 20);
    events += message.terminal().events_size();
  }
  EXPECT_EQ(events, 40);
  peer->Finish(absl::OkStatus());
}

TEST_F(RunnerTest, AFailedJobReportsItsError) {
  Runner runner(channel_, clock_, ids_, Options(), [](const JobRun&) -> absl::StatusOr<pb::Job::Result> {
    return absl::FailedPreconditionError("no such thing");
  });
  Start(runner);
  auto peer = Assign("a");
  auto message = Next(*peer);
  ASSERT_TRUE(message.has_error());
  EXPECT_EQ(message.error().error().code(), 9);
  EXPECT_EQ(message.error().error().message(), "no such thing");
  peer->Finish(absl::OkStatus());
}

absl::StatusOr<pb::Job::Result> UntilStopped(const JobRun& run) {
  absl::Notification stopped;
  std::stop_callback notify(run.stop, [&] { stopped.Notify(); });
  stopped.WaitForNotification();
  return absl::CancelledError("told to stop");
}

TEST_F(RunnerTest, ACancelEndsTheOperation) {
  Runner runner(channel_, clock_, ids_, Options(), UntilStopped);
  Start(runner);
  auto peer = Assign("a");
  pb::RunnerJobStreamResponse cancel;
  cancel.mutable_cancel();
  peer->Send(cancel);
  EXPECT_EQ(Next(*peer).error().error().code(), 1);
  peer->Finish(absl::OkStatus());
}

TEST_F(RunnerTest, AForcedEndSendsNothingAndGoesOn) {
  Runner runner(channel_, clock_, ids_, Options(), UntilStopped);
  Start(runner);
  auto peer = Assign("a");
  pb::RunnerJobStreamResponse cancel;
  cancel.mutable_cancel()->set_force(true);
  peer->Send(cancel);
  peer->Finish(absl::OkStatus());
  EXPECT_NE(channel_.Accept("RunnerJobStream"), nullptr);
}

TEST_F(RunnerTest, HeartbeatsFlowWhileTheJobRuns) {
  RunnerOptions options = Options();
  options.heartbeat = absl::Milliseconds(5);
  Runner runner(channel_, clock_, ids_, options, UntilStopped);
  Start(runner);
  auto peer = Assign("a");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(peer->Next<pb::RunnerJobStreamRequest>()->has_heartbeat());
  peer->Finish(absl::OkStatus());
}

// The server goes away in the middle and comes back: the job goes on, facts are told again.
TEST_F(RunnerTest, ReattachesAfterTheServerRestarted) {
  absl::Notification resume;
  Runner runner(channel_, clock_, ids_, Options(), [&](const JobRun& run) -> absl::StatusOr<pb::Job::Result> {
    pb::Job::Config config;
    config.set_source(pb::Job::Config::FILE);
    run.reports.config_load(config);
    run.terminal->Send(LineEvent("before"));
    resume.WaitForNotification();
    run.terminal->Send(LineEvent("after"));
    return pb::Job::Result();
  });
  Start(runner);
  auto first = Assign("a");
  EXPECT_TRUE(Next(*first).has_config_load());
  EXPECT_EQ(Next(*first).terminal().events(0).line().msg(), "before");
  first->Finish(absl::UnavailableError("server going down"));
  config_->Finish(absl::UnavailableError("server going down"));
  resume.Notify();
  config_ = AcceptRegistration();
  auto second = Assign("a", "a");
  ASSERT_NE(second, nullptr);
  EXPECT_TRUE(Next(*second).has_config_load());
  EXPECT_EQ(Next(*second).terminal().events(0).line().msg(), "after");
  EXPECT_TRUE(Next(*second).has_complete());
  second->Finish(absl::OkStatus());
}

// The assignment arrived, the way back is cut: the job is taken once the server is there again.
TEST_F(RunnerTest, AcknowledgesOnANewStreamWhenTheFirstBrokeBefore) {
  std::atomic<int> runs = 0;
  Runner runner(channel_, clock_, ids_, Options(), [&](const JobRun&) -> absl::StatusOr<pb::Job::Result> {
    ++runs;
    return pb::Job::Result();
  });
  Start(runner);
  auto first = channel_.Accept("RunnerJobStream");
  ASSERT_NE(first, nullptr);
  ASSERT_TRUE(first->Next<pb::RunnerJobStreamRequest>().has_value());
  pb::RunnerJobStreamResponse response;
  response.mutable_assignment()->mutable_job()->set_id("a");
  first->Send(response);
  first->Finish(absl::UnavailableError("killed"));
  config_->Finish(absl::UnavailableError("killed"));
  config_ = AcceptRegistration();
  auto second = Assign("a", "a");
  ASSERT_NE(second, nullptr);
  EXPECT_TRUE(Next(*second).has_complete());
  second->Finish(absl::OkStatus());
  EXPECT_EQ(runs, 1);
}

// A Complete that reached nobody is sent again.
TEST_F(RunnerTest, ALostCompleteIsRepeated) {
  absl::Notification sent;
  Runner runner(channel_, clock_, ids_, Options(), [&](const JobRun&) -> absl::StatusOr<pb::Job::Result> {
    sent.WaitForNotification();
    return pb::Job::Result();
  });
  Start(runner);
  auto first = Assign("a");
  sent.Notify();
  ASSERT_TRUE(Next(*first).has_complete());  // read by a server that dies before it stores it
  first->Finish(absl::UnavailableError("killed"));
  config_->Finish(absl::UnavailableError("killed"));
  config_ = AcceptRegistration();
  auto second = Assign("a", "a");
  ASSERT_NE(second, nullptr);
  EXPECT_TRUE(Next(*second).has_complete());
  second->Finish(absl::OkStatus());
}

// Calls of an operation outlast a server that restarts; queueing is never repeated.
TEST_F(RunnerTest, CallsOfTheOperationAreRepeatedWhileTheServerIsAway) {
  std::atomic<int> gets = 0, queues = 0;
  channel_.On<pb::GetJobRequest, pb::Job>("GetJob", [&](const auto&) -> absl::StatusOr<pb::Job> {
    if (++gets < 3) return absl::UnavailableError("restarting");
    return pb::Job();
  });
  channel_.On<pb::QueueJobRequest, pb::QueueJobResponse>("QueueJob",
                                                         [&](const auto&) -> absl::StatusOr<pb::QueueJobResponse> {
                                                           ++queues;
                                                           return absl::UnavailableError("restarting");
                                                         });
  Runner runner(channel_, clock_, ids_, Options(), [](const JobRun& run) -> absl::StatusOr<pb::Job::Result> {
    auto got = client::Invoke<pb::Job>(*run.channel, "GetJob", pb::GetJobRequest());
    if (!got.ok()) return got.status();
    return client::Invoke<pb::QueueJobResponse>(*run.channel, "QueueJob", pb::QueueJobRequest()).status();
  });
  Start(runner);
  auto peer = Assign("a");
  EXPECT_EQ(Next(*peer).error().error().code(), 14);
  peer->Finish(absl::OkStatus());
  EXPECT_EQ(gets, 3);
  EXPECT_EQ(queues, 1);
}

TEST_F(RunnerTest, AServerThatStaysAwayEndsAPatientRunnersJob) {
  RunnerOptions options = Options();
  options.give_up_after = absl::Milliseconds(120);
  Runner runner(channel_, clock_, ids_, options, UntilStopped);
  Start(runner);
  auto peer = Assign("a");
  peer->Finish(absl::UnavailableError("killed"));
  config_->Finish(absl::UnavailableError("killed"));
  std::jthread dead([this](std::stop_token stop) {
    while (!stop.stop_requested()) {
      auto attempt = channel_.Accept("RunnerConfig", absl::Milliseconds(50));
      if (attempt != nullptr) attempt->Finish(absl::UnavailableError("nobody here"));
    }
  });
  EXPECT_FALSE(runner.Wait({}).ok());
}

TEST_F(RunnerTest, ARefusalFailsTheStart) {
  Runner runner(channel_, clock_, ids_, Options(), UntilStopped);
  std::jthread server([&] { channel_.Accept("RunnerConfig")->Finish(absl::PermissionDeniedError("rejected")); });
  absl::Status status = runner.Start({});
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(RunnerTest, StopWaitsForTheJobUnderWay) {
  absl::Notification resume;
  std::atomic<bool> finished = false;
  Runner runner(channel_, clock_, ids_, Options(), [&](const JobRun&) -> absl::StatusOr<pb::Job::Result> {
    resume.WaitForNotification();
    finished = true;
    return pb::Job::Result();
  });
  Start(runner);
  auto peer = Assign("a");
  std::jthread stopper([&] { runner.Stop(/*cancel=*/false); });
  resume.Notify();
  EXPECT_TRUE(Next(*peer).has_complete());
  peer->Finish(absl::OkStatus());
  stopper.join();
  EXPECT_TRUE(finished);
  EXPECT_TRUE(config_->WaitCancelled());
}

TEST_F(RunnerTest, AnOnDemandRunnerEndsAfterItsJob) {
  RunnerOptions options = Options();
  options.kind = RunnerOptions::Kind::kOnDemand;
  Runner runner(channel_, clock_, ids_, options,
                [](const JobRun&) -> absl::StatusOr<pb::Job::Result> { return pb::Job::Result(); });
  Start(runner);
  auto peer = Assign("a");
  Next(*peer);
  peer->Finish(absl::OkStatus());
  EXPECT_TRUE(runner.Wait({}).ok());
}

TEST_F(RunnerTest, AnOnDemandRunnerGivesUpWaiting) {
  RunnerOptions options = Options();
  options.kind = RunnerOptions::Kind::kOnDemand;
  options.on_demand_accept_timeout = absl::Milliseconds(20);
  Runner runner(channel_, clock_, ids_, options, UntilStopped);
  Start(runner);
  EXPECT_EQ(runner.Wait({}).code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace waypoint::runner
