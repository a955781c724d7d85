// From QueueJob to the end of GetJobStream, over streams in memory (jobs-and-runners.md 2-8).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/jobs/book.h"
#include "support/job_server.h"

namespace waypoint::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// "open state:QUEUED job terminal[a,b] complete"
std::string Story(const std::vector<pb::GetJobStreamResponse>& messages) {
  std::vector<std::string> words;
  for (const auto& message : messages) {
    if (message.has_open()) words.push_back("open");
    if (message.has_state()) {
      words.push_back(absl::StrCat("state:", pb::Job::State_Name(message.state().current()),
                                   message.state().canceling() ? ":canceling" : ""));
    }
    if (message.has_job()) words.push_back("job");
    if (message.has_download()) words.push_back("download");
    if (message.has_terminal()) {
      std::vector<std::string> lines;
      for (const auto& event : message.terminal().events()) lines.push_back(event.line().msg());
      words.push_back(
          absl::StrCat(message.terminal().buffered() ? "buffered" : "live", "[", absl::StrJoin(lines, ","), "]"));
    }
    if (message.has_complete()) {
      words.push_back(message.complete().has_error() ? "error:" + message.complete().error().message() : "complete");
    }
  }
  return absl::StrJoin(words, " ");
}

class JobFlowTest : public ::testing::Test {
 protected:
  JobFlowTest() { server.AddProject("demo"); }
  // kill -9: what the ends of the streams would write is lost with the process.
  template <typename... Peers>
  void Kill(Peers&... peers) {
    server.backend.SetSyncs(MemoryBackend::Syncs::kWhenTold);
    (peers.reset(), ...);
    server.Restart();
    server.backend.SetSyncs(MemoryBackend::Syncs::kAtOnce);
  }
  JobServer server;
};

TEST_F(JobFlowTest, LocalRunnerById) {
  auto config = server.Register(LocalRunner("R"));
  ASSERT_EQ(config->received().size(), 1u);
  auto runner = server.AskForJob("R");
  pb::Job job = BuildJob();
  job.mutable_target_runner()->mutable_id()->set_id("R");
  std::string id = *server.Queue(job);
  auto client = server.Follow(id);
  ASSERT_EQ(runner->received().size(), 1u);
  EXPECT_EQ(runner->received()[0].assignment().job().id(), id);
  EXPECT_EQ(runner->received()[0].assignment().job().state(), pb::Job::WAITING);
  EXPECT_EQ(Story(client->Take()), "open state:WAITING job");

  runner->Send(Ack());
  runner->Send(Print("hello"));
  server.Run();
  EXPECT_EQ(Story(client->Take()), "state:RUNNING job buffered[hello]");
  runner->Send(Print("world"));
  server.Run();
  runner->Send(Print("last words"));
  runner->Send(Complete());
  server.Run();
  EXPECT_EQ(Story(client->Take()), "live[world] live[last words] state:SUCCESS job complete");
  EXPECT_TRUE(client->closed());
  EXPECT_TRUE(client->status()->ok());
  EXPECT_TRUE(runner->status()->ok());
  EXPECT_TRUE(server.Get(id).result().has_build());

  EXPECT_EQ(Story(server.Follow(id)->received()), "open state:SUCCESS job buffered[hello,world,last words] complete");
}

TEST_F(JobFlowTest, FailureEndsTheStreamWithTheRunnersError) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  runner->Send(Ack());
  runner->Send(Failure("boom"));
  server.Run();
  auto client = server.Follow(id);
  EXPECT_EQ(Story(client->received()), "open state:ERROR job buffered[] error:boom");
  EXPECT_TRUE(client->status()->ok());
}

TEST_F(JobFlowTest, AnAnswerBeforeTheAssignmentCountsForIt) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  runner->Send(Ack());
  runner->Send(Print("quick"));
  server.Run();
  EXPECT_EQ(runner->status(), std::nullopt);
  std::string id = server.QueueBuild();
  EXPECT_EQ(server.Get(id).state(), pb::Job::RUNNING);
  runner->Send(Complete());
  server.Run();
  EXPECT_TRUE(runner->status()->ok());
  EXPECT_EQ(Story(server.Follow(id)->received()), "open state:SUCCESS job buffered[quick] complete");

  auto second = server.AskForJob("R");
  second->Send(Complete());
  id = server.QueueBuild();
  EXPECT_EQ(server.Get(id).state(), pb::Job::QUEUED);
  EXPECT_EQ(second->status()->code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(JobFlowTest, UnknownJobIsNotFound) {
  auto client = server.Follow("nosuch");
  EXPECT_EQ(client->status()->code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(client->received().empty());
}

TEST_F(JobFlowTest, QueuedJobSaysWhyWithinASecond) {
  std::string id = server.QueueBuild();
  auto client = server.Follow(id);
  EXPECT_EQ(Story(client->Take()), "open state:QUEUED job");
  server.Advance(absl::Seconds(1));
  EXPECT_EQ(Story(client->received()), "live[Queued: no runner online]");
  EXPECT_EQ(client->Take()[0].blocked().kind(), pb::Job::Blocked::NO_RUNNER);
  EXPECT_EQ(server.Get(id).blocked().kind(), pb::Job::Blocked::NO_RUNNER);

  auto config = server.Register(LocalRunner("R"));
  server.Advance(absl::Seconds(1));
  EXPECT_THAT(Story(client->Take()), HasSubstr("runner R: it takes only jobs that name its id"));
  server.Advance(absl::Seconds(5));
  EXPECT_EQ(Story(client->Take()), "") << "the same reason is told once";
}

TEST_F(JobFlowTest, WaitingJobSaysWhoseAcknowledgementIsMissing) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  auto client = server.Follow(id);
  EXPECT_EQ(Story(client->Take()), "open state:WAITING job");
  server.Advance(absl::Seconds(1));
  EXPECT_THAT(Story(client->received()), HasSubstr("live[Waiting: assigned to runner R since"));
  EXPECT_THAT(client->Take()[0].blocked().message(), HasSubstr("not acknowledged yet"));
  server.Advance(absl::Seconds(11));
  EXPECT_EQ(Story(client->Take()), "") << "the same reason is told once";
  EXPECT_EQ(server.Get(id).blocked().message(), "assigned to runner R since 12s, not acknowledged yet");
  auto list = server.Call<pb::ListJobsResponse>("ListJobs", pb::ListJobsRequest());
  EXPECT_EQ(list->jobs(0).blocked().message(), "assigned to runner R since 12s, not acknowledged yet");

  runner->Send(Ack());
  server.Advance(absl::Seconds(1));
  EXPECT_EQ(Story(client->Take()), "state:RUNNING job");
  EXPECT_FALSE(server.Get(id).has_blocked());
}

TEST_F(JobFlowTest, LostRunnerIsNamedInTheRecordAndTheErrorStaysAsItWas) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  auto client = server.Follow(id);
  runner->Send(Ack());
  server.Run();
  runner->Cancel();
  server.Advance(jobs::kHeartbeatTimeout);
  EXPECT_THAT(Story(client->received()), HasSubstr("error:canceled"));
  const pb::Job job = server.Get(id);
  EXPECT_EQ(job.state(), pb::Job::ERROR);
  EXPECT_EQ(job.error().code(), static_cast<int>(absl::StatusCode::kCancelled));
  EXPECT_THAT(job.blocked().message(), HasSubstr("runner R was lost"));
  EXPECT_EQ(client->received()[client->received().size() - 2].job().job().blocked().message(), job.blocked().message())
      << "a follower knows it before the end";
}

TEST_F(JobFlowTest, ExpiredJobSaysWhatItWaitedFor) {
  std::string id = *server.Queue(BuildJob(), "30s");
  server.Advance(absl::Seconds(30));
  const pb::Job job = server.Get(id);
  EXPECT_EQ(job.error().message(), "canceled");
  EXPECT_EQ(job.blocked().message(), "the job was not started in time: no runner online");
}

TEST_F(JobFlowTest, LockHolderIsNamedAndTheLockPassesOn) {
  auto config = server.Register(RemoteRunner("R"));
  auto first_runner = server.AskForJob("R");
  auto second_runner = server.AskForJob("R");
  std::string first = *server.Queue(DeployJob());
  std::string second = *server.Queue(DeployJob());
  auto client = server.Follow(second);
  first_runner->Send(Ack());
  server.Advance(absl::Seconds(1));
  EXPECT_THAT(Story(client->Take()), HasSubstr(absl::StrCat("Queued: waiting for job ", first, ": deploy of web")));
  EXPECT_TRUE(second_runner->received().empty());
  first_runner->Send(Complete());
  server.Run();
  ASSERT_EQ(second_runner->received().size(), 1u);
  EXPECT_EQ(second_runner->received()[0].assignment().job().id(), second);
}

TEST_F(JobFlowTest, GracefulCancelGoesToTheRunnerWhichDecides) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  runner->Send(Ack());
  server.Run();
  runner->Take();
  auto client = server.Follow(id);
  client->Take();
  pb::CancelJobRequest cancel;
  cancel.set_job_id(id);
  EXPECT_TRUE(server.Call<google::protobuf::Empty>("CancelJob", cancel).ok());
  ASSERT_EQ(runner->received().size(), 1u);
  EXPECT_TRUE(runner->received()[0].has_cancel());
  EXPECT_FALSE(runner->received()[0].cancel().force());
  EXPECT_EQ(Story(client->Take()), "state:RUNNING:canceling job");
  runner->Send(Complete());
  server.Run();
  EXPECT_EQ(Story(client->Take()), "state:SUCCESS:canceling job complete");
}

TEST_F(JobFlowTest, CancelBeforeTheAckIsSentRightAfterIt) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  runner->Take();
  pb::CancelJobRequest cancel;
  cancel.set_job_id(id);
  EXPECT_TRUE(server.Call<google::protobuf::Empty>("CancelJob", cancel).ok());
  EXPECT_TRUE(runner->received().empty());
  runner->Send(Ack());
  server.Run();
  ASSERT_EQ(runner->received().size(), 1u);
  EXPECT_TRUE(runner->received()[0].has_cancel());
}

TEST_F(JobFlowTest, ForcedCancelEndsTheRunnersStream) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  runner->Send(Ack());
  server.Run();
  runner->Take();
  pb::CancelJobRequest cancel;
  cancel.set_job_id(id);
  cancel.set_force(true);
  EXPECT_TRUE(server.Call<google::protobuf::Empty>("CancelJob", cancel).ok());
  ASSERT_EQ(runner->received().size(), 1u);
  EXPECT_TRUE(runner->received()[0].cancel().force());
  EXPECT_TRUE(runner->status()->ok());
  EXPECT_EQ(server.Get(id).error().code(), 1);
}

TEST_F(JobFlowTest, UnackedJobGoesBackWhenItsStreamBreaks) {
  auto config = server.Register(RemoteRunner("R"));
  auto first = server.AskForJob("R");
  std::string id = server.QueueBuild();
  ASSERT_EQ(first->received().size(), 1u);
  auto second = server.AskForJob("R");
  first->Cancel();
  server.Run();
  ASSERT_EQ(second->received().size(), 1u);
  EXPECT_EQ(second->received()[0].assignment().job().id(), id);
}

TEST_F(JobFlowTest, AckTimeoutRequeues) {
  auto config = server.Register(RemoteRunner("R"));
  auto first = server.AskForJob("R");
  std::string id = server.QueueBuild();
  server.Advance(absl::Minutes(2) + absl::Seconds(1));
  EXPECT_EQ(server.Get(id).state(), pb::Job::QUEUED);
  auto second = server.AskForJob("R");
  ASSERT_EQ(second->received().size(), 1u);
  first->Send(Ack());  // late: the job is the other stream's now
  server.Run();
  EXPECT_EQ(first->status()->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(server.Get(id).state(), pb::Job::WAITING);
  second->Send(Ack());
  server.Run();
  EXPECT_EQ(server.Get(id).state(), pb::Job::RUNNING);
}

TEST_F(JobFlowTest, SilentRunnerLosesItsJobAfterTwoMinutes) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  runner->Send(Ack());
  server.Advance(absl::Seconds(119));
  runner->Send(Heartbeat());
  server.Advance(absl::Seconds(119));
  EXPECT_EQ(server.Get(id).state(), pb::Job::RUNNING);
  server.Advance(absl::Seconds(2));
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
  EXPECT_EQ(server.Get(id).error().code(), 1);
}

TEST_F(JobFlowTest, RunnerOfOursIsMissedWithinFifteenSeconds) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.Open<RunnerJobPeer>("RunnerJobStream");
  pb::RunnerJobStreamRequest request;
  request.mutable_request()->set_runner_id("R");
  request.mutable_request()->set_heartbeat_timeout_seconds(15);
  runner->Send(request);
  std::string id = server.QueueBuild();
  runner->Send(Ack());
  server.Run();
  runner->Cancel();
  server.Advance(absl::Seconds(14));
  EXPECT_EQ(server.Get(id).state(), pb::Job::RUNNING);
  server.Advance(absl::Seconds(1));
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
}

TEST_F(JobFlowTest, ReattachContinuesAndTheOldStreamIsPowerless) {
  auto config = server.Register(RemoteRunner("R"));
  auto first = server.AskForJob("R");
  std::string id = server.QueueBuild();
  first->Send(Ack());
  first->Send(Print("one"));
  server.Run();

  auto second = server.Open<RunnerJobPeer>("RunnerJobStream");
  pb::RunnerJobStreamRequest request;
  request.mutable_request()->set_runner_id("R");
  request.mutable_request()->set_reattach_job_id(id);
  second->Send(request);
  server.Run();
  ASSERT_EQ(second->received().size(), 1u);
  EXPECT_EQ(second->received()[0].assignment().job().state(), pb::Job::RUNNING);
  EXPECT_EQ(first->status()->code(), absl::StatusCode::kAborted);
  first->Send(Complete());
  second->Send(Ack());
  second->Send(Print("two"));
  server.Run();
  EXPECT_EQ(server.Get(id).state(), pb::Job::RUNNING);
  second->Send(Complete());
  server.Run();
  EXPECT_EQ(server.Get(id).state(), pb::Job::SUCCESS);
  EXPECT_THAT(Story(server.Follow(id)->received()), HasSubstr("buffered[one,two]"));
}

TEST_F(JobFlowTest, ReattachToSomebodyElsesJobIsRefused) {
  auto config = server.Register(RemoteRunner("R"));
  auto other = server.Register(RemoteRunner("S"));
  auto first = server.AskForJob("R");
  std::string id = server.QueueBuild();
  auto thief = server.Open<RunnerJobPeer>("RunnerJobStream");
  pb::RunnerJobStreamRequest request;
  request.mutable_request()->set_runner_id("S");
  request.mutable_request()->set_reattach_job_id(id);
  thief->Send(request);
  server.Run();
  EXPECT_EQ(thief->status()->code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(JobFlowTest, RunningJobSurvivesARestartOfTheServer) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  runner->Send(Ack());
  server.Run();
  Kill(runner, config);
  EXPECT_EQ(server.Get(id).state(), pb::Job::RUNNING);
  auto client = server.Follow(id);
  EXPECT_EQ(Story(client->Take()), "open state:RUNNING job");
  config = server.Register(RemoteRunner("R"));
  runner = server.Open<RunnerJobPeer>("RunnerJobStream");
  pb::RunnerJobStreamRequest request;
  request.mutable_request()->set_runner_id("R");
  request.mutable_request()->set_reattach_job_id(id);
  runner->Send(request);
  runner->Send(Ack());
  runner->Send(Print("back"));
  runner->Send(Complete());
  server.Run();
  EXPECT_EQ(Story(client->Take()), "live[back] state:SUCCESS job complete");
}

// The assignment may have died with the server, and then the runner knows nothing of it.
TEST_F(JobFlowTest, UnackedJobGoesOutAgainWhenItsRunnerComesBackWithoutIt) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  Kill(runner, config);
  EXPECT_EQ(server.Get(id).state(), pb::Job::WAITING);
  config = server.Register(RemoteRunner("R"));
  runner = server.AskForJob("R");
  server.Advance(absl::Seconds(4));
  EXPECT_TRUE(runner->received().empty());
  server.Advance(absl::Seconds(1));
  ASSERT_EQ(runner->received().size(), 1u);
  EXPECT_EQ(runner->received()[0].assignment().job().id(), id);
  runner->Send(Ack());
  server.Run();
  EXPECT_EQ(server.Get(id).state(), pb::Job::RUNNING);
}

TEST_F(JobFlowTest, UnackedJobIsKeptForTheRunnerThatAttachesToItAfterARestart) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  Kill(runner, config);
  config = server.Register(RemoteRunner("R"));
  auto idle = server.AskForJob("R");  // a runner of two jobs
  runner = server.Open<RunnerJobPeer>("RunnerJobStream");
  pb::RunnerJobStreamRequest request;
  request.mutable_request()->set_runner_id("R");
  request.mutable_request()->set_reattach_job_id(id);
  runner->Send(request);
  runner->Send(Ack());
  server.Advance(absl::Seconds(10));
  EXPECT_EQ(server.Get(id).state(), pb::Job::RUNNING);
  EXPECT_TRUE(idle->received().empty());
}

TEST_F(JobFlowTest, LostRunningJobEndsTwoMinutesAfterARestart) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  runner->Send(Ack());
  server.Run();
  Kill(runner, config);
  server.Advance(absl::Minutes(2));
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
}

TEST_F(JobFlowTest, ExpiredJobIsCancelled) {
  std::string id = *server.Queue(BuildJob(), "30s");
  server.Advance(absl::Seconds(29));
  EXPECT_EQ(server.Get(id).state(), pb::Job::QUEUED);
  server.Advance(absl::Seconds(1));
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
}

TEST_F(JobFlowTest, ErrorCascadesUnlessAllowed) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string first = server.QueueBuild();
  pb::Job strict = BuildJob(), tolerant = BuildJob();
  strict.add_depends_on(first);
  tolerant.add_depends_on(first);
  tolerant.add_depends_on_allow_failure(first);
  std::string strict_id = *server.Queue(strict), tolerant_id = *server.Queue(tolerant);
  runner->Send(Ack());
  runner->Send(Failure("boom"));
  server.Run();
  EXPECT_EQ(server.Get(strict_id).state(), pb::Job::ERROR);
  EXPECT_THAT(server.Get(strict_id).error().message(), HasSubstr(first));
  EXPECT_EQ(server.Get(tolerant_id).state(), pb::Job::QUEUED);
  auto next = server.AskForJob("R");
  ASSERT_EQ(next->received().size(), 1u);
  EXPECT_EQ(next->received()[0].assignment().job().id(), tolerant_id);
}

TEST_F(JobFlowTest, RejectedRunnerLosesItsWaitingStreams) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  pb::AdoptRunnerRequest reject;
  reject.set_runner_id("R");
  EXPECT_TRUE(server.Call<google::protobuf::Empty>("AdoptRunner", reject).ok());
  EXPECT_EQ(runner->status()->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(config->closed());
}

TEST_F(JobFlowTest, EmptyMessagesTakeBackWhatWasSaid) {
  auto config = server.Register(RemoteRunner("R"));
  const std::string id = server.QueueBuild();
  auto runner = server.AskForJob("R");
  runner->Send(Ack());
  pb::RunnerJobStreamRequest download, loaded, values;
  download.mutable_download()->mutable_data_source_ref()->mutable_git()->set_commit("abc");
  loaded.mutable_config_load()->mutable_config()->set_source(pb::Job::Config::FILE);
  (*values.mutable_variable_values_set()->mutable_final_values())["a"].set_str("b");
  for (const auto& message : {download, loaded, values}) runner->Send(message);
  server.Run();
  EXPECT_EQ(server.Get(id).data_source_ref().git().commit(), "abc");
  EXPECT_TRUE(server.Get(id).has_config());
  EXPECT_EQ(server.Get(id).variable_final_values_size(), 1);

  download.mutable_download()->clear_data_source_ref();
  loaded.mutable_config_load()->clear_config();
  values.mutable_variable_values_set()->clear_final_values();
  for (const auto& message : {download, loaded, values}) runner->Send(message);
  server.Run();
  const pb::Job job = server.Get(id);
  EXPECT_FALSE(job.has_data_source_ref() || job.has_config());
  EXPECT_EQ(job.variable_final_values_size(), 0);
  EXPECT_EQ(job.state(), pb::Job::RUNNING);
}

TEST_F(JobFlowTest, SlowReaderIsToldWhatItMissed) {
  auto config = server.Register(RemoteRunner("R"));
  auto runner = server.AskForJob("R");
  std::string id = server.QueueBuild();
  runner->Send(Ack());
  runner->Send(Print("first"));
  server.Run();
  auto client = server.Follow(id);
  client->Take();
  client->Pause(true);
  for (int i = 0; i < 12000; ++i) runner->Send(Print(absl::StrCat(i)));
  client->Pause(false);
  server.Run();
  size_t lines = 0;
  std::string gap;
  for (const auto& message : client->Take()) {
    for (const auto& event : message.terminal().events()) {
      if (event.line().style() == "warning") gap = event.line().msg();
      ++lines;
    }
  }
  EXPECT_EQ(gap, "[5248 lines of output were skipped here]");
  EXPECT_EQ(lines, 12000u - 5248u + 1u);
}

}  // namespace
}  // namespace waypoint::testing
