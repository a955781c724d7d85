// Pipelines to their messages (waypoint-hcl.md B9), and what 0.11 got wrong about them.
#include "absl/strings/str_cat.h"
#include "config/config.h"
#include "config/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypoint::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kApp[] = "app \"web\" {\n  build {\n    use \"a\" {}\n  }\n  deploy {\n    use \"b\" {}\n  }\n}\n";

std::unique_ptr<Config> Load(const std::string& pipelines) {
  const std::string text = absl::StrCat("project = \"p\"\nvariable \"v\" {\n  default = \"dv\"\n}\n", kApp, pipelines);
  absl::StatusOr<std::unique_ptr<Config>> config = Config::Load("/srv/project/waypoint.hcl", text, {});
  EXPECT_TRUE(config.ok()) << config.status();
  if (!config.ok()) return nullptr;
  (*config)->SetVariables(*EvaluateVariables((*config)->variables(), {}));
  return *std::move(config);
}

absl::StatusOr<PipelineSet> Read(const std::string& steps) {
  return Load(absl::StrCat("pipeline \"x\" {\n", steps, "\n}\n"))->Pipelines();
}

pb::Pipeline::Step Only(const std::string& body) {
  absl::StatusOr<PipelineSet> set = Read("step \"s\" {\n" + body + "\n}");
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? set->pipelines.back().steps().at("s") : pb::Pipeline::Step();
}

TEST(Pipelines, StepsFollowEachOtherUnlessTheySayOtherwise) {
  absl::StatusOr<PipelineSet> set = Read(
      "step \"one\" {\n  use \"build\" {}\n}\nstep \"two\" {\n  use \"deploy\" {}\n}\n"
      "step \"three\" {\n  depends_on = [\"one\"]\n  workspace = \"prod\"\n  use \"up\" {}\n}");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_THAT(set->names, ElementsAre("x"));
  ASSERT_EQ(set->pipelines.size(), 1u);
  const pb::Pipeline& pipeline = set->pipelines[0];
  EXPECT_EQ(pipeline.name(), "x");
  EXPECT_EQ(pipeline.project().project(), "p");
  EXPECT_EQ(pipeline.steps().at("one").depends_on_size(), 0);
  EXPECT_THAT(pipeline.steps().at("two").depends_on(), ElementsAre("one"));
  EXPECT_THAT(pipeline.steps().at("three").depends_on(), ElementsAre("one"));
  EXPECT_EQ(pipeline.steps().at("three").workspace().workspace(), "prod");
}

TEST(Pipelines, KindsAndTheirDefaults) {
  EXPECT_FALSE(Only("use \"build\" {}").build().disable_push());
  EXPECT_TRUE(Only("use \"build\" {\n disable_push = true\n}").build().disable_push());
  EXPECT_TRUE(Only("use \"deploy\" {\n release = true\n}").deploy().release());
  EXPECT_TRUE(Only("use \"release\" {}").release().prune());
  EXPECT_TRUE(Only("use \"release\" {}").release().deployment().latest());
  EXPECT_EQ(Only("use \"release\" {\n deployment_ref = 7\n}").release().deployment().sequence(), 7u);
  EXPECT_TRUE(Only("use \"release\" {\n deployment_ref = 0\n}").release().deployment().latest());
  EXPECT_FALSE(Only("use \"up\" {}").up().prune());
  EXPECT_EQ(Only("use \"up\" {\n prune = true\n prune_retain = 3\n}").up().prune_retain(), 3);
  const pb::Pipeline::Step exec =
      Only("image_url = \"img:${var.v}\"\nuse \"exec\" {\n command = \"run\"\n args = [upper(\"a\"), 5]\n}");
  EXPECT_EQ(exec.exec().image(), "img:dv");
  EXPECT_EQ(exec.exec().command(), "run");
  EXPECT_THAT(exec.exec().args(), ElementsAre("A", "5"));
  const auto owner = [](const pb::Pipeline::Step& step) {
    const auto& found = step.pipeline().ref().owner();
    return absl::StrCat(found.project().project(), "/", found.pipeline_name());
  };
  EXPECT_EQ(owner(Only("use \"pipeline\" {\n project = \"other\"\n name = \"y\"\n}")), "other/y");
  EXPECT_EQ(owner(Only("use \"pipeline\" {\n project = \"\"\n name = \"y\"\n}")), "p/y");
}

TEST(Pipelines, EmbeddedOnesComeFirst) {
  absl::StatusOr<PipelineSet> set = Read(
      "step \"s\" {\n  pipeline \"inner\" {\n    step \"t\" {\n      use \"build\" {}\n    }\n  }\n}\n"
      "step \"none\" {\n  pipeline \"empty\" {}\n}");
  ASSERT_TRUE(set.ok()) << set.status();
  ASSERT_EQ(set->pipelines.size(), 2u);
  EXPECT_EQ(set->pipelines[0].name(), "inner");
  EXPECT_EQ(set->pipelines[1].steps_size(), 1);
  EXPECT_EQ(set->pipelines[1].steps().at("s").pipeline().ref().owner().pipeline_name(), "inner");
}

struct Row {
  const char* name;
  const char* steps;
  absl::StatusCode code;
  const char* want;
};

TEST(Pipelines, Mistakes) {
  using Code = absl::StatusCode;
  const Row kRows[] = {
      {"same name twice", "step \"s\" {\n  use \"build\" {}\n}\nstep \"s\" {\n  use \"up\" {}\n}",
       Code::kInvalidArgument, "step \"s\" is defined twice"},
      {"neither", "step \"s\" {}", Code::kInvalidArgument, "either a `use` block or a `pipeline` block"},
      {"both", "step \"s\" {\n  use \"build\" {}\n  pipeline \"y\" {}\n}", Code::kInvalidArgument, "not both"},
      {"two levels", "step \"s\" {\n  pipeline \"y\" {\n    step \"t\" {\n      pipeline \"z\" {}\n    }\n  }\n}",
       Code::kFailedPrecondition, "embedded pipeline"},
      {"no kind", "step \"s\" {\n  use \"\" {}\n}", Code::kFailedPrecondition, "must have a type"},
      {"unknown kind", "step \"s\" {\n  use \"nosuch\" {}\n}", Code::kInternal, "unsupported step type \"nosuch\""},
      {"exec without command", "step \"s\" {\n  use \"exec\" {}\n}", Code::kInvalidArgument, "\"command\""},
      {"reference without project", "step \"s\" {\n  use \"pipeline\" {\n name = \"y\"\n}\n}", Code::kInvalidArgument,
       "\"project\""},
      {"no workspace here", "step \"s\" {\n  image_url = workspace.name\n  use \"build\" {}\n}", Code::kInvalidArgument,
       "workspace"},
      {"a fraction", "step \"s\" {\n  use \"release\" {\n deployment_ref = 1.5\n}\n}", Code::kInvalidArgument,
       "whole number"},
      {"labels of the pipeline", "labels = {}\nstep \"s\" {\n  use \"build\" {}\n}", Code::kInvalidArgument, "labels"},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    absl::StatusOr<PipelineSet> set = Read(row.steps);
    EXPECT_EQ(set.status().code(), row.code) << set.status();
    EXPECT_THAT(std::string(set.status().message()), HasSubstr(row.want));
    EXPECT_THAT(std::string(set.status().message()), HasSubstr("/srv/project/waypoint.hcl:"));
  }
}

TEST(Pipelines, ValidationTellsAll) {
  const std::unique_ptr<Config> config =
      Load("pipeline \"x\" {\n  step \"s\" {}\n}\npipeline \"x\" {}\npipeline \"y\" {\n  nosuch = 1\n}\n");
  const std::string text(config->Validate().message());
  for (const char* want : {"validation errors", "step \"s\" needs", "pipeline \"x\" is defined twice",
                           "needs at least one `step` block", "nosuch"}) {
    EXPECT_THAT(text, HasSubstr(want));
  }
}

}  // namespace
}  // namespace waypoint::config
