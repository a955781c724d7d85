// Calls and their status codes, call by call: what server-and-state.md says of each request that is not quite right,
// and what lists and searches answer at their edges.
#include <memory>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "server/records/records_fixture.h"
#include "waypoint/service.pb.h"

namespace waypoint::server {
namespace {

using absl::StatusCode;
using google::protobuf::Message;

// Static linking drops what nobody names.
const void* const volatile g_linked = &descriptor_table_waypoint_2fservice_2eproto;

struct Row {
  std::string method;
  std::string request;
  StatusCode code;
};

class RulesTest : public RecordsTest {
 protected:
  // Any call by its name; the answer as text.
  absl::StatusOr<std::string> Ask(const std::string& method, const std::string& text) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("hashicorp.waypoint.Waypoint");
    const auto* rpc = service->FindMethodByName(method);
    if (rpc == nullptr) return absl::InternalError(method);
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    const std::unique_ptr<Message> request(factory->GetPrototype(rpc->input_type())->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.get())) << method << " " << text;
    const absl::StatusOr<Empty> bytes = table_.Call<Empty>(method, *request);
    if (!bytes.ok()) return bytes.status();
    const std::unique_ptr<Message> response(factory->GetPrototype(rpc->output_type())->New());
    EXPECT_TRUE(response->ParseFromString(bytes->SerializeAsString()));
    return response->ShortDebugString();
  }
  void Expect(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      EXPECT_EQ(Ask(row.method, row.request).status().code(), row.code) << row.method << " " << row.request;
    }
  }
  void Seed() {
    const std::string place = "application { project: 'p' application: 'a' } workspace { workspace: 'default' } ";
    const std::string done = "status { state: SUCCESS start_time { seconds: 1 } complete_time { seconds: 2 } }";
    Expect({{"UpsertBuild", "build { " + place + done + "}", StatusCode::kOk},
            {"UpsertPushedArtifact", "artifact { build_id: 'gone' " + place + done + "}", StatusCode::kOk},
            {"UpsertDeployment", "deployment { artifact_id: 'gone' " + place + done + "}", StatusCode::kOk},
            {"UpsertRelease", "release { deployment_id: 'gone' " + place + done + "}", StatusCode::kOk},
            {"UpsertStatusReport", "status_report { deployment_id: 'd' " + place + done + "}", StatusCode::kOk}});
  }
};

const std::vector<std::string>& Gets() {
  static const std::vector<std::string> kGets = {"GetBuild",   "GetPushedArtifact", "GetDeployment",
                                                 "GetRelease", "GetStatusReport",   "UI_GetDeployment"};
  return kGets;
}

TEST_F(RulesTest, GetsOfOperations) {
  Seed();
  for (const std::string& method : Gets()) {
    Expect({{method, "", StatusCode::kInvalidArgument},
            {method, "ref {}", StatusCode::kInvalidArgument},
            {method, "ref { sequence {} }", StatusCode::kInvalidArgument},
            {method, "ref { sequence { number: 1 } }", StatusCode::kInvalidArgument},
            {method, "ref { sequence { application {} number: 1 } }", StatusCode::kNotFound},
            {method, "ref { sequence { application { project: 'p' application: 'a' } } }", StatusCode::kNotFound},
            {method, "ref { sequence { application { project: 'p' application: 'a' } number: 2 } }",
             StatusCode::kNotFound},
            {method, "ref { id: '' }", StatusCode::kNotFound},
            {method, "ref { id: 'unknown' }", StatusCode::kNotFound}});
  }
  const std::string first = "ref { sequence { application { project: 'P' application: 'A' } number: 1 } }";
  Expect({{"GetBuild", first, StatusCode::kOk},
          {"GetPushedArtifact", first, StatusCode::kOk},
          {"GetDeployment", first, StatusCode::kOk},
          {"GetDeployment", first + " load_details: ARTIFACT", StatusCode::kNotFound},
          {"UI_GetDeployment", first, StatusCode::kNotFound},
          {"GetRelease", first, StatusCode::kOk},
          {"GetRelease", first + " load_details: DEPLOYMENT", StatusCode::kNotFound},
          {"GetStatusReport", first, StatusCode::kNotFound}});
}

TEST_F(RulesTest, ListsOfOperations) {
  Seed();
  for (const char* method : {"ListBuilds", "ListPushedArtifacts", "ListStatusReports"}) {
    Expect({{method, "", StatusCode::kInvalidArgument},
            {method, "application {}", StatusCode::kInvalidArgument},
            {method, "application { project: 'p' }", StatusCode::kInvalidArgument}});
  }
  for (const char* method : {"ListDeployments", "ListReleases", "UI_ListDeployments", "UI_ListReleases"}) {
    Expect({{method, "", StatusCode::kInvalidArgument},
            {method, "application {}", StatusCode::kOk},
            {method, "application { project: 'p' }", StatusCode::kOk}});
  }
  const std::string app = "application { project: 'p' application: 'a' } ";
  Expect({{"ListPushedArtifacts", app + "include_build: true", StatusCode::kNotFound},
          {"ListDeployments", app + "load_details: BUILD", StatusCode::kNotFound},
          {"ListReleases", app + "load_details: DEPLOYMENT", StatusCode::kNotFound},
          {"UI_ListDeployments", app, StatusCode::kNotFound},
          {"UI_ListReleases", app, StatusCode::kNotFound},
          {"UI_ListReleases", app + "workspace { workspace: 'other' }", StatusCode::kOk}});
}

// A workspace that is named by "" is none that a record can be in; no workspace is any.
TEST_F(RulesTest, ABlankWorkspaceHoldsNothing) {
  Seed();
  const std::string app = "application { project: 'p' application: 'a' } ";
  for (const char* method : {"ListBuilds", "ListPushedArtifacts", "ListDeployments", "ListReleases"}) {
    EXPECT_NE(*Ask(method, app), "") << method;
    EXPECT_EQ(*Ask(method, app + "workspace {}"), "") << method;
  }
  EXPECT_EQ(Ask("GetLatestBuild", app + "workspace {}").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(Ask("GetLatestBuild", app).ok());
}

TEST_F(RulesTest, LatestOfOperations) {
  Seed();
  for (const char* method : {"GetLatestBuild", "GetLatestPushedArtifact", "GetLatestDeployment", "GetLatestRelease",
                             "GetLatestStatusReport"}) {
    Expect({{method, "", StatusCode::kInvalidArgument},
            {method, "application {}", StatusCode::kNotFound},
            {method, "application { project: 'p' application: 'unknown' }", StatusCode::kNotFound},
            {method, "application { project: 'P' application: 'A' }", StatusCode::kOk}});
  }
  const std::string app = "application { project: 'p' application: 'a' } ";
  Expect({{"GetLatestStatusReport", app + "any {}", StatusCode::kOk},
          {"GetLatestStatusReport", app + "deployment_any {}", StatusCode::kOk},
          {"GetLatestStatusReport", app + "release_any {}", StatusCode::kNotFound},
          {"GetLatestStatusReport", app + "deployment_id: 'd'", StatusCode::kOk},
          {"GetLatestStatusReport", app + "deployment_id: 'e'", StatusCode::kNotFound},
          {"GetLatestStatusReport", app + "release_id: 'd'", StatusCode::kNotFound}});
}

TEST_F(RulesTest, RefusedOperationsLeaveNothing) {
  const std::string app = "application { project: 'p' application: 'a' } ", space = "workspace { workspace: 'w' } ";
  for (const auto& [method, field] :
       {std::pair("UpsertBuild", "build"), std::pair("UpsertPushedArtifact", "artifact"),
        std::pair("UpsertDeployment", "deployment"), std::pair("UpsertRelease", "release"),
        std::pair("UpsertStatusReport", "status_report")}) {
    const std::string open = std::string(field) + " { ";
    const StatusCode missing =
        field == std::string("deployment") ? StatusCode::kInvalidArgument : StatusCode::kInternal;
    Expect({{method, "", StatusCode::kInvalidArgument},
            {method, open + "}", missing},
            {method, open + app + "}", missing},
            {method, open + space + "}", missing},
            {method, open + "application {} " + space + "}", StatusCode::kInvalidArgument},
            {method, open + app + "workspace {} }", StatusCode::kInvalidArgument},
            {method, open + "id: 'mine' " + app + space + "}", StatusCode::kNotFound}});
  }
  EXPECT_EQ(*Ask("ListProjects", ""), "pagination { }");
  EXPECT_EQ(*Ask("ListWorkspaces", ""), "");
}

TEST_F(RulesTest, ProjectsAndApplications) {
  Expect({{"UpsertProject", "project { name: 'p' applications { name: 'a' } }", StatusCode::kOk},
          {"GetProject", "", StatusCode::kInvalidArgument},
          {"GetProject", "project {}", StatusCode::kNotFound},
          {"GetProject", "project { project: 'P' }", StatusCode::kOk},
          {"UI_GetProject", "", StatusCode::kInvalidArgument},
          {"UI_GetProject", "project {}", StatusCode::kNotFound},
          {"GetApplication", "", StatusCode::kInvalidArgument},
          {"GetApplication", "application {}", StatusCode::kNotFound},
          {"GetApplication", "application { project: 'p' }", StatusCode::kNotFound},
          {"GetApplication", "application { project: 'p' application: 'A' }", StatusCode::kOk},
          {"UpsertApplication", "name: 'a'", StatusCode::kInvalidArgument},
          {"UpsertApplication", "project { project: 'p' }", StatusCode::kInvalidArgument},
          {"UpsertApplication", "project { project: 'p' } name: 'b c'", StatusCode::kInvalidArgument},
          {"UpsertApplication", "project {} name: 'b'", StatusCode::kNotFound},
          {"DestroyProject", "", StatusCode::kInvalidArgument},
          {"DestroyProject", "project {}", StatusCode::kOk},
          {"DestroyProject", "project { project: 'unknown' }", StatusCode::kOk}});
}

TEST_F(RulesTest, FormatsOfStoredConfiguration) {
  const auto upsert = [this](const std::string& rest) {
    return Ask("UpsertProject", "project { name: 'p' " + rest + " }").status().code();
  };
  EXPECT_EQ(upsert("waypoint_hcl: 'a = 1' waypoint_hcl_format: HCL"), StatusCode::kOk);
  EXPECT_EQ(upsert("waypoint_hcl: '{}' waypoint_hcl_format: JSON"), StatusCode::kOk);
  EXPECT_EQ(upsert("waypoint_hcl: 'a = 1' waypoint_hcl_format: JSON"), StatusCode::kInvalidArgument);
  EXPECT_EQ(upsert("waypoint_hcl: '{}' waypoint_hcl_format: 7"), StatusCode::kInvalidArgument);
  EXPECT_EQ(upsert("waypoint_hcl_format: 7"), StatusCode::kOk);
}

TEST_F(RulesTest, DataSourcesOfProjects) {
  const auto git = [](const std::string& rest) {
    return "project { name: 'p' data_source { git { url: 'https://git.invalid/a' " + rest + " } } }";
  };
  Expect({{"UpsertProject", "project { name: 'p' data_source {} }", StatusCode::kInvalidArgument},
          {"UpsertProject", "project { name: 'p' data_source { git {} } }", StatusCode::kInvalidArgument},
          {"UpsertProject", "project { name: 'p' data_source { local {} } }", StatusCode::kOk},
          {"UpsertProject", git(""), StatusCode::kOk},
          {"UpsertProject", git("path: '/abs'"), StatusCode::kInvalidArgument},
          {"UpsertProject", git("path: '../a'"), StatusCode::kInvalidArgument},
          {"UpsertProject", git("path: 'a/../b'"), StatusCode::kInvalidArgument},
          {"UpsertProject", git("path: './a'"), StatusCode::kInvalidArgument},
          {"UpsertProject", git("path: 'a//b'"), StatusCode::kInvalidArgument},
          {"UpsertProject", git("path: 'a/..b/'"), StatusCode::kOk},
          {"UpsertProject", git("basic {}"), StatusCode::kInvalidArgument},
          {"UpsertProject", git("basic { username: 'u' }"), StatusCode::kInvalidArgument},
          {"UpsertProject", git("basic { username: 'u' password: 'p' }"), StatusCode::kOk},
          {"UpsertProject", git("ssh {}"), StatusCode::kInvalidArgument},
          {"UpsertProject", git("ssh { private_key_pem: '-----BEGIN RSA PRIVATE KEY-----' }"),
           StatusCode::kInvalidArgument}});
}

TEST_F(RulesTest, EventsAndHostnames) {
  Expect({{"UI_ListEvents", "", StatusCode::kInvalidArgument},
          {"UI_ListEvents", "application { project: 'p' application: 'a' }", StatusCode::kUnimplemented},
          {"CreateHostname", "", StatusCode::kInvalidArgument},
          {"CreateHostname", "target {}", StatusCode::kFailedPrecondition},
          {"ListHostnames", "", StatusCode::kFailedPrecondition},
          {"DeleteHostname", "hostname: 'a'", StatusCode::kFailedPrecondition}});
}

TEST_F(RulesTest, ConfigurationOfNothingIsThatOfAll) {
  Expect({{"SetConfig", "variables { name: 'G' static: '1' target { global {} } }", StatusCode::kOk},
          {"SetConfig", "variables { name: 'P' static: '1' target { project { project: 'p' } } }", StatusCode::kOk},
          {"GetConfig", "", StatusCode::kInvalidArgument}});
  const std::string global = R"(variables { name: "G" static: "1" target { global { } } })";
  EXPECT_EQ(*Ask("GetConfig", "project {}"), global);
  EXPECT_EQ(*Ask("GetConfig", "application {}"), global);
}

TEST_F(RulesTest, VariablesAreToldApartByTheirExactTarget) {
  const auto set = [this](const std::string& name, const std::string& value, const std::string& target) {
    Expect({{"SetConfig", "variables { name: '" + name + "' static: '" + value + "' target { " + target + " } }",
             StatusCode::kOk}});
  };
  set("A", "1", "project { project: 'P' }");
  set("a", "2", "project { project: 'P' }");  // replaces: names know no case
  set("a", "3", "project { project: 'p' }");
  set("W", "4", "project { project: 'p' } workspace { workspace: 'Dev' }");
  set("w", "5", "project { project: 'p' } workspace { workspace: 'dev' }");
  const auto values = [this] {
    std::string all;
    const auto found = Call<pb::ConfigGetResponse, pb::ConfigGetRequest>("GetConfig", "project { project: 'P' }");
    for (const auto& var : found.variables()) all += var.static_();
    return all;
  };
  EXPECT_EQ(values(), "4235") << "sorted by name; found in any case";
  Restart();
  Expect({{"DeleteConfig", "variables { name: 'A' target { project { project: 'p' } } }", StatusCode::kOk}});
  EXPECT_EQ(values(), "425");
}

TEST_F(RulesTest, ConfigurationSources) {
  Expect({{"SetConfigSource", "config_source { type: 'vault' global {} }", StatusCode::kOk},
          {"SetConfigSource", "config_source { type: 'vault' }", StatusCode::kInvalidArgument},
          {"DeleteConfigSource", "config_source { type: 'vault' }", StatusCode::kInvalidArgument},
          {"DeleteConfigSource", "", StatusCode::kInvalidArgument},
          {"DeleteConfigSource", "config_source { type: 'unknown' global {} }", StatusCode::kNotFound},
          {"SetConfigSource", "config_source { type: 'unknown' global {} delete: true }", StatusCode::kNotFound},
          {"GetConfigSource", "", StatusCode::kInvalidArgument}});
  const std::string global = *Ask("GetConfigSource", "global {}");
  EXPECT_THAT(global, ::testing::HasSubstr("vault"));
  for (const char* nothing : {"project {}", "application {}", "application { project: 'p' }", "all: true"}) {
    EXPECT_EQ(*Ask("GetConfigSource", nothing), global) << nothing;
  }
}

// Times before 1678 and after 2262 are beyond nanoseconds in 64 bits: they must not come out at the wrong end.
TEST_F(RulesTest, TimesFarAwayStayInOrder) {
  const auto build = [this](const std::string& time) {
    const auto answer = Ask("UpsertBuild",
                            "build { application { project: 'p' application: 'a' } workspace { workspace: 'w' } "
                            "status { state: SUCCESS " +
                                time + " } }");
    EXPECT_TRUE(answer.ok()) << answer.status();
  };
  build("start_time { seconds: -62135596800 }");
  build("");
  build("start_time { seconds: 253402300799 nanos: 999999999 }");
  build("start_time { seconds: 100 }");
  const auto list = Call<pb::ListBuildsResponse, pb::ListBuildsRequest>(
      "ListBuilds", "application { project: 'p' application: 'a' }");
  std::vector<uint64_t> order;
  for (const pb::Build& each : list.builds()) order.push_back(each.sequence());
  EXPECT_EQ(order, (std::vector<uint64_t>{3, 4, 1, 2}));
}

TEST_F(RulesTest, ReportsOfOtherWorkspacesDoNotCount) {
  Seed();
  const auto id = [](const pb::UpsertDeploymentResponse& response) { return response.deployment().id(); };
  const std::string place = "application { project: 'p' application: 'a' } workspace { workspace: 'default' } ";
  const auto build = Call<pb::UpsertBuildResponse, pb::UpsertBuildRequest>("UpsertBuild", "build { " + place + "}");
  const auto artifact = Call<pb::UpsertPushedArtifactResponse, pb::UpsertPushedArtifactRequest>(
      "UpsertPushedArtifact", "artifact { build_id: '" + build.build().id() + "' " + place + "}");
  const std::string deployment = id(Call<pb::UpsertDeploymentResponse, pb::UpsertDeploymentRequest>(
      "UpsertDeployment", "deployment { artifact_id: '" + artifact.artifact().id() + "' " + place + "}"));
  const auto report = [&](const std::string& workspace, int time) {
    return Call<pb::UpsertStatusReportResponse, pb::UpsertStatusReportRequest>(
               "UpsertStatusReport",
               absl::StrCat("status_report { deployment_id: '", deployment, "' generated_time { seconds: ", time,
                            " } application { project: 'p' application: 'a' } workspace { workspace: '", workspace,
                            "' } }"))
        .status_report()
        .id();
  };
  const std::string own = report("Default", 5);
  report("elsewhere", 9);
  const auto shown = Call<pb::UI::GetDeploymentResponse, pb::UI::GetDeploymentRequest>(
      "UI_GetDeployment", "ref { id: '" + deployment + "' }");
  EXPECT_EQ(shown.deployment().latest_status_report().id(), own);
}

TEST_F(RulesTest, ReportsOfAnUnknownDeploymentAreNone) {
  Seed();
  const std::string app = "application { project: 'p' application: 'a' } ";
  EXPECT_NE(*Ask("ListStatusReports", app + "deployment {}"), "");
  EXPECT_EQ(*Ask("ListStatusReports", app + "deployment { id: 'unknown' }"), "");
  EXPECT_EQ(*Ask("ListStatusReports", app + "release {}"), "");
}

}  // namespace
}  // namespace waypoint::server
