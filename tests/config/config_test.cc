#include "config/config.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "config/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypoint::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr char kShop[] = R"(project = "shop"
labels = { team = "core" }
variable "port" {
  type    = number
  default = 8080
}
app "web" {
  path = "./web"
  labels = { tier = "front" }
  build {
    use "docker" {}
    registry {
      use "docker" {
        image = "example/web"
      }
    }
    hook {
      when    = "before"
      command = ["./check.sh", app.name]
    }
  }
  deploy {
    labels = { stage = "deploy" }
    use "kubernetes" {
      port = var.port
    }
    workspace "prod" {
      use "nomad" {}
    }
    label "env == \"test\"" {
      use "docker" {}
    }
  }
}
)";

std::unique_ptr<Config> Load(const std::string& text, LoadOptions options = {}) {
  absl::StatusOr<std::unique_ptr<Config>> config = Config::Load("/srv/project/waypoint.hcl", text, options);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *std::move(config) : nullptr;
}

App WebApp(const Config& config) {
  absl::StatusOr<App> app = config.GetApp("web");
  EXPECT_TRUE(app.ok()) << app.status();
  return *app;
}

TEST(ConfigTest, TellsWhatTheTopLevelSays) {
  std::unique_ptr<Config> config = Load(kShop);
  EXPECT_EQ(config->project(), "shop");
  EXPECT_EQ(config->folder(), "/srv/project");
  EXPECT_THAT(config->app_names(), ElementsAre("web"));
  EXPECT_EQ(WebApp(*config).path(), "/srv/project/web");
  EXPECT_TRUE(config->Validate().ok()) << config->Validate();
}

TEST(ConfigTest, TheJobsProjectReplacesTheFiles) {
  LoadOptions options;
  options.project = "other";
  EXPECT_EQ(Load(kShop, options)->project(), "other");
}

TEST(ConfigTest, HooksSeeTheApp) {
  std::unique_ptr<Config> config = Load(kShop);
  absl::StatusOr<Stage> build = WebApp(*config).Open(StageKind::kBuild, {});
  ASSERT_TRUE(build.ok()) << build.status();
  absl::StatusOr<std::vector<Hook>> hooks = build->Hooks();
  ASSERT_TRUE(hooks.ok()) << hooks.status();
  ASSERT_EQ(hooks->size(), 1u);
  EXPECT_THAT((*hooks)[0].command, ElementsAre("./check.sh", "web"));
}

TEST(ConfigTest, LabelsMergeAndLaterOnesWin) {
  LoadOptions options;
  options.labels = {{"stage", "mine"}};
  std::unique_ptr<Config> config = Load(kShop, options);
  absl::StatusOr<Stage> deploy = WebApp(*config).Open(StageKind::kDeploy, {});
  ASSERT_TRUE(deploy.ok()) << deploy.status();
  EXPECT_THAT(deploy->labels(), ElementsAre(Pair("stage", "mine"), Pair("team", "core"), Pair("tier", "front"),
                                            Pair("waypoint/workspace", "default")));
}

struct ScopeRow {
  const char* name;
  const char* workspace;
  Labels labels;
  const char* want;
};

TEST(ConfigTest, ScopedBlocksReplaceTheStage) {
  const ScopeRow kRows[] = {{"own body", "default", {}, "kubernetes"},
                            {"workspace", "prod", {}, "nomad"},
                            {"label", "default", {{"env", "test"}}, "docker"},
                            {"workspace before label", "prod", {{"env", "test"}}, "nomad"}};
  for (const ScopeRow& row : kRows) {
    SCOPED_TRACE(row.name);
    LoadOptions options;
    options.workspace = row.workspace;
    options.labels = row.labels;
    std::unique_ptr<Config> config = Load(kShop, options);
    absl::StatusOr<Stage> deploy = WebApp(*config).Open(StageKind::kDeploy, {});
    ASSERT_TRUE(deploy.ok()) << deploy.status();
    EXPECT_EQ(deploy->use_type(), row.want);
  }
}

TEST(ConfigTest, AnAbsentStageIsUnimplemented) {
  std::unique_ptr<Config> config = Load(kShop);
  EXPECT_EQ(WebApp(*config).Open(StageKind::kRelease, {}).status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(config->GetApp("api").status().code(), absl::StatusCode::kNotFound);
}

TEST(ConfigTest, AMistakeNamesItsPlace) {
  absl::Status status = Config::Load("/srv/project/waypoint.hcl", "project = \"p\"\nnosuch = 1\n", {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/srv/project/waypoint.hcl:2,1-7: Unsupported argument"));
  EXPECT_THAT(Explain(status), HasSubstr("nosuch = 1"));
}

TEST(ConfigTest, AnAppMustStayInsideTheProject) {
  std::unique_ptr<Config> config = Load(
      "project = \"p\"\napp \"web\" {\n  path = \"..\"\n  build {\n    use \"a\" {}\n  }\n"
      "  deploy {\n    use \"b\" {}\n  }\n}\n");
  EXPECT_THAT(std::string(config->Validate().message()), HasSubstr("must lie inside the project's folder"));
}

// A file with an app that says `app` and a build that says `build`, with the variable "secret", hunter2.
std::unique_ptr<Config> WithSecret(const std::string& app, const std::string& build) {
  std::unique_ptr<Config> config = Load(
      "project = \"p\"\nvariable \"secret\" {\n  default = \"hunter2\"\n  sensitive = true\n}\nvariable \"open\" {\n"
      "  default = \"visible\"\n}\napp \"web\" {\n" +
      app + "\n  build {\n" + build + "\n    use \"a\" {}\n  }\n  deploy {\n    use \"b\" {}\n  }\n}\n");
  config->SetVariables(*EvaluateVariables(config->variables(), {}));
  return config;
}

TEST(ConfigTest, LabelsOfAnAppFollowTheRules) {
  struct Row {
    const char* key;
    const char* want;  // "": fine
  };
  const std::string too_long(256, 'k');
  const Row kRows[] = {{"team", ""},
                       {"v1", ""},
                       {"a-b.c9", ""},
                       {"ab/any_thing", ""},
                       {"x", "letters"},
                       {"a_b", "letters"},
                       {"1ab", "letters"},
                       {"ab-", "letters"},
                       {"waypoint/x", "reserved"},
                       {too_long.c_str(), "255"}};
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.key);
    absl::Status status =
        WebApp(*WithSecret("labels = { \"" + std::string(row.key) + "\" = \"v\" }", "")).labels().status();
    EXPECT_EQ(status.ok(), *row.want == '\0');
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.want));
  }
  EXPECT_FALSE(WebApp(*WithSecret("labels = { team = \"" + too_long + "\" }", "")).labels().ok());
}

TEST(ConfigTest, VariablesReachTheApps) {
  std::unique_ptr<Config> config = Load(
      "project = \"p\"\nvariable \"v\" {\n  default = \"x\"\n}\napp \"web\" {\n  labels = { v1 = var.v }\n  build {\n"
      "    use \"a\" {}\n  }\n  deploy {\n    use \"b\" {}\n  }\n}\n");
  absl::StatusOr<VariableValues> values = EvaluateVariables(config->variables(), {});
  ASSERT_TRUE(values.ok()) << values.status();
  config->SetVariables(*values);
  EXPECT_THAT(*WebApp(*config).labels(), ElementsAre(Pair("v1", "x")));
}

TEST(ConfigTest, SensitiveValuesStayOutOfMistakes) {
  for (const char* value :
       {"parseint(var.secret, 10)", "parseint(upper(var.secret), 10)", "parseint(var[\"secret\"], 36.5)",
        "parseint([for k, v in var : v][1], 10)", "{ for x in [1, 2] : var.secret => x }",
        "jsondecode(\"[${var.secret}\")", "regex(\"(\", var.secret)", "var.secret.x", "{ a = 1 }[var.secret]",
        "templatestring(\"$${parseint(var.secret, 10)}\", {})"}) {
    SCOPED_TRACE(value);
    absl::Status status = WebApp(*WithSecret("labels = { v1 = " + std::string(value) + " }", "")).labels().status();
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(Explain(status), HasSubstr("waypoint.hcl line 10"));
    for (const std::string& text : {Explain(status), status.ToString()}) {
      EXPECT_THAT(text, Not(HasSubstr("hunter2")));
      EXPECT_THAT(text, Not(HasSubstr("HUNTER2")));
    }
  }
}

TEST(ConfigTest, SensitiveValuesStayOutOfMistakesAboutWhatTheyBecame) {
  absl::StatusOr<Stage> stage = WebApp(*WithSecret("",
                                                   "labels = { pass = var.secret }\nhook {\nwhen = \"before\"\n"
                                                   "command = [parseint(labels.pass, 10)]\n}"))
                                    .Open(StageKind::kBuild, {});
  ASSERT_TRUE(stage.ok()) << stage.status();
  EXPECT_THAT(Explain(stage->Hooks().status()), AllOf(HasSubstr("(sensitive)"), Not(HasSubstr("hunter2"))));
}

TEST(ConfigTest, OtherValuesMayShow) {
  absl::Status status = WebApp(*WithSecret("labels = { v1 = parseint(var.open, 10) }", "")).labels().status();
  EXPECT_THAT(Explain(status), HasSubstr("visible"));
}

struct MissingRow {
  const char* command;
  bool only_artifact;
};

TEST(ConfigTest, TellsWhenNothingIsMissingButTheArtifact) {
  const MissingRow kRows[] = {{"artifact.image", true},
                              {"\"x ${artifact.image}\", artifact.tag", true},
                              {"upper(artifact.image)", true},
                              {"artifact.image, nosuch.x", false},
                              {"artifact.image, upper()", false},
                              {"artifact.image, 1 + true", false},
                              {"deploy.url", false},
                              {"[]", false}};
  for (const MissingRow& row : kRows) {
    SCOPED_TRACE(row.command);
    absl::StatusOr<Stage> stage =
        WebApp(*WithSecret("", absl::StrCat("hook {\nwhen = \"before\"\ncommand = [", row.command, "]\n}")))
            .Open(StageKind::kBuild, {});
    ASSERT_TRUE(stage.ok()) << stage.status();
    absl::Status status = stage->Hooks().status();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(OnlyMissing(Annotate(status, "stage"), "artifact"), row.only_artifact);
  }
  EXPECT_TRUE(OnlyMissing(WebApp(*WithSecret("", "labels = { a = artifact.b }")).Open(StageKind::kBuild, {}).status(),
                          "artifact"));
  EXPECT_FALSE(OnlyMissing(absl::OkStatus(), "artifact"));
}

}  // namespace
}  // namespace waypoint::config
