// Builds, artifacts, deployments, releases, status reports (server-and-state.md 8, 9).
#include "records_fixture.h"

namespace waypoint::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kApp[] = "application { project: 'p' application: 'web' } ";
constexpr char kPlace[] = "application { project: 'p' application: 'web' } workspace { workspace: 'default' } ";

class OperationTest : public RecordsTest {
 protected:
  pb::Build Build(const std::string& fields = "") {
    return Call<pb::UpsertBuildResponse, pb::UpsertBuildRequest>("UpsertBuild",
                                                                 absl::StrCat("build { ", kPlace, fields, " }"))
        .build();
  }
  pb::PushedArtifact Artifact(const std::string& fields = "") {
    return Call<pb::UpsertPushedArtifactResponse, pb::UpsertPushedArtifactRequest>(
               "UpsertPushedArtifact", absl::StrCat("artifact { ", kPlace, fields, " }"))
        .artifact();
  }
  pb::Deployment Deploy(const std::string& fields = "", const std::string& place = kPlace) {
    return Call<pb::UpsertDeploymentResponse, pb::UpsertDeploymentRequest>("UpsertDeployment",
                                                                           "deployment { " + place + fields + " }")
        .deployment();
  }
  pb::Release Release(const std::string& fields = "") {
    return Call<pb::UpsertReleaseResponse, pb::UpsertReleaseRequest>("UpsertRelease",
                                                                     absl::StrCat("release { ", kPlace, fields, " }"))
        .release();
  }
  pb::StatusReport Report(const std::string& fields = "") {
    return Call<pb::UpsertStatusReportResponse, pb::UpsertStatusReportRequest>(
               "UpsertStatusReport", absl::StrCat("status_report { ", kPlace, fields, " }"))
        .status_report();
  }
  std::vector<uint64_t> Deployments(const std::string& filter = "") {
    std::vector<uint64_t> sequences;
    const auto list = Call<pb::ListDeploymentsResponse, pb::ListDeploymentsRequest>("ListDeployments", kApp + filter);
    for (const auto& deployment : list.deployments()) {
      sequences.push_back(deployment.sequence());
    }
    return sequences;
  }
};

TEST_F(OperationTest, InsertAssignsIdSequenceAndGeneration) {
  const pb::Deployment first = Deploy("generation {} preload { deploy_url: 'x' }");
  EXPECT_EQ(first.id().size(), 26u);
  EXPECT_EQ(first.sequence(), 1u);
  EXPECT_EQ(first.generation().initial_sequence(), 1u);
  EXPECT_EQ(first.generation().id().size(), 26u);
  EXPECT_TRUE(first.has_preload());
  EXPECT_EQ(first.preload().deploy_url(), "") << "what clients send there is dropped";
  EXPECT_EQ(
      Deploy("generation { id: 'g' }", "application { project: 'P' application: 'WEB' } workspace { workspace: 'w' } ")
          .sequence(),
      2u)
      << "across workspaces and spellings";
  EXPECT_EQ(Deploy("generation { id: 'g' }").generation().initial_sequence(), 2u);
  EXPECT_EQ(Deploy("", "application { project: 'p' application: 'api' } workspace { workspace: 'default' }").sequence(),
            1u);
  EXPECT_EQ(Build().sequence(), 1u) << "each kind counts for itself";
  Restart();
  EXPECT_EQ(Deploy().sequence(), 4u);
}

TEST_F(OperationTest, UpdateKeepsSequenceAndGeneration) {
  const pb::Deployment first = Deploy("generation { id: 'g' } artifact_id: 'a'");
  const pb::Deployment second =
      Deploy("id: '" + first.id() + "' sequence: 99 generation { id: 'other' } state: DESTROYED");
  EXPECT_EQ(second.sequence(), 1u);
  EXPECT_EQ(second.generation().id(), "g");
  EXPECT_EQ(second.state(), pb::Operation::DESTROYED);
  EXPECT_EQ(second.artifact_id(), "") << "the rest is replaced";
  EXPECT_EQ((Code<pb::UpsertBuildResponse, pb::UpsertBuildRequest>("UpsertBuild",
                                                                   absl::StrCat("build { id: 'mine' ", kPlace, "}"))),
            absl::StatusCode::kNotFound)
      << "clients cannot choose ids";
}

TEST_F(OperationTest, AFailedInsertLeavesNothing) {
  backend_.FailCommits(absl::ResourceExhaustedError("disk full"));
  EXPECT_EQ(
      (Code<pb::UpsertBuildResponse, pb::UpsertBuildRequest>("UpsertBuild", absl::StrCat("build { ", kPlace, "}"))),
      absl::StatusCode::kUnavailable);
  backend_.FailCommits(absl::OkStatus());
  Restart();
  EXPECT_EQ(Build().sequence(), 1u);
}

TEST_F(OperationTest, GetByIdAndBySequence) {
  const pb::Deployment one = Deploy();
  auto get = [&](const std::string& ref) {
    return Try<pb::Deployment, pb::GetDeploymentRequest>("GetDeployment", ref);
  };
  EXPECT_EQ(get("ref { id: '" + one.id() + "' }")->sequence(), 1u);
  EXPECT_EQ(get("ref { sequence { application { project: 'P' application: 'Web' } number: 1 } }")->id(), one.id());
  for (const char* number : {"0", "2"}) {
    EXPECT_EQ(
        get(absl::StrCat("ref { sequence { application { project: 'p' application: 'web' } number: ", number, "} }"))
            .status()
            .code(),
        absl::StatusCode::kNotFound);
  }
  EXPECT_EQ(get("ref { id: 'no' }").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(get("ref {}").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(get("").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(OperationTest, ListsAreNewestFirstAndFiltered) {
  Deploy("state: CREATED status { state: SUCCESS start_time { seconds: 10 } complete_time { seconds: 50 } }");
  Deploy("state: DESTROYED status { state: ERROR start_time { seconds: 30 } complete_time { seconds: 40 } }");
  Deploy("state: CREATED");
  Deploy("status { state: RUNNING start_time { seconds: 20 } }",
         "application { project: 'P' application: 'WEB' } workspace { workspace: 'Prod' } ");
  EXPECT_THAT(Deployments(), ElementsAre(2, 4, 1, 3)) << "without a time last";
  EXPECT_THAT(Deployments("order { desc: true }"), ElementsAre(2, 4, 1, 3));
  EXPECT_THAT(Deployments("order { order: COMPLETE_TIME }"), ElementsAre(1, 2, 3, 4)) << "ties by id";
  EXPECT_THAT(Deployments("order { limit: 2 }"), ElementsAre(2, 4));
  EXPECT_THAT(Deployments("workspace { workspace: 'prod' }"), ElementsAre(4));
  EXPECT_THAT(Deployments("workspace { workspace: 'none' }"), IsEmpty());
  EXPECT_THAT(Deployments("physical_state: CREATED"), ElementsAre(1, 3));
  EXPECT_THAT(Deployments("physical_state: CREATED order { limit: 1 }"), ElementsAre(1)) << "cut after filtering";
  EXPECT_THAT(Deployments("status { filters { state: SUCCESS } }"), ElementsAre(1));
  EXPECT_THAT(Deployments("status { filters { state: SUCCESS } } status { filters { state: ERROR } }"),
              ElementsAre(2, 1));
  EXPECT_THAT(Deployments("status { filters { state: SUCCESS } filters { state: ERROR } }"), IsEmpty());
  EXPECT_THAT(Deployments("status { filters { state: UNKNOWN } }"), ElementsAre(3)) << "no status is UNKNOWN";
  EXPECT_THAT(Deployments("status { filters {} }"), IsEmpty());
  EXPECT_THAT(Deployments("status {}"), ElementsAre(2, 4, 1, 3));
  EXPECT_EQ((Code<pb::ListDeploymentsResponse, pb::ListDeploymentsRequest>("ListDeployments", "")),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(OperationTest, PagesStayConsistentWhileRecordsAreAdded) {
  for (int i = 1; i <= 5; ++i) Build(absl::StrCat("status { start_time { seconds: ", i, " } }"));
  auto page = [&](const std::string& pagination) {
    return Call<pb::ListBuildsResponse, pb::ListBuildsRequest>("ListBuilds",
                                                               absl::StrCat(kApp, "pagination { ", pagination, " }"));
  };
  auto sequences = [](const pb::ListBuildsResponse& list) {
    std::vector<uint64_t> all;
    for (const auto& build : list.builds()) all.push_back(build.sequence());
    return all;
  };
  const auto first = page("page_size: 2");
  EXPECT_THAT(sequences(first), ElementsAre(5, 4));
  Build("status { start_time { seconds: 9 } }");
  const auto second = page("page_size: 2 next_page_token: '" + first.pagination().next_page_token() + "'");
  EXPECT_THAT(sequences(second), ElementsAre(3, 2));
  const auto back = page("page_size: 9 previous_page_token: '" + second.pagination().previous_page_token() + "'");
  EXPECT_THAT(sequences(back), ElementsAre(6, 5, 4));
}

TEST_F(OperationTest, ALongListWithoutPagesStaysBelowTheClientsLimit) {
  const std::string big(200'000, 'x');
  for (int i = 1; i <= 25; ++i) {
    Build(absl::StrCat("template_data: '", big, "' status { start_time { seconds: ", i, " } }"));
  }
  const auto list = Call<pb::ListBuildsResponse, pb::ListBuildsRequest>("ListBuilds", kApp);
  EXPECT_LT(list.ByteSizeLong(), 3'600u * 1024);
  EXPECT_EQ(list.builds(0).sequence(), 25u) << "the newest that fit";
  const auto rest = Call<pb::ListBuildsResponse, pb::ListBuildsRequest>(
      "ListBuilds", absl::StrCat(kApp, "pagination { next_page_token: '", list.pagination().next_page_token(), "' }"));
  EXPECT_EQ(list.builds_size() + rest.builds_size(), 25);
}

TEST_F(OperationTest, LatestIsTheNewestSuccess) {
  auto latest = [&](const std::string& more = "") {
    return Try<pb::Build, pb::GetLatestBuildRequest>("GetLatestBuild", kApp + more);
  };
  EXPECT_EQ(latest().status().code(), absl::StatusCode::kNotFound);
  Build("status { state: SUCCESS complete_time { seconds: 20 } }");
  Build("status { state: SUCCESS complete_time { seconds: 10 } }");
  Build("status { state: ERROR complete_time { seconds: 30 } }");
  Build("");
  EXPECT_EQ(latest()->sequence(), 1u);
  EXPECT_EQ(latest("workspace { workspace: 'other' }").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ((Code<pb::Build, pb::GetLatestBuildRequest>("GetLatestBuild", "")), absl::StatusCode::kInvalidArgument);
}

TEST_F(OperationTest, DetailsAreLoadedAsAsked) {
  const pb::Build build = Build("job_id: 'job'");
  const pb::PushedArtifact artifact = Artifact("build_id: '" + build.id() + "'");
  const pb::Deployment deployment = Deploy("url: 'http://x' artifact_id: '" + artifact.id() + "'");
  const pb::Release release = Release("deployment_id: '" + deployment.id() + "'");
  store_->Update(
      [](state::Txn& txn) {
        txn.Put("job", Parse<pb::Job>("id: 'job' data_source_ref { git { commit: 'c' } }"));
        return absl::OkStatus();
      },
      [](absl::Status) {});

  const std::string by_id = "ref { id: '" + deployment.id() + "' }";
  auto deploy = Call<pb::Deployment, pb::GetDeploymentRequest>("GetDeployment", by_id);
  EXPECT_EQ(deploy.preload().deploy_url(), "http://x");
  EXPECT_FALSE(deploy.preload().has_artifact());
  deploy = Call<pb::Deployment, pb::GetDeploymentRequest>("GetDeployment", by_id + " load_details: ARTIFACT");
  EXPECT_EQ(deploy.preload().artifact().id(), artifact.id());
  EXPECT_FALSE(deploy.preload().has_build());
  deploy = Call<pb::Deployment, pb::GetDeploymentRequest>("GetDeployment", by_id + " load_details: BUILD");
  EXPECT_EQ(deploy.preload().build().preload().job_data_source_ref().git().commit(), "c");

  const auto full =
      Call<pb::Release, pb::GetReleaseRequest>("GetRelease", "load_details: BUILD ref { id: '" + release.id() + "' }");
  EXPECT_EQ(full.preload().deployment().id(), deployment.id());
  EXPECT_EQ(full.preload().artifact().id(), artifact.id());
  EXPECT_EQ(full.preload().build().id(), build.id());

  const auto artifacts = Call<pb::ListPushedArtifactsResponse, pb::ListPushedArtifactsRequest>(
      "ListPushedArtifacts", absl::StrCat(kApp, "include_build: true"));
  EXPECT_EQ(artifacts.artifacts(0).build().id(), build.id());
  EXPECT_FALSE((
      Call<pb::PushedArtifact, pb::GetPushedArtifactRequest>("GetPushedArtifact", "ref { id: '" + artifact.id() + "' }")
          .has_build()));

  Deploy("artifact_id: 'none'");
  EXPECT_EQ((Code<pb::ListDeploymentsResponse, pb::ListDeploymentsRequest>(
                "ListDeployments", absl::StrCat(kApp, "load_details: ARTIFACT"))),
            absl::StatusCode::kNotFound);
}

TEST_F(OperationTest, ScreensGetBundles) {
  const pb::Build build = Build();
  const pb::PushedArtifact artifact = Artifact("build_id: '" + build.id() + "'");
  const pb::Deployment deployment = Deploy("artifact_id: '" + artifact.id() + "'");
  const pb::Release release = Release("deployment_id: '" + deployment.id() + "'");
  Report("deployment_id: '" + deployment.id() + "'");  // without a time: oldest
  const pb::StatusReport newest = Report("generated_time { seconds: 20 } deployment_id: '" + deployment.id() + "'");
  Report("generated_time { seconds: 10 } deployment_id: '" + deployment.id() + "'");
  const pb::StatusReport of_release = Report("generated_time { seconds: 1 } release_id: '" + release.id() + "'");

  const auto list =
      Call<pb::UI::ListDeploymentsResponse, pb::UI::ListDeploymentsRequest>("UI_ListDeployments", kApp).deployments();
  ASSERT_EQ(list.size(), 1);
  EXPECT_EQ(list[0].artifact().id(), artifact.id());
  EXPECT_EQ(list[0].build().id(), build.id());
  EXPECT_EQ(list[0].latest_status_report().id(), newest.id());
  EXPECT_FALSE(list[0].deployment().preload().has_artifact());
  const auto releases =
      Call<pb::UI::ListReleasesResponse, pb::UI::ListReleasesRequest>("UI_ListReleases", kApp).releases();
  ASSERT_EQ(releases.size(), 1);
  EXPECT_EQ(releases[0].release().preload().build().id(), build.id());
  EXPECT_EQ(releases[0].latest_status_report().id(), of_release.id());
  const auto one = Call<pb::UI::GetDeploymentResponse, pb::UI::GetDeploymentRequest>(
      "UI_GetDeployment", "ref { id: '" + deployment.id() + "' }");
  EXPECT_EQ(one.deployment().build().id(), build.id());
}

TEST_F(OperationTest, LatestReportByTarget) {
  const std::string done = "status { state: SUCCESS complete_time { seconds: ";
  const pb::StatusReport of_d = Report("deployment_id: 'd' " + done + "10 } }");
  const pb::StatusReport of_e = Report("deployment_id: 'e' " + done + "20 } }");
  const pb::StatusReport of_r = Report("release_id: 'd' " + done + "30 } }");
  auto latest = [&](const std::string& target) {
    return Call<pb::StatusReport, pb::GetLatestStatusReportRequest>("GetLatestStatusReport", kApp + target).id();
  };
  EXPECT_EQ(latest(""), of_r.id());
  EXPECT_EQ(latest("any {}"), of_r.id());
  EXPECT_EQ(latest("deployment_any {}"), of_e.id());
  EXPECT_EQ(latest("release_any {}"), of_r.id());
  EXPECT_EQ(latest("deployment_id: 'd'"), of_d.id());
  EXPECT_EQ(latest("release_id: 'd'"), of_r.id());
  auto list = [&](const std::string& target) {
    return Call<pb::ListStatusReportsResponse, pb::ListStatusReportsRequest>("ListStatusReports", kApp + target)
        .status_reports_size();
  };
  EXPECT_EQ(list(""), 3);
  EXPECT_EQ(list("deployment {}"), 2);
  EXPECT_EQ(list("release {}"), 1);
}

TEST_F(OperationTest, RecordsNeedAPlace) {
  auto code = [&](const std::string& fields) {
    return Code<pb::UpsertReleaseResponse, pb::UpsertReleaseRequest>("UpsertRelease", fields);
  };
  EXPECT_EQ(code(""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("release {}"), absl::StatusCode::kInternal);
  EXPECT_EQ(code(absl::StrCat("release { ", kApp, "}")), absl::StatusCode::kInternal);
  EXPECT_EQ(code(absl::StrCat("release { ", kPlace, "}")), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace waypoint::server
