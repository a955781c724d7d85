// What clients may ask about jobs, case by case (jobs-and-runners.md 3, 5, 6).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "support/job_server.h"

namespace waypoint::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Code = absl::StatusCode;

class JobRpcTest : public ::testing::Test {
 protected:
  JobRpcTest() { server.AddProject("demo"); }
  absl::StatusOr<pb::ListJobsResponse> List(const std::function<void(pb::ListJobsRequest&)>& ask) {
    pb::ListJobsRequest request;
    ask(request);
    return server.Call<pb::ListJobsResponse>("ListJobs", request);
  }
  std::vector<std::string> Ids(const std::function<void(pb::ListJobsRequest&)>& ask) {
    const auto answer = List(ask);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::vector<std::string> ids;
    for (const pb::Job& job : answer->jobs()) ids.push_back(job.id());
    return ids;
  }
  std::string Add(const std::function<void(pb::Job&)>& change) {
    pb::Job job = BuildJob();
    change(job);
    const auto id = server.Queue(job);
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or("");
  }
  JobServer server;
};

struct Refusal {
  const char* name;
  std::function<void(pb::Job&)> change;
  Code code;
  const char* says;
};

const std::vector<Refusal>& Refusals() {
  static const auto* const refusals = new std::vector<Refusal>{
      {"id", [](pb::Job& job) { job.set_id("mine"); }, Code::kFailedPrecondition, "id must be empty"},
      {"operation", [](pb::Job& job) { job.clear_operation(); }, Code::kUnimplemented, "operation"},
      {"operation before all else",
       [](pb::Job& job) {
         job.clear_operation();
         job.clear_application();
       },
       Code::kUnimplemented, "operation"},
      {"application", [](pb::Job& job) { job.clear_application(); }, Code::kFailedPrecondition, "application"},
      {"workspace", [](pb::Job& job) { job.clear_workspace(); }, Code::kFailedPrecondition, "workspace"},
      {"workspace name", [](pb::Job& job) { job.mutable_workspace()->clear_workspace(); }, Code::kFailedPrecondition,
       "workspace"},
      {"target", [](pb::Job& job) { job.clear_target_runner(); }, Code::kFailedPrecondition, "target_runner"},
      {"target's kind", [](pb::Job& job) { job.mutable_target_runner()->clear_target(); }, Code::kFailedPrecondition,
       "target_runner"},
      {"source's kind", [](pb::Job& job) { job.mutable_data_source()->clear_source(); }, Code::kFailedPrecondition,
       "data_source.source"},
      {"git url", [](pb::Job& job) { job.mutable_data_source()->mutable_git(); }, Code::kFailedPrecondition, "git.url"},
      {"remote source", [](pb::Job& job) { job.mutable_data_source()->mutable_remote(); }, Code::kInternal, "remote"},
      {"project", [](pb::Job& job) { job.mutable_application()->set_project("nosuch"); }, Code::kNotFound, "nosuch"},
      {"two at once",
       [](pb::Job& job) {
         job.clear_workspace();
         job.clear_application();
       },
       Code::kFailedPrecondition, "application is required; workspace is required"},
      {"empty dependency", [](pb::Job& job) { job.add_depends_on(""); }, Code::kFailedPrecondition, "depends_on"},
      {"unknown dependency", [](pb::Job& job) { job.add_depends_on("nosuch"); }, Code::kNotFound, "nosuch"},
      {"allowed but no dependency", [](pb::Job& job) { job.add_depends_on_allow_failure("x"); },
       Code::kFailedPrecondition, "depends_on_allow_failure"},
      {"empty profile", [](pb::Job& job) { job.mutable_ondemand_runner(); }, Code::kFailedPrecondition, "profile"},
      {"unknown profile", [](pb::Job& job) { job.mutable_ondemand_runner()->set_name("nosuch"); }, Code::kNotFound,
       "nosuch"},
  };
  return *refusals;
}

TEST_F(JobRpcTest, WhatIsWrongIsRefusedAndNothingIsQueued) {
  for (const Refusal& refusal : Refusals()) {
    SCOPED_TRACE(refusal.name);
    pb::Job job = BuildJob();
    refusal.change(job);
    const auto answer = server.Queue(job);
    EXPECT_EQ(answer.status().code(), refusal.code) << answer.status();
    EXPECT_THAT(std::string(answer.status().message()), HasSubstr(refusal.says));
  }
  for (const char* path : {"/abs", "./here", "a/../b", "..", "a//b"}) {
    pb::Job job = BuildJob();
    job.mutable_data_source()->mutable_git()->set_url("https://git.example/x.git");
    job.mutable_data_source()->mutable_git()->set_path(path);
    EXPECT_EQ(server.Queue(job).status().code(), Code::kFailedPrecondition) << path;
  }
  for (const char* key : {"", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}) {
    pb::Job job = BuildJob();
    job.mutable_data_source()->mutable_git()->set_url("git@git.example:x.git");
    job.mutable_data_source()->mutable_git()->mutable_ssh()->set_private_key_pem(key);
    const auto answer = server.Queue(job);
    EXPECT_EQ(answer.status().code(), Code::kFailedPrecondition) << key;
    EXPECT_THAT(std::string(answer.status().message()), HasSubstr("private_key_pem"));
  }
  for (const char* wait : {"soon", "5", "1 h", "-"}) {
    EXPECT_EQ(server.Queue(BuildJob(), wait).status().code(), Code::kFailedPrecondition) << wait;
  }
  const auto unset = server.Call<pb::QueueJobResponse>("QueueJob", pb::QueueJobRequest());
  EXPECT_EQ(unset.status().code(), Code::kFailedPrecondition);
  EXPECT_THAT(Ids([](auto&) {}), IsEmpty());
}

TEST_F(JobRpcTest, WhatOnlyTheServerSetsIsCleared) {
  const std::string id = Add([](pb::Job& job) {
    job.set_state(pb::Job::SUCCESS);
    job.mutable_result()->mutable_build();
    job.mutable_error()->set_code(3);
    job.mutable_cancel_time()->set_seconds(1);
    job.mutable_assigned_runner()->set_id("R");
    job.mutable_assign_time()->set_seconds(1);
    job.mutable_ack_time()->set_seconds(1);
    job.mutable_complete_time()->set_seconds(1);
    job.mutable_expire_time()->set_seconds(1);
    job.mutable_task()->set_id("T");
    job.mutable_data_source_ref()->mutable_git()->set_commit("c");
  });
  const pb::Job job = server.Get(id);
  EXPECT_EQ(job.state(), pb::Job::QUEUED);
  EXPECT_FALSE(job.has_result() || job.has_error() || job.has_cancel_time() || job.has_assigned_runner());
  EXPECT_FALSE(job.has_assign_time() || job.has_ack_time() || job.has_complete_time() || job.has_expire_time());
  EXPECT_FALSE(job.has_task() || job.has_data_source_ref());
}

TEST_F(JobRpcTest, ListsAreFiltered) {
  server.AddProject("other");
  const std::string build = Add([](pb::Job&) {});
  const std::string staging = Add([](pb::Job& job) { job.mutable_workspace()->set_workspace("staging"); });
  const std::string other = Add([](pb::Job& job) { job.mutable_application()->set_project("other"); });
  const std::string by_id = Add([](pb::Job& job) { job.mutable_target_runner()->mutable_id()->set_id("R"); });
  const std::string labels = Add([](pb::Job& job) {
    auto& wanted = *job.mutable_target_runner()->mutable_labels()->mutable_labels();
    wanted["env"] = "prod";
    wanted["zone"] = "a";
  });
  const std::string step = Add([](pb::Job& job) {
    job.mutable_pipeline()->set_pipeline_id("P");
    job.mutable_pipeline()->set_pipeline_name("release");
    job.mutable_pipeline()->set_run_sequence(2);
  });
  pb::CancelJobRequest cancel;
  cancel.set_job_id(build);
  ASSERT_TRUE(server.Call<google::protobuf::Empty>("CancelJob", cancel).ok());

  EXPECT_THAT(Ids([](auto&) {}), ElementsAre(build, staging, other, by_id, labels, step));
  EXPECT_THAT(Ids([](auto& ask) { ask.mutable_workspace()->set_workspace("staging"); }), ElementsAre(staging));
  EXPECT_THAT(Ids([](auto& ask) { ask.mutable_workspace()->set_workspace("Staging"); }), IsEmpty());
  EXPECT_THAT(Ids([](auto& ask) { ask.mutable_project()->set_project("other"); }), ElementsAre(other));
  EXPECT_THAT(Ids([](auto& ask) {
                ask.mutable_application()->set_project("other");
                ask.mutable_application()->set_application("web");
              }),
              ElementsAre(other));
  EXPECT_THAT(Ids([](auto& ask) { ask.add_jobstate(pb::Job::ERROR); }), ElementsAre(build));
  EXPECT_THAT(Ids([](auto& ask) {
                ask.add_jobstate(pb::Job::ERROR);
                ask.add_jobstate(pb::Job::RUNNING);
              }),
              ElementsAre(build));
  EXPECT_THAT(Ids([](auto& ask) { ask.mutable_targetrunner()->mutable_id()->set_id("R"); }), ElementsAre(by_id));
  EXPECT_THAT(Ids([](auto& ask) { ask.mutable_targetrunner()->mutable_any(); }),
              ElementsAre(build, staging, other, step));
  EXPECT_THAT(Ids([](auto& ask) {  // one label in common is enough
                auto& wanted = *ask.mutable_targetrunner()->mutable_labels()->mutable_labels();
                wanted["env"] = "prod";
                wanted["zone"] = "b";
              }),
              ElementsAre(labels));
  EXPECT_THAT(Ids([](auto& ask) { ask.mutable_pipeline()->set_pipeline_name("release"); }), ElementsAre(step));
  EXPECT_THAT(Ids([](auto& ask) {
                ask.mutable_pipeline()->set_pipeline_id("P");
                ask.mutable_pipeline()->set_run_sequence(3);
              }),
              IsEmpty());
}

TEST_F(JobRpcTest, PagesGoForthAndBack) {
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i) all.push_back(Add([](pb::Job&) {}));
  auto page = [&](const std::string& next, const std::string& previous) {
    return *List([&](pb::ListJobsRequest& request) {
      request.mutable_pagination()->set_page_size(2);
      request.mutable_pagination()->set_next_page_token(next);
      request.mutable_pagination()->set_previous_page_token(previous);
    });
  };
  auto ids = [](const pb::ListJobsResponse& response) {
    std::vector<std::string> ids;
    for (const pb::Job& job : response.jobs()) ids.push_back(job.id());
    return ids;
  };
  const auto first = page("", "");
  EXPECT_THAT(ids(first), ElementsAre(all[0], all[1]));
  EXPECT_EQ(first.pagination().previous_page_token(), "");
  const auto second = page(first.pagination().next_page_token(), "");
  EXPECT_THAT(ids(second), ElementsAre(all[2], all[3]));
  const auto third = page(second.pagination().next_page_token(), "");
  EXPECT_THAT(ids(third), ElementsAre(all[4]));
  EXPECT_EQ(third.pagination().next_page_token(), "");
  const auto back = page("", third.pagination().previous_page_token());
  EXPECT_THAT(ids(back), ElementsAre(all[2], all[3]));
  const auto start = page("", back.pagination().previous_page_token());
  EXPECT_THAT(ids(start), ElementsAre(all[0], all[1]));
  EXPECT_EQ(start.pagination().previous_page_token(), "");
  EXPECT_THAT(ids(page(back.pagination().next_page_token(), "")), ElementsAre(all[4]));

  const auto both = List([](pb::ListJobsRequest& request) {
    request.mutable_pagination()->set_next_page_token("a");
    request.mutable_pagination()->set_previous_page_token("b");
  });
  EXPECT_EQ(both.status().code(), Code::kInvalidArgument);
}

TEST_F(JobRpcTest, WithoutPagesTheNewestThatFitAreListed) {
  std::vector<std::string> all;
  for (int i = 0; i < 6; ++i) {
    all.push_back(Add([](pb::Job& job) { (*job.mutable_labels())["big"] = std::string(900'000, 'x'); }));
  }
  const auto newest = *List([](auto&) {});
  EXPECT_THAT(Ids([](auto&) {}), ElementsAre(all[3], all[4], all[5]));
  EXPECT_LT(newest.ByteSizeLong(), 3'500u * 1024);
  EXPECT_THAT(Ids([&](pb::ListJobsRequest& request) {
                request.mutable_pagination()->set_next_page_token(newest.pagination().next_page_token());
              }),
              ElementsAre(all[0], all[1], all[2]));
}

// A filter that fits next to nothing has all jobs looked at: not in one turn of the thread that everybody needs.
TEST_F(JobRpcTest, LongListsLeaveOthersTheirTurn) {
  const std::string rare = Add([](pb::Job& job) { job.mutable_workspace()->set_workspace("rare"); });
  for (int i = 0; i < 900; ++i) Add([](pb::Job&) {});
  pb::ListJobsRequest request;
  request.mutable_workspace()->set_workspace("rare");
  const auto answer = server.Begin<pb::ListJobsResponse>("ListJobs", request, server.user);
  int turns = 0;
  bool other = false;
  server.executor.Post([&] { other = true; });
  while (!*answer && server.executor.RunOne()) {
    ++turns;
    EXPECT_TRUE(other || turns < 3) << "it waits behind one slice at most";
  }
  EXPECT_GE(turns, 5);
  ASSERT_TRUE(*answer && (*answer)->ok());
  ASSERT_EQ((**answer)->jobs_size(), 1);
  EXPECT_EQ((**answer)->jobs(0).id(), rare);
}

// Four jobs each: listed in slices as well, and no more than a client takes.
TEST_F(JobRpcTest, ListsOfTasksAreBounded) {
  const auto add = [this](int from, int to, const std::string& body) {
    server.engine->Update(
        [&](jobs::Step& step) {
          for (int i = from; i < to; ++i) {
            pb::Job job = BuildJob();
            job.set_id(absl::StrFormat("J%03d", i));
            job.set_state(pb::Job::SUCCESS);
            (*job.mutable_labels())["big"] = body;
            step.txn().Put(job.id(), job);
            pb::Task task;
            task.set_id(absl::StrFormat("T%03d", i));
            task.mutable_task_job()->set_id(job.id());
            step.txn().Put(absl::StrFormat("t%03d", i), task);
          }
          return absl::OkStatus();
        },
        [](absl::Status) {});
    server.Run();
  };
  const auto begin = [this] {
    return server.Begin<pb::ListTaskResponse>("ListTask", pb::ListTaskRequest(), server.user);
  };
  add(0, 120, "");
  auto all = begin();
  int turns = 0;
  while (!*all && server.executor.RunOne()) ++turns;
  EXPECT_GE(turns, 4);
  ASSERT_EQ((**all)->tasks_size(), 120);
  EXPECT_EQ((**all)->tasks(0).task().id(), "T000");
  EXPECT_EQ((**all)->tasks(119).task_job().id(), "J119");
  add(120, 126, std::string(900'000, 'x'));
  auto newest = begin();
  server.Run();
  ASSERT_TRUE(*newest && (*newest)->ok());
  EXPECT_LT((**newest)->ByteSizeLong(), 3'500u * 1024);
  ASSERT_EQ((**newest)->tasks_size(), 3);
  EXPECT_EQ((**newest)->tasks(0).task().id(), "T123");
  EXPECT_EQ((**newest)->tasks(2).task().id(), "T125");
}

TEST_F(JobRpcTest, ListsGoOnWhileJobsComeAndGo) {
  std::vector<std::string> all;
  for (int i = 0; i < 450; ++i) all.push_back(Add([](pb::Job&) {}));
  const auto answer = server.Begin<pb::ListJobsResponse>("ListJobs", pb::ListJobsRequest(), server.user);
  ASSERT_TRUE(server.executor.RunOne());
  ASSERT_FALSE(*answer);
  server.engine->Update(
      [&](jobs::Step& step) {
        step.txn().Delete<pb::Job>(all[0]);
        return absl::OkStatus();
      },
      [](absl::Status) {});
  pb::QueueJobRequest later;
  *later.mutable_job() = BuildJob();
  server.Begin<pb::QueueJobResponse>("QueueJob", later, server.user);
  server.Run();
  ASSERT_TRUE(*answer && (*answer)->ok());
  ASSERT_EQ((**answer)->jobs_size(), 449) << "the newest first: what came later is not in it, what went is gone";
  EXPECT_EQ((**answer)->jobs(0).id(), all[1]);
  EXPECT_EQ((**answer)->jobs(448).id(), all[449]);
}

TEST_F(JobRpcTest, ValidateTellsWhetherSomebodyCouldRun) {
  auto validate = [&](const std::function<void(pb::Job&)>& change) {
    pb::ValidateJobRequest request;
    *request.mutable_job() = BuildJob();
    change(*request.mutable_job());
    return *server.Call<pb::ValidateJobResponse>("ValidateJob", request);
  };
  auto none = [](pb::Job&) {};
  EXPECT_TRUE(validate(none).valid());
  EXPECT_FALSE(validate(none).assignable()) << "no runner is registered";
  const auto local = server.Register(LocalRunner("L"));
  EXPECT_FALSE(validate(none).assignable()) << "it takes jobs by its id only";
  EXPECT_TRUE(validate([](pb::Job& job) { job.mutable_target_runner()->mutable_id()->set_id("l"); }).assignable());
  pb::Runner runner = RemoteRunner("R");
  (*runner.mutable_labels())["env"] = "prod";
  const auto remote = server.Register(runner);
  EXPECT_TRUE(validate(none).assignable());
  auto labels = [](const char* key, const char* value) {
    return [=](pb::Job& job) { (*job.mutable_target_runner()->mutable_labels()->mutable_labels())[key] = value; };
  };
  EXPECT_TRUE(validate(labels("env", "prod")).assignable());
  EXPECT_TRUE(validate(labels("zone", "a")).assignable()) << "to lack a label is no conflict here";

  const auto invalid = validate([](pb::Job& job) { job.clear_workspace(); });
  EXPECT_FALSE(invalid.valid() || invalid.assignable());
  EXPECT_EQ(invalid.validation_error().code(), static_cast<int>(Code::kFailedPrecondition));
  EXPECT_THAT(invalid.validation_error().message(), HasSubstr("workspace"));
  EXPECT_FALSE(server.Call<pb::ValidateJobResponse>("ValidateJob", pb::ValidateJobRequest())->valid());
}

TEST_F(JobRpcTest, UnknownJobsAreNotFound) {
  pb::CancelJobRequest cancel;
  cancel.set_job_id("nosuch");
  EXPECT_EQ(server.Call<google::protobuf::Empty>("CancelJob", cancel).status().code(), Code::kNotFound);
  pb::GetJobRequest get;
  get.set_job_id("nosuch");
  EXPECT_EQ(server.Call<pb::Job>("GetJob", get).status().code(), Code::kNotFound);
  pb::GetTaskRequest task;
  task.mutable_ref()->set_id("nosuch");
  EXPECT_EQ(server.Call<pb::GetTaskResponse>("GetTask", task).status().code(), Code::kNotFound);
  pb::CancelTaskRequest cancel_task;
  cancel_task.mutable_ref()->set_job_id("nosuch");
  EXPECT_EQ(server.Call<google::protobuf::Empty>("CancelTask", cancel_task).status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace waypoint::testing
