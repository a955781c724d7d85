#include "config/variables.h"

#include "base/files.h"
#include "config/config.h"
#include "config/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypoint::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

DeclaredVariables Declare(const std::string& blocks) {
  absl::StatusOr<std::unique_ptr<Config>> config = Config::Load("/srv/waypoint.hcl", "project = \"p\"\n" + blocks, {});
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? (*config)->variables() : DeclaredVariables();
}

pb::Variable FromCli(const std::string& name, const std::string& value) {
  pb::Variable out;
  out.set_name(name);
  out.set_str(value);
  out.mutable_cli();
  return out;
}

pb::Variable::FinalValue FinalOf(const std::string& block, const RunnerSources& sources) {
  absl::StatusOr<VariableValues> values = EvaluateVariables(Declare(block), sources);
  EXPECT_TRUE(values.ok()) << values.status();
  if (!values.ok()) return {};
  return FinalValues(*values, "cookie")->begin()->second;
}

TEST(VariablesTest, WeightierSourcesWin) {
  DeclaredVariables declared = Declare("variable \"v\" {\n  default = \"d\"\n}\n");
  RunnerSources sources;
  auto value = [&] { return EvaluateVariables(declared, sources)->at("v").value.AsString(); };
  EXPECT_EQ(value(), "d");
  sources.server = {FromCli("v", "server")};
  EXPECT_EQ(value(), "server");
  sources.environment = {FromCli("v", "env")};
  EXPECT_EQ(value(), "env");
  sources.auto_files = {FromCli("v", "auto")};
  EXPECT_EQ(value(), "auto");
  sources.job = {FromCli("v", "job"), FromCli("v", "last")};
  EXPECT_EQ(value(), "last");
}

TEST(VariablesTest, WhatIsReplacedMustBeReadableButNotOfTheType) {
  const DeclaredVariables declared = Declare("variable \"v\" {\n  type = map(string)\n}\n");
  RunnerSources sources;
  sources.job = {FromCli("v", "{ a = \"x\" }")};
  sources.server = {FromCli("v", "[1]")};  // no map, but replaced
  EXPECT_TRUE(EvaluateVariables(declared, sources).ok());
  sources.server = {FromCli("v", "nosuch")};
  EXPECT_THAT(Explain(EvaluateVariables(declared, sources).status()), HasSubstr("Variables not allowed"));
  sources.server.clear();
  sources.job = {FromCli("v", "[1]")};
  EXPECT_THAT(Explain(EvaluateVariables(declared, sources).status()), HasSubstr("map of string required"));
}

TEST(VariablesTest, NumbersBeyondTheWireGoAsText) {
  EXPECT_EQ(FinalOf("variable \"v\" {\n  default = 1.5\n}\n", {}).hcl(), "1.5");
  EXPECT_EQ(FinalOf("variable \"v\" {\n  default = 9223372036854775808\n}\n", {}).hcl(), "9223372036854775808");
  EXPECT_EQ(FinalOf("variable \"v\" {\n  default = 7\n}\n", {}).num(), 7);
  EXPECT_EQ(FinalOf("variable \"v\" {\n  type = string\n  default = null\n}\n", {}).hcl(), "null");
}

TEST(VariablesTest, SensitiveValuesAreHashed) {
  pb::Variable::FinalValue value = FinalOf("variable \"v\" {\n  default = \"secret\"\n  sensitive = true\n}\n", {});
  // printf 'cookiesecret' | sha256sum
  EXPECT_EQ(value.sensitive(), "ef0797c2e94d610d91781dda718b2476f8fdaec7c7f199848b89f77430922c9c");
  EXPECT_FALSE(value.has_str());
}

TEST(VariablesTest, SensitiveValuesDoNotShowInMistakes) {
  DeclaredVariables declared = Declare("variable \"v\" {\n  type = list(string)\n  sensitive = true\n}\n");
  RunnerSources sources;
  sources.job = {FromCli("v", "hunter2 [")};
  absl::Status status = EvaluateVariables(declared, sources).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(Explain(status), Not(HasSubstr("hunter2")));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("hunter2")));
}

TEST(VariablesTest, AllMistakesAreTold) {
  DeclaredVariables declared = Declare("variable \"a\" {\n  type = number\n}\nvariable \"b\" {}\n");
  RunnerSources sources;
  sources.job = {FromCli("a", "x"), FromCli("zz", "1")};
  std::string text = Explain(EvaluateVariables(declared, sources).status());
  EXPECT_THAT(text, HasSubstr("Undefined variable"));
  EXPECT_THAT(text, HasSubstr("Invalid value for variable"));
  EXPECT_THAT(text, HasSubstr("Unset variable \"b\""));
}

TEST(VariablesTest, DynamicDefaultsAreNeededOnlyWithoutAValue) {
  DeclaredVariables declared = Declare(
      "variable \"v\" {\n  type = list(string)\n  default = dynamic(\"src\", { k = \"x\" })\n}\n"
      "variable \"w\" {\n  default = dynamic(\"src\", {})\n}\n");
  EXPECT_EQ(declared.at("v").dynamic->config.at("k"), "x");
  RunnerSources sources;
  EXPECT_THAT(NeededDynamicDefaults(declared, sources), ElementsAre("v", "w"));
  sources.job = {FromCli("v", "[\"a\"]")};
  EXPECT_THAT(NeededDynamicDefaults(declared, sources), ElementsAre("w"));
  pb::Variable& v = sources.dynamic.emplace_back();
  v.set_name("w");
  v.set_str("raw text");
  v.mutable_dynamic();
  absl::StatusOr<VariableValues> values = EvaluateVariables(declared, sources);
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ(values->at("w").value.AsString(), "raw text");
  EXPECT_EQ(values->at("w").source, pb::Variable::FinalValue::DYNAMIC);
}

TEST(VariablesTest, DynamicValuesOfOtherTypesAreJson) {
  DeclaredVariables declared = Declare("variable \"v\" {\n  type = list(string)\n  default = dynamic(\"s\", {})\n}\n");
  RunnerSources sources;
  pb::Variable& v = sources.dynamic.emplace_back();
  v.set_name("v");
  v.set_str("[\"a\", 1]");
  v.mutable_dynamic();
  absl::StatusOr<VariableValues> values = EvaluateVariables(declared, sources);
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ(values->at("v").value.Length(), 2u);
  v.set_str("not json");
  EXPECT_FALSE(EvaluateVariables(declared, sources).ok());
}

TEST(VariablesTest, AutoFilesAllCountInOrder) {
  absl::StatusOr<TempFolder> folder = TempFolder::Make("variables");
  ASSERT_TRUE(WriteFile(folder->path() + "/a.auto.wpvars", "x = \"a\"\ny = \"a\"\n").ok());
  ASSERT_TRUE(WriteFile(folder->path() + "/b.auto.wpvars.json", "{\"x\": \"b\"}").ok());
  ASSERT_TRUE(WriteFile(folder->path() + "/c.wpvars", "x = \"c\"\n").ok());
  absl::StatusOr<std::vector<pb::Variable>> variables = ReadAutoFiles(folder->path());
  ASSERT_TRUE(variables.ok()) << variables.status();
  ASSERT_EQ(variables->size(), 3u);
  EXPECT_EQ(variables->back().str(), "b");
  EXPECT_TRUE(variables->back().has_vcs());
}

TEST(VariablesTest, VariableFilesHoldAssignmentsOnly) {
  EXPECT_THAT(Explain(ReadVariableFile("f.wpvars", "variable \"x\" {\n}\n").status()), HasSubstr("name = value"));
  EXPECT_THAT(Explain(ReadVariableFile("f.wpvars", "x = upper(\"a\")\n").status()),
              HasSubstr("Function calls not allowed"));
  EXPECT_FALSE(ReadVariableFile("f.wpvars", "other {\n}\n").ok());
  absl::StatusOr<std::vector<pb::Variable>> variables = ReadVariableFile("f.wpvars", "x = [1, \"a\"]\ny = 1.5\n");
  ASSERT_TRUE(variables.ok()) << variables.status();
  EXPECT_EQ((*variables)[0].hcl(), "[1, \"a\"]");
  EXPECT_EQ((*variables)[1].hcl(), "1.5");
  EXPECT_EQ((*variables)[1].file().hcl_range().start().line(), 2);
}

TEST(VariablesTest, ClientSourcesInOrderOfWeight) {
  ClientSources sources;
  sources.environment = {{"WP_VAR_a", "1"}, {"PATH", "/bin"}};
  sources.assignments = {"a=2", "b=x=y"};
  absl::StatusOr<std::vector<pb::Variable>> variables = CollectClientVariables(sources);
  ASSERT_TRUE(variables.ok()) << variables.status();
  ASSERT_EQ(variables->size(), 3u);
  EXPECT_TRUE((*variables)[0].has_env());
  EXPECT_EQ((*variables)[2].str(), "x=y");
  sources.files = {"/nonexistent/x.wpvars"};
  sources.assignments = {"novalue"};
  std::string text(CollectClientVariables(sources).status().message());
  EXPECT_THAT(text, HasSubstr("/nonexistent/x.wpvars"));
  EXPECT_THAT(text, HasSubstr("name=value"));
}

}  // namespace
}  // namespace waypoint::config
