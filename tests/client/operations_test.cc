// Queueing, the choice of the place, and following a job, against a server of functions.
#include "client/operations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "support/fake_channel.h"
#include "support/manual_clock.h"
#include "waypoint/project.pb.h"
#include "waypoint/runner.pb.h"
#include "waypoint/transport.pb.h"

namespace waypoint::client {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using waypoint::testing::FakeChannel;
using waypoint::testing::FakeStreamEnd;
using Event = pb::GetJobStreamResponse;

// What happened, written and read by different threads.
class Log {
 public:
  void push_back(std::string line) {
    absl::MutexLock lock(&mu_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    absl::MutexLock lock(&mu_);
    return lines_;
  }
  void AwaitLine(const std::string& line) {
    absl::MutexLock lock(&mu_);
    auto has = [&] { return std::count(lines_.begin(), lines_.end(), line) > 0; };
    mu_.Await(absl::Condition(&has));
  }

 private:
  mutable absl::Mutex mu_;
  std::vector<std::string> lines_;
};

class Recorder : public FollowEvents {
 public:
  explicit Recorder(Log* log) : log_(log) {}
  void OnTerminal(const Event::Terminal::Event& event) override { log_->push_back(event.line().msg()); }
  void OnAssigned(const Place& place) override {
    static const char* const kNames[] = {"unknown", "local", "remote", "on-demand"};
    log_->push_back(
        absl::StrCat("at ", kNames[static_cast<int>(place.kind)], " ", place.runner_id, place.profile_name));
  }
  void OnDownload(const pb::Job::DataSource::Ref& ref) override { log_->push_back("download"); }
  void OnWaiting() override { log_->push_back("waiting"); }
  void OnStuck() override { log_->push_back("stuck"); }
  void OnServerLost() override { log_->push_back("server lost"); }
  void OnCanceling() override { log_->push_back("canceling"); }
  void OnEnd(bool failed) override { log_->push_back(failed ? "failed" : "done"); }

 private:
  Log* log_;
};

class FakeLocalRunner : public LocalRunner {
 public:
  absl::StatusOr<std::string> Start() override {
    ++starts;
    return std::string("here");
  }
  int starts = 0;
};

Event State(pb::Job::State state, const std::string& runner = "") {
  Event event;
  event.mutable_state()->set_current(state);
  if (!runner.empty()) event.mutable_state()->mutable_job()->mutable_assigned_runner()->set_id(runner);
  return event;
}

Event Line(const std::string& text) {
  Event event;
  event.mutable_terminal()->add_events()->mutable_line()->set_msg(text);
  return event;
}

Event Opened() {
  Event event;
  event.mutable_open();
  return event;
}

Event Complete() {
  Event event;
  event.mutable_complete()->mutable_result()->mutable_up()->set_release_url("http://x");
  return event;
}

struct OperationsTest : public ::testing::Test {
  OperationsTest() {
    channel_.On<pb::QueueJobRequest, pb::QueueJobResponse>("QueueJob", [this](const pb::QueueJobRequest& request) {
      queued_.push_back(request);
      pb::QueueJobResponse response;
      response.set_job_id("job-1");
      return response;
    });
    channel_.On<pb::GetProjectRequest, pb::GetProjectResponse>(
        "GetProject", [this](const pb::GetProjectRequest&) -> absl::StatusOr<pb::GetProjectResponse> {
          if (!project_) return absl::NotFoundError("record not found");
          pb::GetProjectResponse response;
          *response.mutable_project() = *project_;
          return response;
        });
    channel_.On<pb::ListRunnersRequest, pb::ListRunnersResponse>(
        "ListRunners", [this](const pb::ListRunnersRequest&) { return runners_; });
    channel_.On<google::protobuf::Empty, pb::ListOnDemandRunnerConfigsResponse>(
        "ListOnDemandRunnerConfigs", [this](const google::protobuf::Empty&) { return profiles_; });
    project_.emplace().set_name("demo");
    options_.project = "demo";
    options_.interrupt = interrupt_.get_token();
    options_.second_interrupt = second_.get_token();
  }

  Operations Make() {
    return Operations(channel_, clock_, options_, &runner_, [this] { return std::make_unique<Recorder>(&log_); });
  }
  // A project that is ready for remote operation, as far as it goes without a profile.
  void MakeRemote() {
    project_->set_remote_enabled(true);
    project_->mutable_data_source()->mutable_git()->set_url("x");
    runners_.add_runners()->mutable_remote();
  }
  std::shared_ptr<FakeStreamEnd> Stream(std::vector<Event> events) {
    auto end = channel_.ExpectStream("GetJobStream");
    for (const Event& event : events) end->Push(event);
    return end;
  }

  FakeChannel channel_;
  ManualClock clock_;
  std::optional<pb::Project> project_;
  pb::ListRunnersResponse runners_;
  pb::ListOnDemandRunnerConfigsResponse profiles_;
  std::vector<pb::QueueJobRequest> queued_;
  Log log_;
  FakeLocalRunner runner_;
  ProjectOptions options_;
  std::stop_source interrupt_, second_;
};

TEST_F(OperationsTest, ALocalUpFromQueueToResult) {
  options_.labels = {{"k", "v"}};
  Stream({Opened(), State(pb::Job::QUEUED), State(pb::Job::RUNNING, "here"), Line("building"), Complete()});
  Operations operations = Make();
  const auto result = operations.Up("web", {.prune = true, .retain = 2});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->release_url(), "http://x");
  EXPECT_THAT(log_.lines(), ElementsAre("at local here", "building", "done"));
  ASSERT_EQ(queued_.size(), 1u);
  const pb::Job& job = queued_[0].job();
  EXPECT_EQ(queued_[0].expires_in(), "30s");
  EXPECT_EQ(job.target_runner().id().id(), "here");
  EXPECT_TRUE(job.data_source().has_local());
  EXPECT_EQ(job.application().application(), "web");
  EXPECT_EQ(job.workspace().workspace(), "default");
  EXPECT_EQ(job.labels().at("k"), "v");
  EXPECT_EQ(job.up().release().prune_retain(), 2);
  EXPECT_TRUE(job.up().release().prune_retain_override());
  EXPECT_EQ(operations.last_job_id(), "job-1");
}

TEST_F(OperationsTest, TheRunnerStartsOnceForAllApps) {
  Operations operations = Make();
  for (const char* app : {"a", "b"}) {
    Stream({Opened(), Complete()});
    ASSERT_TRUE(operations.Build(app, true).ok());
  }
  EXPECT_EQ(runner_.starts, 1);
}

TEST_F(OperationsTest, WhereItRuns) {
  struct Row {
    const char* name;
    std::function<void(OperationsTest&)> arrange;
    bool local;
  };
  const Row rows[] = {
      {"nothing said", [](OperationsTest&) {}, true},
      {"remote without a profile", [](OperationsTest& t) { t.MakeRemote(); }, true},
      {"remote with a default profile",
       [](OperationsTest& t) {
         t.MakeRemote();
         t.profiles_.add_configs()->set_default_(true);
       },
       false},
      {"remote with a profile of the project",
       [](OperationsTest& t) {
         t.MakeRemote();
         t.options_.project_profile = "docker";
       },
       false},
      {"remote with a profile of an app",
       [](OperationsTest& t) {
         t.MakeRemote();
         t.options_.app_profiles["web"] = "docker";
       },
       false},
      {"remote without a remote runner",
       [](OperationsTest& t) {
         t.MakeRemote();
         t.options_.project_profile = "docker";
         t.runners_.clear_runners();
       },
       true},
      {"remote with a local source",
       [](OperationsTest& t) {
         t.MakeRemote();
         t.options_.project_profile = "docker";
         t.project_->mutable_data_source()->mutable_local();
       },
       true},
      {"not enabled",
       [](OperationsTest& t) {
         t.MakeRemote();
         t.options_.project_profile = "docker";
         t.project_->set_remote_enabled(false);
       },
       true},
      {"told to be local",
       [](OperationsTest& t) {
         t.MakeRemote();
         t.options_.project_profile = "docker";
         t.options_.local = true;
       },
       true},
      {"told to be remote", [](OperationsTest& t) { t.options_.local = false; }, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    project_.emplace().set_name("demo");
    runners_.Clear();
    profiles_.Clear();
    options_.local.reset();
    options_.project_profile.clear();
    options_.app_profiles.clear();
    row.arrange(*this);
    Operations operations = Make();
    ASSERT_TRUE(operations.Prepare().ok());
    EXPECT_EQ(operations.local(), row.local);
  }
}

TEST_F(OperationsTest, ARemoteJobNamesItsProfileAndNeverExpires) {
  MakeRemote();
  options_.project_profile = "common";
  options_.app_profiles["web"] = "special";
  Stream({Opened(), Complete()});
  ASSERT_TRUE(Make().Build("web", true).ok());
  EXPECT_EQ(queued_[0].job().ondemand_runner().name(), "special");
  EXPECT_TRUE(queued_[0].job().target_runner().has_any());
  EXPECT_EQ(queued_[0].expires_in(), "");
  EXPECT_EQ(runner_.starts, 0);
}

TEST_F(OperationsTest, AnUnknownProjectPointsToInit) {
  project_.reset();
  EXPECT_THAT(Make().Prepare().message(), HasSubstr("waypoint init"));
}

TEST_F(OperationsTest, TheJobsErrorIsTheResult) {
  Event failed;
  failed.mutable_complete()->mutable_error()->set_code(9);
  failed.mutable_complete()->mutable_error()->set_message("port 8080 is taken");
  Stream({Opened(), failed});
  const auto result = Make().Build("web", true);
  EXPECT_EQ(result.status(), absl::FailedPreconditionError("port 8080 is taken"));
  EXPECT_THAT(log_.lines(), ElementsAre("failed"));
}

TEST_F(OperationsTest, AStreamThatDoesNotOpenOrEndsEarlyIsAborted) {
  Stream({Line("x")});
  EXPECT_EQ(Make().Build("web", true).status().code(), absl::StatusCode::kAborted);
  Stream({Opened()})->Finish(absl::OkStatus());
  EXPECT_EQ(Make().Build("web", true).status().code(), absl::StatusCode::kAborted);
}

TEST_F(OperationsTest, AJobThatDoesNotStartIsNoticedAfter3And60Seconds) {
  auto end = Stream({Opened(), State(pb::Job::QUEUED)});
  std::thread follower([&] { EXPECT_TRUE(Make().Build("web", true).ok()); });
  while (clock_.pending() < 2) std::this_thread::yield();
  clock_.Advance(absl::Seconds(4));
  clock_.Advance(absl::Seconds(60));
  end->Push(Complete());
  follower.join();
  EXPECT_THAT(log_.lines(), ElementsAre("waiting", "stuck", "done"));
  EXPECT_EQ(clock_.pending(), 0u);
}

TEST_F(OperationsTest, AnInterruptCancelsALocalJobAndWaitsForItsEnd) {
  auto end = Stream({Opened(), State(pb::Job::RUNNING, "here")});
  std::vector<std::string> cancelled;
  channel_.On<pb::CancelJobRequest, google::protobuf::Empty>("CancelJob", [&](const pb::CancelJobRequest& request) {
    cancelled.push_back(request.job_id());
    Event failed;
    failed.mutable_complete()->mutable_error()->set_code(2);
    failed.mutable_complete()->mutable_error()->set_message("signal: killed");
    end->Push(failed);
    return google::protobuf::Empty();
  });
  absl::Status status;
  std::thread follower([&] { status = Make().Build("web", true).status(); });
  log_.AwaitLine("at local here");
  interrupt_.request_stop();
  follower.join();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_THAT(cancelled, ElementsAre("job-1"));
  EXPECT_THAT(log_.lines(), ElementsAre("at local here", "canceling", "failed"));
}

TEST_F(OperationsTest, ASecondInterruptStopsWaiting) {
  Stream({Opened(), State(pb::Job::RUNNING, "here")});
  channel_.On<pb::CancelJobRequest, google::protobuf::Empty>(
      "CancelJob", [](const pb::CancelJobRequest&) { return google::protobuf::Empty(); });
  interrupt_.request_stop();
  second_.request_stop();
  options_.interrupt = {};  // queueing itself is not what is tested here
  ProjectOptions options = options_;
  options.interrupt = interrupt_.get_token();
  Operations operations(channel_, clock_, options, &runner_, [this] { return std::make_unique<Recorder>(&log_); });
  EXPECT_TRUE(absl::IsCancelled(operations.Build("web", true).status()));
}

TEST_F(OperationsTest, AnInterruptLeavesARemoteJobRunning) {
  options_.local = false;
  Stream({Opened(), State(pb::Job::QUEUED)});
  interrupt_.request_stop();
  EXPECT_TRUE(absl::IsCancelled(Make().Build("web", true).status()));
  EXPECT_THAT(channel_.calls(), Not(Contains("CancelJob")));
}

TEST_F(OperationsTest, WhereARemoteJobRunsIsLookedUp) {
  options_.local = false;
  channel_.On<pb::GetRunnerRequest, pb::Runner>("GetRunner", [](const pb::GetRunnerRequest& request) {
    pb::Runner runner;
    if (request.runner_id() == "r1") {
      runner.mutable_remote();
    } else {
      runner.mutable_odr()->set_profile_id("p1");
    }
    return runner;
  });
  channel_.On<pb::GetOnDemandRunnerConfigRequest, pb::GetOnDemandRunnerConfigResponse>(
      "GetOnDemandRunnerConfig", [](const pb::GetOnDemandRunnerConfigRequest&) {
        pb::GetOnDemandRunnerConfigResponse response;
        response.mutable_config()->set_name(" docker-profile");
        return response;
      });
  Stream({Opened(), State(pb::Job::RUNNING, "r1"), Complete()});
  ASSERT_TRUE(Make().Build("web", true).ok());
  Stream({Opened(), State(pb::Job::RUNNING, "r2"), Complete()});
  ASSERT_TRUE(Make().Build("web", true).ok());
  EXPECT_THAT(log_.lines(), ElementsAre("at remote r1", "done", "at on-demand r2 docker-profile", "done"));
}

TEST_F(OperationsTest, AServerThatBeganAnewIsFollowedAgain) {
  Stream({Opened(), State(pb::Job::RUNNING, "here"), Line("one")})->Finish(absl::UnavailableError("gone"));
  Stream({Opened(), State(pb::Job::RUNNING, "here"), Line("two"), Complete()});
  options_.restore = [] { return true; };
  EXPECT_TRUE(Make().Build("web", true).ok());
  EXPECT_THAT(log_.lines(), ElementsAre("at local here", "one", "two", "done"));
  EXPECT_EQ(queued_.size(), 1u);
}

TEST_F(OperationsTest, WhatTheSameServerReplaysIsNotShownTwice) {
  Stream({Opened(), Line("one"), Line("two")})->Finish(absl::UnavailableError("cut"));
  Stream({Opened(), Line("one"), Line("two"), Line("three"), Complete()});
  options_.restore = [] { return false; };
  EXPECT_TRUE(Make().Build("web", true).ok());
  EXPECT_THAT(log_.lines(), ElementsAre("one", "two", "three", "done"));
}

TEST_F(OperationsTest, ARemoteServerIsWaitedForAndItsReplayTellsWhetherItBeganAnew) {
  options_.local = false;
  channel_.On<google::protobuf::Empty, pb::GetVersionInfoResponse>(
      "GetVersionInfo", [](const google::protobuf::Empty&) { return pb::GetVersionInfoResponse(); });
  Stream({Opened(), Line("one"), Line("two")})->Finish(absl::UnavailableError("cut"));
  Stream({Opened(), Line("one"), Line("two"), Line("three")})->Finish(absl::UnavailableError("killed"));
  Stream({Opened(), Line("four"), Line("five"), Complete()});
  EXPECT_TRUE(Make().Build("web", true).ok());
  EXPECT_THAT(log_.lines(), ElementsAre("one", "two", "server lost", "three", "server lost", "four", "five", "done"));
  EXPECT_EQ(queued_.size(), 1u);
}

TEST_F(OperationsTest, ARemoteServerThatStaysAwayEndsTheFollowing) {
  options_.local = false;
  Stream({Opened(), Line("one")})->Finish(absl::UnavailableError("gone"));
  const absl::Status status = Make().Build("web", true).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("waypoint job inspect job-1"));
  EXPECT_THAT(log_.lines(), ElementsAre("one", "server lost", "failed"));
}

TEST_F(OperationsTest, AJobThatFailsAsUnavailableIsNotFollowedAgain) {
  Event failed;
  failed.mutable_complete()->mutable_error()->set_code(14);
  Stream({Opened(), failed});
  int restores = 0;
  options_.restore = [&] {
    ++restores;
    return true;
  };
  EXPECT_TRUE(absl::IsUnavailable(Make().Build("web", true).status()));
  EXPECT_EQ(restores, 0);
}

TEST_F(OperationsTest, RestoringEndsSomeTime) {
  for (int i = 0; i < 8; ++i) Stream({Opened()})->Finish(absl::UnavailableError("gone"));
  options_.restore = [] { return true; };
  EXPECT_TRUE(absl::IsUnavailable(Make().Build("web", true).status()));
}

}  // namespace
}  // namespace waypoint::client
