// Variables and sources (logs-exec-entrypoint.md 8-10).
#include "records_fixture.h"
#include "server/common/config_resolve.h"

namespace waypoint::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kGlobal[] = "global {}";
constexpr char kProject[] = "project { project: 'p' }";
constexpr char kWeb[] = "application { project: 'p' application: 'web' }";
constexpr char kApi[] = "application { project: 'p' application: 'api' }";

class ConfigTest : public RecordsTest {
 protected:
  void Set(const std::string& name, const std::string& value, const std::string& target) {
    Call<pb::ConfigSetResponse, pb::ConfigSetRequest>(
        "SetConfig", absl::StrCat("variables { name: '", name, "' static: '", value, "' target { ", target, " } }"));
  }
  absl::StatusCode SetCode(const std::string& request) {
    return Code<pb::ConfigSetResponse, pb::ConfigSetRequest>("SetConfig", request);
  }
  std::vector<std::string> Get(const std::string& request) {
    std::vector<std::string> pairs;
    const auto list = Call<pb::ConfigGetResponse, pb::ConfigGetRequest>("GetConfig", request);
    for (const auto& var : list.variables()) {
      pairs.push_back(var.name() + "=" + var.static_());
    }
    return pairs;
  }
  std::vector<std::string> Sources(const std::string& request) {
    std::vector<std::string> types;
    const auto list = Call<pb::GetConfigSourceResponse, pb::GetConfigSourceRequest>("GetConfigSource", request);
    for (const auto& source : list.config_sources()) {
      types.push_back(source.type() + ":" + source.config().at("k"));
    }
    return types;
  }
};

TEST_F(ConfigTest, NarrowerScopeWins) {
  Set("A", "global", kGlobal);
  Set("A", "project", kProject);
  Set("A", "app", kWeb);
  Set("B", "other app", kApi);
  Set("C", "global in prod", absl::StrCat(kGlobal, " workspace { workspace: 'prod' }"));
  Set("C", "project", kProject);
  Restart();
  EXPECT_THAT(Get(kWeb), ElementsAre("A=app", "C=project")) << "scope beats workspace; siblings do not leak";
  EXPECT_THAT(Get(kApi), ElementsAre("A=project", "B=other app", "C=project"));
  EXPECT_THAT(Get(kProject),
              ElementsAre("A=global", "A=project", "A=app", "B=other app", "C=global in prod", "C=project"))
      << "a project's view is not merged";
  EXPECT_THAT(Get(absl::StrCat("prefix: 'a' ", kWeb)), ElementsAre("A=app"));
  EXPECT_THAT(Get("application { project: 'P' application: 'WEB' }"), ElementsAre("A=app", "C=project"));
}

TEST_F(ConfigTest, WorkspaceAndLabelsNarrowWithinAScope) {
  Set("A", "any", kProject);
  Set("A", "prod", absl::StrCat(kProject, " workspace { workspace: 'prod' }"));
  Set("L", "labelled", absl::StrCat(kProject, " label_selector: 'env == \"x\"'"));
  Set("L", "plain", kProject);
  EXPECT_THAT(Get(absl::StrCat(kWeb, " workspace { workspace: 'PROD' }")), ElementsAre("A=prod", "L=plain"));
  EXPECT_THAT(Get(absl::StrCat(kWeb, " workspace { workspace: 'dev' }")), ElementsAre("A=any", "L=plain"));
  EXPECT_THAT(Get(absl::StrCat(kWeb, " workspace { workspace: 'dev' } labels { key: 'env' value: 'x' }")),
              ElementsAre("A=any", "L=labelled"));
  EXPECT_EQ(SetCode("variables { name: 'X' static: '1' target { global {} label_selector: 'a ==' } }"),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ConfigTest, RunnersSeeOnlyTheirs) {
  Set("APP", "1", kProject);
  Set("R", "any", absl::StrCat(kGlobal, " runner { any {} }"));
  Set("R", "mine", absl::StrCat(kGlobal, " runner { id { id: 'r1' } }"));
  Set("R2", "project any", absl::StrCat(kProject, " runner { any {} }"));
  Set("R2", "global mine", absl::StrCat(kGlobal, " runner { id { id: 'r1' } }"));
  EXPECT_THAT(Get(absl::StrCat(kWeb, " runner { id: 'r1' }")), ElementsAre("R=mine", "R2=project any"));
  EXPECT_THAT(Get(absl::StrCat(kWeb, " runner { id: '-' }")), ElementsAre("R=any", "R2=project any"));
  EXPECT_THAT(Get(kWeb), ElementsAre("APP=1"));
  store_->Look(
      [](const state::View& view) {
        ConfigScope scope;
        scope.runner_id = "r1";
        EXPECT_EQ(ResolveConfig(view, scope).size(), 2u);
        return absl::OkStatus();
      },
      [](absl::Status) {});
}

TEST_F(ConfigTest, NameIgnoresCaseAndKindsOverwriteEachOther) {
  Set("Name", "1", kProject);
  Call<pb::ConfigSetResponse, pb::ConfigSetRequest>(
      "SetConfig", "variables { name: 'NAME' static: '2' name_is_path: true internal: true project { project: 'p' } }");
  EXPECT_THAT(Get(kProject), ElementsAre("NAME=2")) << "also by the old form of the target";
}

TEST_F(ConfigTest, DeletingIsUnsetEmptyOrExplicit) {
  for (const char* value : {"unset {}", "static: ''", ""}) {
    Set("A", "1", kProject);
    Call<pb::ConfigSetResponse, pb::ConfigSetRequest>(
        "SetConfig", absl::StrCat("variables { name: 'a' ", value, " target { ", kProject, " } }"));
    EXPECT_THAT(Get(kProject), IsEmpty()) << value;
  }
  Set("A", "1", kProject);
  for (int i = 0; i < 2; ++i) {
    Call<pb::ConfigDeleteResponse, pb::ConfigDeleteRequest>(
        "DeleteConfig", absl::StrCat("variables { name: 'A' static: 'x' target { ", kProject, " } }"));
    EXPECT_THAT(Get(kProject), IsEmpty());
  }
  for (const char* bad :
       {"", "variables { name: 'A' static: '1' }", "variables { static: '1' target { global {} } }"}) {
    EXPECT_EQ(SetCode(bad), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_EQ((Code<pb::ConfigGetResponse, pb::ConfigGetRequest>("GetConfig", "")), absl::StatusCode::kInvalidArgument);
}

TEST_F(ConfigTest, SourcesOfAScope) {
  auto set = [&](const std::string& fields) {
    Call<Empty, pb::SetConfigSourceRequest>("SetConfigSource", "config_source { " + fields + " }");
  };
  set("type: 'vault' config { key: 'k' value: 'g' } global {}");
  set("type: 'vault' config { key: 'k' value: 'w' } global {} workspace { workspace: 'prod' }");
  set(absl::StrCat("type: 'vault' config { key: 'k' value: 'p' } ", kProject));
  set(absl::StrCat("type: 'aws-ssm' config { key: 'k' value: 'a' } ", kWeb));
  EXPECT_THAT(Sources(kGlobal), ElementsAre("vault:g", "vault:w"));
  EXPECT_THAT(Sources(kWeb), ElementsAre("vault:g", "vault:p", "aws-ssm:a", "vault:w")) << "workspace is strongest";
  EXPECT_THAT(Sources(absl::StrCat(kWeb, " workspace { workspace: 'dev' }")),
              ElementsAre("vault:g", "vault:p", "aws-ssm:a"));
  EXPECT_THAT(Sources(absl::StrCat(kWeb, " type: 'VAU'")), ElementsAre("vault:g", "vault:p", "vault:w"));
  EXPECT_THAT(Sources("all: true workspace { workspace: 'dev' }"),
              ElementsAre("vault:g", "vault:p", "aws-ssm:a", "vault:w"));
  set("type: 'vault' config { key: 'k' value: 'new' } global {}");
  EXPECT_THAT(Sources("type: 'vault' global {} workspace { workspace: 'dev' }"), ElementsAre("vault:new"));
  set("type: 'vault' delete: true global {}");
  EXPECT_THAT(Sources("type: 'vault' global {} workspace { workspace: 'dev' }"), IsEmpty());
  EXPECT_EQ(
      (Code<Empty, pb::DeleteConfigSourceRequest>("DeleteConfigSource", "config_source { type: 'vault' global {} }")),
      absl::StatusCode::kNotFound);
  EXPECT_EQ((Code<Empty, pb::SetConfigSourceRequest>("SetConfigSource", "config_source { type: 'vault' }")),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ConfigTest, HashFollowsTheSettings) {
  auto hash = [&](const std::string& config) {
    Call<Empty, pb::SetConfigSourceRequest>("SetConfigSource", "config_source { type: 't' global {} " + config + " }");
    return Call<pb::GetConfigSourceResponse, pb::GetConfigSourceRequest>("GetConfigSource", "global {}")
        .config_sources(0)
        .hash();
  };
  const uint64_t first = hash("config { key: 'a' value: 'b' } config { key: 'c' value: 'd' }");
  EXPECT_NE(first, hash("config { key: 'a' value: 'bc' } config { key: '' value: 'd' }"));
  EXPECT_EQ(first, hash("config { key: 'c' value: 'd' } config { key: 'a' value: 'b' }"));
}

TEST_F(ConfigTest, HostnamesAndEventsSayWhatIsMissing) {
  EXPECT_EQ((Code<pb::ListHostnamesResponse, pb::ListHostnamesRequest>("ListHostnames", "")),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ((Code<pb::UI::ListEventsResponse, pb::UI::ListEventsRequest>("UI_ListEvents", "")),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ((Code<pb::UI::ListEventsResponse, pb::UI::ListEventsRequest>("UI_ListEvents", kWeb)),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace waypoint::server
