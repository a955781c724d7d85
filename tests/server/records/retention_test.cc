// What is pruned, how, and what a restart finds (server-and-state.md 5.3, jobs-and-runners.md 16).
#include "records_fixture.h"
#include "server/jobs/job_retention.h"
#include "server/records/record_retention.h"

namespace waypoint::server {
namespace {

using ::testing::ElementsAre;

constexpr absl::Duration kInterval = absl::Minutes(10);

std::string IdAt(absl::Time time, char last = 'x') { return EncodeUlid(time, std::string(10, last)); }

class RetentionTest : public RecordsTest {
 protected:
  // As a server that starts: services, and pruning by `options`.
  void Start(RetentionOptions options) {
    Stop();
    Open();
    jobs_ = std::make_unique<jobs::JobRetention>(*store_, clock_, engine_->index(), options,
                                                 [this](const std::string& id) { gone_.push_back(id); });
    reports_ = std::make_unique<RecordRetention>(*store_, clock_, indexes_, options);
    jobs_->Start();
    reports_->Start();
    executor_.RunAll();
  }
  void Stop() {
    jobs_.reset();
    reports_.reset();
  }
  void NextRound() {
    clock_.Advance(kInterval);
    executor_.RunAll();
  }
  void Update(absl::FunctionRef<void(state::Txn&)> change) {
    absl::Status result = absl::UnknownError("not answered");
    store_->Update(
        [&](state::Txn& txn) {
          change(txn);
          return absl::OkStatus();
        },
        [&](absl::Status status) { result = std::move(status); });
    executor_.RunAll();
    ASSERT_TRUE(result.ok()) << result;
  }
  void PutJob(const std::string& id, pb::Job::State state, const std::string& task = "") {
    Update([&](state::Txn& txn) {
      pb::Job job;
      job.set_id(id);
      job.set_state(state);
      job.mutable_target_runner()->mutable_any();
      job.mutable_noop();
      if (!task.empty()) job.mutable_task()->set_id(task);
      txn.Put(id, job);
    });
  }
  template <typename Record>
  std::vector<std::string> Stored() {
    std::vector<std::string> ids;
    store_->Look(
        [&](const state::View& view) {
          view.ForEach<Record>("", [&](const std::string& id, const Record&) {
            ids.push_back(id);
            return true;
          });
          return absl::OkStatus();
        },
        [](absl::Status) {});
    return ids;
  }
  std::string Report() {
    return Call<pb::UpsertStatusReportResponse, pb::UpsertStatusReportRequest>(
               "UpsertStatusReport",
               "status_report { application { project: 'p' application: 'a' } workspace { workspace: 'w' } }")
        .status_report()
        .id();
  }
  std::string Deployment() {
    return Call<pb::UpsertDeploymentResponse, pb::UpsertDeploymentRequest>(
               "UpsertDeployment",
               "deployment { application { project: 'p' application: 'a' } workspace { workspace: 'w' } }")
        .deployment()
        .id();
  }
  static RetentionOptions Keep(uint64_t count) {
    RetentionOptions options;
    options.jobs.keep = options.status_reports.keep = options.deployments = count;
    options.interval = kInterval;
    return options;
  }

  std::vector<std::string> gone_;
  std::unique_ptr<jobs::JobRetention> jobs_;
  std::unique_ptr<RecordRetention> reports_;
};

TEST_F(RetentionTest, TheOldestAtTheStartLaterFailedOnesFirst) {
  for (const char* id : {"A", "B", "C"}) PutJob(id, pb::Job::SUCCESS);
  PutJob("D", pb::Job::ERROR);
  PutJob("0", pb::Job::QUEUED);
  Start(Keep(4));
  EXPECT_THAT(Stored<pb::Job>(), ElementsAre("0", "B", "C", "D"));
  PutJob("E", pb::Job::SUCCESS);
  EXPECT_THAT(Stored<pb::Job>(), ElementsAre("0", "B", "C", "D", "E")) << "nothing goes between rounds";
  NextRound();
  EXPECT_THAT(Stored<pb::Job>(), ElementsAre("0", "B", "C", "E"));
  EXPECT_THAT(gone_, ElementsAre("A", "D"));
  Stop();
  Restart();
  EXPECT_THAT(Stored<pb::Job>(), ElementsAre("0", "B", "C", "E")) << "deleted from the disk too";
}

TEST_F(RetentionTest, ThousandsGoInOneRoundAndUnfinishedOnesNever) {
  for (int i = 0; i < 1000; ++i) PutJob(absl::StrCat("J", 1000 + i), i % 2 == 0 ? pb::Job::SUCCESS : pb::Job::ERROR);
  for (int i = 0; i < 20; ++i) PutJob(absl::StrCat("Q", 10 + i), pb::Job::QUEUED);
  Start(Keep(10));
  EXPECT_EQ(gone_.size(), 1000u);
  EXPECT_EQ(Stored<pb::Job>().size(), 20u);
}

TEST_F(RetentionTest, ByAge) {
  const std::string old = IdAt(clock_.Now() - absl::Hours(3)), middle = IdAt(clock_.Now() - absl::Hours(2));
  PutJob(old, pb::Job::SUCCESS);
  PutJob(middle, pb::Job::ERROR);
  PutJob(IdAt(clock_.Now() - absl::Hours(3), 'y'), pb::Job::RUNNING);
  RetentionOptions options = Keep(0);
  options.jobs.age = absl::Hours(2) + absl::Minutes(15);
  Start(options);
  EXPECT_THAT(gone_, ElementsAre(old));
  NextRound();
  EXPECT_THAT(gone_, ElementsAre(old));
  NextRound();
  EXPECT_THAT(gone_, ElementsAre(old, middle));
  EXPECT_EQ(Stored<pb::Job>().size(), 1u);
}

TEST_F(RetentionTest, ATaskGoesAsAWhole) {
  for (const char* id : {"A", "B", "C"}) PutJob(id, pb::Job::SUCCESS, "T");
  PutJob("D", pb::Job::SUCCESS);
  Update([](state::Txn& txn) {
    pb::Task task;
    task.set_id("T");
    task.mutable_start_job()->set_id("A");
    task.mutable_task_job()->set_id("B");
    task.mutable_stop_job()->set_id("C");
    txn.Put("t", task);
  });
  Start(Keep(3));
  EXPECT_THAT(Stored<pb::Job>(), ElementsAre("D")) << "one of them was too many";
  EXPECT_THAT(Stored<pb::Task>(), ElementsAre());
  EXPECT_THAT(gone_, ElementsAre("A", "B", "C"));
}

TEST_F(RetentionTest, ATaskUnderWayStaysUntilItsLastJob) {
  for (const char* id : {"A", "B"}) PutJob(id, pb::Job::SUCCESS, "T");
  PutJob("C", pb::Job::RUNNING, "T");
  Update([](state::Txn& txn) {
    pb::Task task;
    task.set_id("T");
    task.mutable_start_job()->set_id("A");
    task.mutable_task_job()->set_id("B");
    task.mutable_stop_job()->set_id("C");
    txn.Put("t", task);
  });
  Start(Keep(1));
  EXPECT_THAT(Stored<pb::Job>(), ElementsAre("C"));
  EXPECT_THAT(Stored<pb::Task>(), ElementsAre("t"));
  PutJob("C", pb::Job::SUCCESS, "T");
  PutJob("D", pb::Job::QUEUED);
  NextRound();
  EXPECT_THAT(Stored<pb::Task>(), ElementsAre());
}

TEST_F(RetentionTest, DeletedJobsCountAsDoneDependencies) {
  const std::string old = IdAt(clock_.Now() - absl::Hours(1)), never = IdAt(clock_.Now() + absl::Hours(1));
  PutJob(old, pb::Job::SUCCESS);
  PutJob(IdAt(clock_.Now()), pb::Job::QUEUED);
  Start(Keep(1));
  ASSERT_THAT(gone_, ElementsAre(old));
  Call<pb::UpsertProjectResponse, pb::UpsertProjectRequest>("UpsertProject", "project { name: 'p' }");
  auto queue = [&](const std::string& dependency) {
    absl::Status result = absl::UnknownError("not answered");
    engine_->Update(
        [&](jobs::Step& step) {
          jobs::NewJob job;
          job.job = Parse<pb::Job>(
              "application { project: 'p' application: 'a' } workspace { workspace: 'w' } target_runner { any {} } "
              "data_source { local {} } noop {}");
          job.job.add_depends_on(dependency);
          return queue_.Add(step, {std::move(job)}).status();
        },
        [&](absl::Status status) { result = std::move(status); });
    executor_.RunAll();
    return result.code();
  };
  EXPECT_EQ(queue(old), absl::StatusCode::kOk);
  EXPECT_EQ(queue(never), absl::StatusCode::kNotFound);
}

TEST_F(RetentionTest, StatusReportsAreDeletedDeploymentsHidden) {
  std::vector<std::string> reports, deployments;
  for (int i = 0; i < 4; ++i) {
    reports.push_back(Report());
    deployments.push_back(Deployment());
  }
  Start(Keep(2));
  EXPECT_THAT(Stored<pb::StatusReport>(), ElementsAre(reports[2], reports[3]));
  EXPECT_THAT(Stored<pb::Deployment>(), ElementsAre(deployments[0], deployments[1], deployments[2], deployments[3]));
  auto get = [&](const std::string& id) {
    return Code<pb::Deployment, pb::GetDeploymentRequest>("GetDeployment", "ref { id: '" + id + "' }");
  };
  EXPECT_EQ(get(deployments[1]), absl::StatusCode::kNotFound);
  EXPECT_EQ(get(deployments[2]), absl::StatusCode::kOk);
  EXPECT_EQ((Code<pb::UpsertDeploymentResponse, pb::UpsertDeploymentRequest>(
                "UpsertDeployment", "deployment { id: '" + deployments[1] +
                                        "' application { project: 'p' application: 'a' } workspace { workspace: 'w' "
                                        "} }")),
            absl::StatusCode::kNotFound);
  const std::string list = "application { project: 'p' application: 'a' }";
  EXPECT_EQ((Call<pb::ListDeploymentsResponse, pb::ListDeploymentsRequest>("ListDeployments", list).deployments_size()),
            2);
  Deployment();
  Report();
  NextRound();
  EXPECT_EQ(get(deployments[2]), absl::StatusCode::kNotFound);
  EXPECT_THAT(Stored<pb::StatusReport>().size(), 2u);
}

TEST_F(RetentionTest, AFailedDeletionIsTriedAgainAndUndoesAll) {
  for (const char* id : {"A", "B", "C"}) PutJob(id, pb::Job::SUCCESS);
  backend_.FailCommits(absl::UnavailableError("disk full"));
  Start(Keep(1));
  EXPECT_THAT(gone_, ElementsAre());
  EXPECT_THAT(Stored<pb::Job>(), ElementsAre("A", "B", "C"));
  EXPECT_THAT(engine_->index().known(), ElementsAre("A", "B", "C"));
  backend_.FailCommits(absl::OkStatus());
  NextRound();
  EXPECT_THAT(Stored<pb::Job>(), ElementsAre("C"));
}

}  // namespace
}  // namespace waypoint::server
