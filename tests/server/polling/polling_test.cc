// The server's own jobs, on simulated time: when they are made, and what is in them
// (pipelines-triggers-polling.md C).
#include "server/polling/poll_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "server/jobs/job_service.h"
#include "server/records/records.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"
#include "support/test_table.h"
#include "waypoint/job.pb.h"
#include "waypoint/project.pb.h"

namespace waypoint::polling {
namespace {

namespace pb = ::hashicorp::waypoint;

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kGit[] = R"(data_source { git { url: "https://git.example/demo.git" } })";

class PollingTest : public ::testing::Test {
 protected:
  PollingTest() { Open(); }
  // As a server that starts: what was in memory only is gone.
  void Open() {
    polling_.reset();
    jobs_.reset();
    records_.reset();
    engine_.reset();
    store_.reset();
    state::StoreOptions options;
    auto jobs = std::make_unique<jobs::JobIndex>();
    jobs::JobIndex& job_index = *jobs;
    options.indexes.push_back(std::move(jobs));
    const server::RecordIndexes indexes = server::AddRecordIndexes(options);
    store_ = *state::OpenStore(backend_, executor_, clock_, ids_, std::move(options));
    engine_ = std::make_unique<jobs::Engine>(*store_, job_index, clock_, ids_);
    records_ = std::make_unique<server::Records>(*store_, indexes, *engine_, queue_);
    jobs_ = std::make_unique<jobs::JobService>(*engine_, queue_);
    polling_ = std::make_unique<PollService>(*engine_, queue_, indexes);
    records_->Register(table_);
    jobs_->Register(table_);
    polling_->Register(table_);
    engine_->Start();
    polling_->Start();
    executor_.RunAll();
  }
  template <typename Res, typename Req>
  absl::StatusOr<Res> Call(const std::string& method, const std::string& text) {
    Req request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
    absl::StatusOr<Res> answer = table_.Call<Res>(method, request);
    executor_.RunAll();
    return answer;
  }
  void Upsert(const std::string& name, const std::string& rest) {
    const auto answer = Call<pb::UpsertProjectResponse, pb::UpsertProjectRequest>(
        "UpsertProject", absl::StrCat("project { name: '", name, "' ", rest, " }"));
    EXPECT_TRUE(answer.ok()) << answer.status();
  }
  std::string Deploy(const std::string& more = "") {
    const auto answer = Call<pb::UpsertDeploymentResponse, pb::UpsertDeploymentRequest>(
        "UpsertDeployment", absl::StrCat(R"(deployment { application { project: "demo" application: "web" }
          workspace { workspace: "default" } status { state: SUCCESS complete_time { seconds: 5 } } )",
                                         more, "}"));
    return answer.ok() ? answer->deployment().id() : answer.status().ToString();
  }
  std::string Release(const std::string& more = "") {
    const auto answer = Call<pb::UpsertReleaseResponse, pb::UpsertReleaseRequest>(
        "UpsertRelease", absl::StrCat(R"(release { application { project: "demo" application: "web" }
          workspace { workspace: "default" } status { state: SUCCESS complete_time { seconds: 5 } } )",
                                      more, "}"));
    return answer.ok() ? answer->release().id() : answer.status().ToString();
  }
  std::vector<pb::Job> Jobs(const std::string& filter = "jobState: QUEUED") {
    const auto answer = Call<pb::ListJobsResponse, pb::ListJobsRequest>("ListJobs", filter);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return {answer->jobs().begin(), answer->jobs().end()};
  }
  // How many jobs were made since the last question; the queued ones are of the last round only.
  size_t Made() {
    const size_t all = Jobs("").size();
    return all - std::exchange(made_, all);
  }
  void Pass(absl::Duration by) {
    executor_.RunAll();
    clock_.Advance(by);
    executor_.RunAll();
  }

  testing::ManualExecutor executor_;
  testing::FakeClock clock_{executor_};
  testing::CountingIds ids_;
  testing::MemoryBackend backend_{testing::MemoryBackend::Syncs::kAtOnce};
  testing::TestTable table_{executor_};
  std::unique_ptr<state::Store> store_;
  std::unique_ptr<jobs::Engine> engine_;
  jobs::JobQueue queue_;
  std::unique_ptr<server::Records> records_;
  std::unique_ptr<jobs::JobService> jobs_;
  std::unique_ptr<PollService> polling_;
  size_t made_ = 0;
};

TEST_F(PollingTest, SourceIsPolledAtOnceAndThenInItsInterval) {
  Upsert("Demo", absl::StrCat(kGit, "data_source_poll { enabled: true } status_report_poll { enabled: false }"));
  Pass(absl::ZeroDuration());
  const auto jobs = Jobs();
  ASSERT_THAT(jobs, SizeIs(1));
  EXPECT_TRUE(jobs[0].has_poll());
  EXPECT_EQ(jobs[0].singleton_id(), "poll/Demo");
  EXPECT_EQ(jobs[0].application().project(), "Demo");
  EXPECT_EQ(jobs[0].application().application(), "");
  EXPECT_EQ(jobs[0].workspace().workspace(), "default");
  EXPECT_TRUE(jobs[0].target_runner().has_any());
  EXPECT_EQ(jobs[0].data_source().git().url(), "https://git.example/demo.git");
  EXPECT_EQ(Made(), 1u);
  Pass(absl::Seconds(29));
  EXPECT_EQ(Made(), 0u);
  Pass(absl::Seconds(1));
  EXPECT_EQ(Made(), 1u);
  const auto later = Jobs();
  ASSERT_THAT(later, SizeIs(1)) << "the waiting one is replaced";
  EXPECT_EQ(later[0].queue_time().seconds(), jobs[0].queue_time().seconds()) << "and keeps its place";
}

TEST_F(PollingTest, AnEditedProjectKeepsItsLastPoll) {
  Upsert("demo", absl::StrCat(kGit, "data_source_poll { enabled: true interval: '1m' }"));
  Pass(absl::ZeroDuration());
  EXPECT_EQ(Made(), 1u);
  Pass(absl::Seconds(20));
  Upsert("demo", absl::StrCat(kGit, "data_source_poll { enabled: true interval: '30s' }"));
  Pass(absl::Seconds(9));
  EXPECT_EQ(Made(), 0u);
  Pass(absl::Seconds(1));
  EXPECT_EQ(Made(), 1u);
}

TEST_F(PollingTest, DisablingForgetsAndEnablingPollsAtOnce) {
  const std::string on = absl::StrCat(kGit, "data_source_poll { enabled: true interval: '1h' }");
  Upsert("demo", on);
  Pass(absl::ZeroDuration());
  EXPECT_EQ(Made(), 1u);
  Upsert("demo", "");
  Pass(absl::Hours(2));
  EXPECT_EQ(Made(), 0u);
  Upsert("demo", on);
  Pass(absl::ZeroDuration());
  EXPECT_EQ(Made(), 1u);
}

TEST_F(PollingTest, AServerThatStartsPollsAtOnce) {
  Upsert("demo", absl::StrCat(kGit, "data_source_poll { enabled: true interval: '1h' }"));
  Pass(absl::ZeroDuration());
  EXPECT_EQ(Made(), 1u);
  Open();
  Pass(absl::ZeroDuration());
  EXPECT_EQ(Made(), 1u);
}

TEST_F(PollingTest, AProjectWithoutASourceKeepsNobodyWaiting) {
  Upsert("aaa", "data_source_poll { enabled: true }");
  Upsert("bbb", absl::StrCat(kGit, "data_source_poll { enabled: true }"));
  Pass(absl::ZeroDuration());
  ASSERT_THAT(Jobs(), SizeIs(1));
  EXPECT_EQ(Jobs()[0].application().project(), "bbb");
  EXPECT_EQ(Made(), 1u);
  Pass(absl::Seconds(30));
  EXPECT_EQ(Made(), 1u);
}

TEST_F(PollingTest, LatestDeploymentAndReleaseAreReported) {
  Upsert("demo", absl::StrCat(kGit, "status_report_poll { enabled: true }"));
  const std::string deployment = Deploy();
  const std::string release = Release();
  Pass(absl::Minutes(5));
  const auto jobs = Jobs();
  std::vector<std::string> singletons;
  for (const pb::Job& job : jobs) {
    if (job.has_init()) continue;
    singletons.push_back(job.singleton_id());
    EXPECT_EQ(job.application().application(), "web");
    EXPECT_EQ(job.data_source().git().url(), "https://git.example/demo.git");
    const auto& report = job.status_report();
    EXPECT_EQ(report.has_deployment() ? report.deployment().id() : report.release().id(),
              report.has_deployment() ? deployment : release);
  }
  EXPECT_THAT(singletons,
              ElementsAre("app-status-poll/default/demo/web/deployment", "app-status-poll/default/demo/web/release"));
}

TEST_F(PollingTest, SourcePollingBringsReportsUnlessTheyAreTurnedOff) {
  struct Case {
    const char* settings;
    bool reports;
  };
  for (const Case& c : {Case{"data_source_poll { enabled: true interval: '24h' }", true},
                        Case{"data_source_poll { enabled: true interval: '24h' } status_report_poll {}", false},
                        Case{"status_report_poll { enabled: true }", true}, Case{"", false}}) {
    SCOPED_TRACE(c.settings);
    Upsert("demo", absl::StrCat(kGit, c.settings));
    Deploy();
    Pass(absl::ZeroDuration());
    Made();
    Pass(absl::Minutes(5));
    EXPECT_EQ(Made(), c.reports ? 1u : 0u);
    Upsert("demo", kGit);
  }
}

TEST_F(PollingTest, WhatHasNotSucceededIsNotReported) {
  Upsert("demo", absl::StrCat(kGit, "status_report_poll { enabled: true }"));
  Pass(absl::ZeroDuration());
  Made();
  Release("unimplemented: true");
  const auto failed = Call<pb::UpsertDeploymentResponse, pb::UpsertDeploymentRequest>(
      "UpsertDeployment", R"(deployment { application { project: "demo" application: "web" }
        workspace { workspace: "default" } status { state: ERROR } })");
  ASSERT_TRUE(failed.ok()) << failed.status();
  Pass(absl::Minutes(5));
  EXPECT_EQ(Made(), 0u);
}

TEST_F(PollingTest, IntervalsWithoutAPauseAreRefused) {
  for (const char* interval : {"0s", "-5s", "soon"}) {
    const auto source = Call<pb::UpsertProjectResponse, pb::UpsertProjectRequest>(
        "UpsertProject",
        absl::StrCat("project { name: 'demo' data_source_poll { enabled: true interval: '", interval, "' } }"));
    EXPECT_EQ(source.status().code(), absl::StatusCode::kInvalidArgument) << interval;
    const auto report = Call<pb::UpsertProjectResponse, pb::UpsertProjectRequest>(
        "UpsertProject",
        absl::StrCat("project { name: 'demo' status_report_poll { enabled: true interval: '", interval, "' } }"));
    EXPECT_EQ(report.status().code(), absl::StatusCode::kInternal) << interval;
  }
}

TEST_F(PollingTest, AReportCanBeExpedited) {
  auto expedite = [&](const std::string& text) {
    return Call<pb::ExpediteStatusReportResponse, pb::ExpediteStatusReportRequest>("ExpediteStatusReport", text);
  };
  EXPECT_EQ(expedite("").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(expedite("deployment { id: 'nosuch' }").status().code(), absl::StatusCode::kNotFound);
  Upsert("demo", "");
  const std::string deployment = Deploy();
  const std::string ref = absl::StrCat("deployment { id: '", deployment, "' }");
  EXPECT_EQ(expedite(ref).status().code(), absl::StatusCode::kFailedPrecondition) << "no data source";
  EXPECT_THAT(Jobs(), IsEmpty());

  Upsert("demo", absl::StrCat(kGit, "status_report_poll { enabled: false } state: DESTROYING"));
  const auto first = expedite(ref);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = expedite(absl::StrCat("release { id: '", Release(), "' } workspace { workspace: 'staging' }"));
  ASSERT_TRUE(second.ok()) << second.status();
  const auto jobs = Jobs();
  ASSERT_THAT(jobs, SizeIs(1)) << "the second replaced the first";
  EXPECT_EQ(jobs[0].id(), second->job_id());
  EXPECT_EQ(jobs[0].workspace().workspace(), "staging");
  EXPECT_EQ(jobs[0].singleton_id(), "status-report-ondemand/web");
  EXPECT_TRUE(jobs[0].status_report().has_release());
  EXPECT_TRUE(jobs[0].target_runner().has_any());
}

}  // namespace
}  // namespace waypoint::polling
