// Where waypoint-hcl.md asks for something else than 0.11 did (its marks [Q]), and rules that the recorded files don't
// show.
#include "absl/strings/str_cat.h"
#include "config/config.h"
#include "config/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypoint::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::unique_ptr<Config> Load(const std::string& text, LoadOptions options = {},
                             const char* file = "/srv/project/waypoint.hcl") {
  absl::StatusOr<std::unique_ptr<Config>> config = Config::Load(file, text, options);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *std::move(config) : nullptr;
}

// A file with one app; `build` and `deploy` stand in its stages.
std::string Text(const std::string& build, const std::string& deploy = "", const std::string& top = "") {
  return absl::StrCat("project = \"p\"\n", top, "\napp \"web\" {\n  build {\n    use \"a\" {}\n", build,
                      "\n  }\n  deploy {\n    use \"b\" {}\n", deploy, "\n  }\n}\n");
}

TEST(Quirks, RegistryLabelsNeedNoBuildLabels) {
  const auto config = Load(Text("registry {\n  labels = { from = \"registry\" }\n  use \"c\" {}\n}"));
  absl::StatusOr<Stage> stage = config->GetApp("web")->Open(StageKind::kRegistry, {});
  ASSERT_TRUE(stage.ok()) << stage.status();
  EXPECT_THAT(stage->labels(), ElementsAre(Pair("from", "registry"), Pair("waypoint/workspace", "default")));
}

TEST(Quirks, BuildLabelsReachTheRegistry) {
  const auto config =
      Load(Text("labels = { from = \"build\", only = \"b\" }\nregistry {\n  use \"c\" {}\n"
                "  labels = { from = \"registry\" }\n}"));
  EXPECT_THAT(config->GetApp("web")->Open(StageKind::kRegistry, {})->labels(),
              ElementsAre(Pair("from", "registry"), Pair("only", "b"), Pair("waypoint/workspace", "default")));
}

TEST(Quirks, AScopedRegistryOrReleaseNeedsItsUse) {
  for (const std::string& text :
       {Text("registry {\n  use \"c\" {}\n  workspace \"default\" {}\n}"),
        Text("registry {\n  use \"c\" {}\n  label \"waypoint/workspace == default\" {}\n}")}) {
    const auto config = Load(text);
    EXPECT_THAT(std::string(config->Validate().message()), HasSubstr("needs its own `use` block"));
    EXPECT_THAT(std::string(config->GetApp("web")->Open(StageKind::kRegistry, {}).status().message()),
                HasSubstr("Missing use block"));
  }
}

TEST(Quirks, TheLongestSelectorThatMatchesCounts) {
  LoadOptions options;
  options.labels = {{"env", "dev"}, {"region", "eu"}};
  const auto config =
      Load(Text("",
                "label \"env == dev\" {\n  use \"short\" {}\n}\nlabel \"env == dev and region == eu\" {\n"
                "  use \"long\" {}\n}\nlabel \"tier == nosuch or tier is not empty\" {\n  use \"c\" {}\n}"),
           options);
  EXPECT_EQ(config->GetApp("web")->Open(StageKind::kDeploy, {})->use_type(), "long");
}

TEST(Quirks, NoStageMayTakeReservedLabels) {
  const auto config = Load(Text("labels = { \"waypoint/x\" = \"y\" }"));
  EXPECT_THAT(std::string(config->GetApp("web")->Open(StageKind::kBuild, {}).status().message()),
              HasSubstr("reserved"));
}

TEST(Quirks, ProjectVariablesBelongToTheProjectOfTheJob) {
  LoadOptions options;
  options.project = "other";
  const auto config = Load(Text("", "", "config {\n  env = { A = \"x\" }\n}"), options);
  EXPECT_EQ(config->ProjectConfig()->variables.at(0).target().project().project(), "other");
}

TEST(Quirks, AnotherWorkspaceKeepsItsName) {
  const std::unique_ptr<Config> config =
      Load(Text("hook {\n  when = \"before\"\n  command = [workspace.name]\n}"))->InWorkspace("prod");
  const Stage stage = *config->GetApp("web")->Open(StageKind::kBuild, {});
  EXPECT_THAT(stage.Hooks()->at(0).command, ElementsAre("prod"));
  EXPECT_EQ(stage.labels().at("waypoint/workspace"), "prod");
}

TEST(Quirks, TemplateDataWithNullAndEmptyArrays) {
  const std::optional<hcl::Value> value =
      TemplateData(R"({"none": null, "empty": [], "list": ["a", "b"], "deep": {"n": 1.5, "t": [[1], [2]]}})");
  ASSERT_TRUE(value.has_value());
  EXPECT_TRUE(value->Find("none")->IsNull());
  EXPECT_EQ(value->Find("empty")->type().Text(), "tuple([])");
  EXPECT_EQ(value->Find("list")->type().Text(), "list(string)");
  EXPECT_EQ(value->Find("deep")->Find("t")->type().Text(), "list(list(number))");
  for (const char* unusable : {"", "null", "[1]", "\"x\"", "{", R"({"mixed": [1, "a"]})"}) {
    EXPECT_FALSE(TemplateData(unusable).has_value()) << unusable;
  }
}

TEST(Quirks, AutoHostnameHasThreeStates) {
  const auto read = [](const std::string& url) {
    std::string text = Text("");
    text.replace(text.find("  build {"), 0, url);
    return *Load(text)->GetApp("web")->AutoHostname();
  };
  EXPECT_EQ(read(""), std::nullopt);
  EXPECT_EQ(read("url {}\n"), std::nullopt);
  EXPECT_EQ(read("url {\n  auto_hostname = true\n}\n"), true);
  EXPECT_EQ(read("url {\n  auto_hostname = \"false\"\n}\n"), false);
}

TEST(Quirks, TheAppsRunnerProfileBeforeTheProjects) {
  const std::string runner = "runner {\n  enabled = true\n  profile = \"all\"\n}";
  EXPECT_EQ(Load(Text("", "", runner))->GetApp("web")->runner_profile(), "all");
  std::string text = Text("", "", runner);
  text.replace(text.find("  build {"), 0, "runner {\n  profile = \"mine\"\n}\n");
  EXPECT_EQ(Load(text)->GetApp("web")->runner_profile(), "mine");
}

TEST(Quirks, DataSources) {
  const auto read = [](const std::string& source) {
    return Load(Text("", "",
                     "runner {\n  data_source " + source +
                         "\n  poll {\n    enabled = true\n    interval = \"30s\"\n  }\n}"))
        ->Runner();
  };
  EXPECT_TRUE(read("\"local\" {}")->data_source->has_local());
  EXPECT_EQ(read("\"local\" {}")->poll->interval(), "30s");
  EXPECT_EQ(read("\"git\" {\n url = \"u\"\n username = \"me\"\n key = \"k\"\n}")->data_source->git().basic().username(),
            "me");
  EXPECT_FALSE(read("\"git\" {\n url = \"u\"\n}")->data_source->git().has_ssh());
  EXPECT_THAT(std::string(read("\"git\" {}").status().message()), HasSubstr("\"url\""));
  EXPECT_THAT(std::string(read("\"git\" {\n url = \"u\"\n key = \"no key\"\n}").status().message()), HasSubstr("PEM"));
  EXPECT_THAT(std::string(read("\"svn\" {}").status().message()), HasSubstr("Unknown data source type \"svn\""));
}

TEST(Quirks, DeclarationsOfVariables) {
  struct Row {
    const char* block;
    const char* want;  // "": fine
  };
  const Row kRows[] = {
      {"variable \"v\" {}", ""},
      {"variable \"1v\" {}", "Invalid variable name"},
      {"variable \"v\" {}\nvariable \"v\" {}", "Duplicate variable"},
      {"variable \"v\" {\n  type = list\n}", "Invalid type specification"},
      {"variable \"v\" {\n  type = number\n  default = \"x\"\n}", "Invalid default value"},
      {"variable \"v\" {\n  type = number\n  default = \"5\"\n}", ""},
      {"variable \"v\" {\n  type = number\n  default = dynamic(\"s\", {})\n}", "number"},
      {"variable \"v\" {\n  type = bool\n  default = configdynamic(\"s\", {})\n}", "bool"},
      {"variable \"v\" {\n  default = dynamic(\"s\", {})\n}", ""},
      {"variable \"v\" {\n  default = \"x ${dynamic(\"s\", {})}\"\n}", "default"},
      {"variable \"v\" {\n  default = var.w\n}", "Unknown variable"},
      {"variable \"v\" {\n  default = templatestring(\"a\", {})\n}", "Call to unknown function"},
      {"variable \"v\" {\n  env = [upper(\"a\")]\n}", "Function calls not allowed"},
      {"variable \"v\" {\n  nosuch = 1\n}", "Unsupported argument"},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.block);
    const absl::Status status = Config::Load("/srv/project/waypoint.hcl", Text("", "", row.block), {}).status();
    EXPECT_EQ(status.ok(), *row.want == '\0') << status;
    EXPECT_THAT(Explain(status), HasSubstr(row.want));
  }
}

TEST(Quirks, TheSameInJson) {
  const auto config = Load(R"({"project": "p", "app": {"web": {"path": "./w", "build": {"use": {"a": {}},
      "hook": {"when": "before", "command": ["${app.name}", "${upper(\"x\")}"]}},
      "deploy": [{"use": {"b": {}}, "workspace": {"prod": {"use": {"c": {}}}}}]}}})",
                           {}, "/srv/project/waypoint.hcl.json");
  EXPECT_TRUE(config->Validate().ok()) << config->Validate();
  const App app = *config->GetApp("web");
  EXPECT_EQ(app.path(), "/srv/project/w");
  EXPECT_THAT(app.Open(StageKind::kBuild, {})->Hooks()->at(0).command, ElementsAre("web", "X"));
  EXPECT_EQ(config->InWorkspace("prod")->GetApp("web")->Open(StageKind::kDeploy, {})->use_type(), "c");
}

}  // namespace
}  // namespace waypoint::config
