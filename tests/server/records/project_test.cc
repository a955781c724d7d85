// Projects, applications, workspaces (server-and-state.md 6, 7).
#include "errors/details.h"
#include "records_fixture.h"

namespace waypoint::server {
namespace {

using ::testing::ElementsAre;

class ProjectTest : public RecordsTest {
 protected:
  pb::Project Upsert(const std::string& project) {
    return Call<pb::UpsertProjectResponse, pb::UpsertProjectRequest>("UpsertProject", "project { " + project + " }")
        .project();
  }
  absl::Status UpsertStatus(const std::string& request) {
    return Try<pb::UpsertProjectResponse, pb::UpsertProjectRequest>("UpsertProject", request).status();
  }
  pb::GetProjectResponse Get(const std::string& name) {
    return Call<pb::GetProjectResponse, pb::GetProjectRequest>("GetProject", "project { project: '" + name + "' }");
  }
  absl::StatusCode GetCode(const std::string& name) {
    return Code<pb::GetProjectResponse, pb::GetProjectRequest>("GetProject", "project { project: '" + name + "' }");
  }
  pb::Application UpsertApp(const std::string& request) {
    return Call<pb::UpsertApplicationResponse, pb::UpsertApplicationRequest>("UpsertApplication", request)
        .application();
  }
  pb::Workspace Workspace(const std::string& name) {
    return Call<pb::GetWorkspaceResponse, pb::GetWorkspaceRequest>("GetWorkspace",
                                                                   "workspace { workspace: '" + name + "' }")
        .workspace();
  }
  void Build(const std::string& project, const std::string& app, const std::string& workspace,
             const std::string& status = "") {
    Call<pb::UpsertBuildResponse, pb::UpsertBuildRequest>(
        "UpsertBuild", absl::StrCat("build { application { project: '", project, "' application: '", app,
                                    "' } workspace { workspace: '", workspace, "' } status { ", status, " } }"));
  }
  int Jobs() {
    int count = 0;
    store_->Look(
        [&](const state::View& view) {
          view.ForEach<pb::Job>("", [&](const std::string&, const pb::Job&) { return ++count > 0; });
          return absl::OkStatus();
        },
        [](absl::Status) {});
    return count;
  }
  std::vector<std::string> Workspaces(const std::string& scope = "global {}") {
    std::vector<std::string> names;
    const auto list = Call<pb::ListWorkspacesResponse, pb::ListWorkspacesRequest>("ListWorkspaces", scope);
    for (const auto& workspace : list.workspaces()) {
      names.push_back(workspace.name());
    }
    return names;
  }
};

TEST_F(ProjectTest, NameIgnoresCaseAndKeepsTheLastSpelling) {
  Upsert("name: 'Demo'");
  EXPECT_EQ(Get("dEMO").project().name(), "Demo");
  Upsert("name: 'DEMO' remote_enabled: true");
  Restart();
  EXPECT_EQ(Get("demo").project().name(), "DEMO");
  EXPECT_EQ(GetCode("other"), absl::StatusCode::kNotFound);
}

TEST_F(ProjectTest, UpsertReplacesAllButApplications) {
  Upsert("name: 'p' remote_enabled: true applications { name: 'given' }");
  UpsertApp("project { project: 'P' } name: 'web'");
  Upsert("name: 'p' applications { name: 'ignored' }");
  const pb::Project project = Get("p").project();
  EXPECT_FALSE(project.remote_enabled());
  ASSERT_EQ(project.applications_size(), 2);
  EXPECT_EQ(project.applications(0).name(), "given");
  EXPECT_EQ(project.applications(1).name(), "web");
}

TEST_F(ProjectTest, PollDefaultsShowButAreNotStored) {
  const pb::Project shown = Upsert("name: 'p' data_source_poll { enabled: true }");
  EXPECT_EQ(shown.data_source_poll().interval(), "30s");
  EXPECT_TRUE(shown.status_report_poll().enabled());
  EXPECT_EQ(shown.status_report_poll().interval(), "5m");
  EXPECT_EQ(Get("p").project().data_source_poll().interval(), "");
  EXPECT_FALSE(Get("p").project().has_status_report_poll());
  EXPECT_EQ(UpsertStatus("project { name: 'p' status_report_poll { enabled: true interval: 'soon' } }").code(),
            absl::StatusCode::kInternal);
}

struct BadProject {
  const char* name;
  const char* request;
  const char* field;
};
const BadProject kBadProjects[] = {
    {"absent", "", "project"},
    {"blank name", "project {}", "project.name"},
    {"bad name", "project { name: 'bad name' }", "project.name"},
    {"no source", "project { name: 'p' data_source {} }", "project.data_source.Source"},
    {"no url", "project { name: 'p' data_source { git {} } }", "project.data_source.Source.Git.url"},
    {"absolute path", "project { name: 'p' data_source { git { url: 'u' path: '/a' } } }",
     "project.data_source.Source.Git.path"},
    {"path upwards", "project { name: 'p' data_source { git { url: 'u' path: 'a/../b' } } }",
     "project.data_source.Source.Git.path"},
    {"double slash", "project { name: 'p' data_source { git { url: 'u' path: 'a//b' } } }",
     "project.data_source.Source.Git.path"},
    {"no password", "project { name: 'p' data_source { git { url: 'u' basic { username: 'x' } } } }",
     "project.data_source.Source.Git.Auth.Basic.password"},
    {"interval", "project { name: 'p' data_source_poll { interval: '10' } }", "project.data_source_poll.interval"},
};

TEST_F(ProjectTest, ViolationsNameTheField) {
  for (const BadProject& row : kBadProjects) {
    SCOPED_TRACE(row.name);
    const absl::Status status = UpsertStatus(row.request);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    const auto violations = ViolationsOf(status);
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].field, row.field);
  }
}

TEST_F(ProjectTest, StoredHclHasALimit) {
  EXPECT_EQ(UpsertStatus("project { name: 'p' waypoint_hcl: '" + std::string(5121, '#') + "' }").code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(ProjectTest, StoredHclNamesApplications) {
  const pb::Project shown = Upsert(
      "name: 'p' waypoint_hcl: 'project = \"p\"\\napp \"web\" {}\\napp \"api\" {}' data_source { git { url: 'u' } }");
  ASSERT_EQ(shown.applications_size(), 2);
  EXPECT_EQ(shown.applications(1).name(), "api");
  EXPECT_EQ(Get("p").project().applications_size(), 2);
  EXPECT_EQ(Jobs(), 0) << "the file says it all";
  Upsert("name: 'j' waypoint_hcl: '{\"app\": {\"web\": {}}}' waypoint_hcl_format: JSON");
  EXPECT_EQ(Get("j").project().applications_size(), 0);
  const absl::Status bad = UpsertStatus("project { name: 'p' waypoint_hcl: 'app {{' }");
  EXPECT_EQ(bad.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(bad.message()), ::testing::HasSubstr("waypoint.hcl:1"));
}

TEST_F(ProjectTest, ASourceQueuesInitJobs) {
  Upsert("name: 'p' data_source { git { url: 'u' } }");
  EXPECT_EQ(Jobs(), 1);
  const auto latest =
      Call<pb::UI::GetProjectResponse, pb::UI::GetProjectRequest>("UI_GetProject", "project { project: 'p' }")
          .latest_init_job();
  EXPECT_EQ(latest.workspace().workspace(), "default");
  EXPECT_TRUE(latest.target_runner().has_any());
  EXPECT_EQ(latest.data_source().git().url(), "u");
  Build("q", "web", "dev");
  Build("q", "web", "prod");
  Upsert("name: 'p' data_source { git { url: 'u' } }");
  EXPECT_EQ(Jobs(), 3) << "one for each workspace";
  Upsert("name: 'p' data_source { git { url: 'u' } } data_source_poll { enabled: true }");
  Upsert("name: 'p' data_source { git { url: 'u' } } state: DESTROYING");
  Upsert("name: 'p' data_source { local {} }");
  EXPECT_EQ(Jobs(), 3);
}

TEST_F(ProjectTest, ListShowsLowerCaseNamesInOrder) {
  for (const char* name : {"b", "A", "c"}) Upsert(absl::StrCat("name: '", name, "'"));
  const auto list = Call<pb::ListProjectsResponse, pb::ListProjectsRequest>("ListProjects", "");
  ASSERT_EQ(list.projects_size(), 3);
  EXPECT_EQ(list.projects(0).project(), "a");
  EXPECT_EQ(list.projects(2).project(), "c");
  EXPECT_EQ(list.total_count(), 3u);
  EXPECT_TRUE(list.has_pagination());
  EXPECT_EQ(list.pagination().next_page_token(), "");
  EXPECT_EQ((Code<pb::ListProjectsResponse, pb::ListProjectsRequest>(
                "ListProjects", "pagination { next_page_token: 'a' previous_page_token: 'b' }")),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ProjectTest, PagesGoForthAndBack) {
  for (const char* name : {"a", "b", "c", "d", "e"}) Upsert(absl::StrCat("name: '", name, "'"));
  auto page = [&](const std::string& pagination) {
    return Call<pb::ListProjectsResponse, pb::ListProjectsRequest>("ListProjects", "pagination { " + pagination + " }");
  };
  auto names = [](const pb::ListProjectsResponse& list) {
    std::string all;
    for (const auto& project : list.projects()) all += project.project();
    return all;
  };
  const auto first = page("page_size: 2");
  EXPECT_EQ(names(first), "ab");
  EXPECT_EQ(first.pagination().previous_page_token(), "");
  Upsert("name: 'aa'");  // before the next page: must not shift it
  const auto second = page("page_size: 2 next_page_token: '" + first.pagination().next_page_token() + "'");
  EXPECT_EQ(names(second), "cd");
  const auto third = page("page_size: 2 next_page_token: '" + second.pagination().next_page_token() + "'");
  EXPECT_EQ(names(third), "e");
  EXPECT_EQ(third.pagination().next_page_token(), "");
  const auto back = page("page_size: 2 previous_page_token: '" + third.pagination().previous_page_token() + "'");
  EXPECT_EQ(names(back), "cd");
  EXPECT_EQ(names(page("page_size: 9 previous_page_token: '" + back.pagination().previous_page_token() + "'")), "aaab");
}

TEST_F(ProjectTest, ApplicationKeepsSpellingAndTakesTheSignal) {
  Upsert("name: 'Demo'");
  EXPECT_EQ(UpsertApp("project { project: 'demo' } name: 'Web' file_change_signal: 'hup'").project().project(), "demo");
  const pb::Application again = UpsertApp("project { project: 'demo' } name: 'web'");
  EXPECT_EQ(again.name(), "Web");
  EXPECT_EQ(again.file_change_signal(), "");
  const auto get = [&](const std::string& ref) {
    return Code<pb::GetApplicationResponse, pb::GetApplicationRequest>("GetApplication", "application { " + ref + " }");
  };
  EXPECT_EQ(get("project: 'demo' application: 'WEB'"), absl::StatusCode::kOk);
  EXPECT_EQ(get("project: 'demo' application: 'no'"), absl::StatusCode::kNotFound);
  EXPECT_EQ(get("project: 'no' application: 'web'"), absl::StatusCode::kNotFound);
  EXPECT_EQ((Code<pb::UpsertApplicationResponse, pb::UpsertApplicationRequest>(
                "UpsertApplication", "project { project: 'no' } name: 'web'")),
            absl::StatusCode::kNotFound);
}

TEST_F(ProjectTest, OperationsCreateWorkspacesAndApplications) {
  Upsert("name: 'P'");
  UpsertApp("project { project: 'p' } name: 'web' file_change_signal: 'hup'");
  Build("p", "web", "Default", "start_time { seconds: 10 } complete_time { seconds: 20 }");
  Build("p", "api", "default", "start_time { seconds: 15 }");
  Build("p", "api", "default");
  const auto project = Get("p");
  ASSERT_EQ(project.project().applications_size(), 2);
  EXPECT_EQ(project.project().applications(0).file_change_signal(), "hup") << "an operation does not wipe it";
  ASSERT_EQ(project.workspaces_size(), 1);
  EXPECT_EQ(project.workspaces(0).workspace().workspace(), "Default");
  const pb::Workspace workspace = Workspace("default");
  EXPECT_EQ(workspace.active_time().seconds(), 15) << "of the latest operation that has a time";
  ASSERT_EQ(workspace.projects_size(), 1);
  ASSERT_EQ(workspace.projects(0).applications_size(), 2);
  EXPECT_EQ(workspace.projects(0).applications(0).active_time().seconds(), 20);
  Restart();
}

TEST_F(ProjectTest, WorkspacesAreFoundByScope) {
  Build("p", "web", "prod");
  Build("p", "api", "default");
  Build("q", "web", "dev");
  EXPECT_THAT(Workspaces(), ElementsAre("default", "dev", "prod"));
  EXPECT_THAT(Workspaces(""), ElementsAre("default", "dev", "prod"));
  EXPECT_THAT(Workspaces("project { project: 'P' }"), ElementsAre("default", "prod"));
  EXPECT_THAT(Workspaces("application { project: 'p' application: 'WEB' }"), ElementsAre("prod"));
  EXPECT_THAT(Workspaces("project { project: 'none' }"), ElementsAre());
}

TEST_F(ProjectTest, UpsertWorkspaceKeepsItsProjects) {
  Build("p", "web", "dev");
  Call<pb::UpsertWorkspaceResponse, pb::UpsertWorkspaceRequest>(
      "UpsertWorkspace", "workspace { name: 'DEV' active_time { seconds: 5 } projects { project { project: 'x' } } }");
  const pb::Workspace workspace = Workspace("dev");
  EXPECT_EQ(workspace.name(), "DEV");
  EXPECT_EQ(workspace.active_time().seconds(), 5);
  ASSERT_EQ(workspace.projects_size(), 1);
  EXPECT_EQ(workspace.projects(0).project().project(), "p");
  for (const char* bad :
       {"", "name: ''", "name: '-a'", "name: 'a b'", "name: 'a23456789012345678901234567890123456789'"}) {
    EXPECT_EQ((Code<pb::UpsertWorkspaceResponse, pb::UpsertWorkspaceRequest>("UpsertWorkspace",
                                                                             absl::StrCat("workspace { ", bad, " }"))),
              absl::StatusCode::kInvalidArgument)
        << bad;
  }
  EXPECT_EQ((Code<pb::GetWorkspaceResponse, pb::GetWorkspaceRequest>("GetWorkspace", "workspace { workspace: 'no' }")),
            absl::StatusCode::kNotFound);
}

TEST_F(ProjectTest, DestroyTakesTheProjectAndNothingElse) {
  Build("p", "web", "only-p");
  Build("p", "web", "both");
  Build("q", "web", "both");
  Build("p", "web", "default");
  Call<pb::ConfigSetResponse, pb::ConfigSetRequest>(
      "SetConfig",
      "variables { name: 'G' static: '1' target { global {} } }"
      "variables { name: 'P' static: '1' target { project { project: 'p' } label_selector: 'a == b' } }"
      "variables { name: 'A' static: '1' target { application { project: 'p' application: 'web' } runner { any {} } } }"
      "variables { name: 'Q' static: '1' target { project { project: 'q' } } }");
  for (int i = 0; i < 2; ++i) Call<Empty, pb::DestroyProjectRequest>("DestroyProject", "project { project: 'P' }");
  Restart();
  EXPECT_EQ(GetCode("p"), absl::StatusCode::kNotFound);
  EXPECT_THAT(Workspaces(), ElementsAre("both", "default"));
  EXPECT_THAT(Workspaces("project { project: 'p' }"), ElementsAre());
  const auto config = Call<pb::ConfigGetResponse, pb::ConfigGetRequest>("GetConfig", "project { project: 'q' }");
  ASSERT_EQ(config.variables_size(), 2);
  EXPECT_EQ(config.variables(0).name(), "G");
  EXPECT_EQ(config.variables(1).name(), "Q");
  EXPECT_EQ((Call<pb::ListBuildsResponse, pb::ListBuildsRequest>("ListBuilds",
                                                                 "application { project: 'p' application: 'web' }")
                 .builds_size()),
            0);
  const auto again = Call<pb::UpsertBuildResponse, pb::UpsertBuildRequest>(
      "UpsertBuild", "build { application { project: 'p' application: 'web' } workspace { workspace: 'default' } }");
  EXPECT_EQ(again.build().sequence(), 1u);
}

}  // namespace
}  // namespace waypoint::server
