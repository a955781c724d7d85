#include "appconfig/hcl_template.h"

#include <gtest/gtest.h>

#include "support/manual_world.h"

namespace waypoint::appconfig {
namespace {

TEST(HclTemplatesTest, Rows) {
  struct Row {
    const char* text;
    bool ok;
    const char* want;
  };
  const Row kRows[] = {
      {"a ${config.env.D} z", true, "a secret z"},
      {"${config.internal.I}", true, "hidden"},
      {"${upper(\"x\")}-$${kept}", true, "X-${kept}"},
      {"%{ if true }yes%{ else }no%{ endif }", true, "yes"},
      {"${1 + 2}", true, "3"},
      {"${config.env.ABSENT}", false, ""},
      {"${var.x}", false, ""},
      {"${templatestring(\"x\", {})}", false, ""},
      {"${", false, ""},
      {"${[]}", false, ""},
  };
  waypoint::testing::ManualExecutor executor;
  waypoint::testing::FakeClock clock(executor);
  TemplateEvaluator evaluate = HclTemplates(clock);
  const TemplateVariables variables{{{"D", "secret"}}, {{"I", "hidden"}}};
  for (const Row& r : kRows) {
    absl::StatusOr<std::string> value = evaluate(r.text, variables);
    EXPECT_EQ(value.ok(), r.ok) << r.text << ": " << value.status();
    if (value.ok()) {
      EXPECT_EQ(*value, r.want);
    }
  }
}

TEST(HclTemplatesTest, WithoutDynamicValuesThereIsNoConfig) {
  waypoint::testing::ManualExecutor executor;
  waypoint::testing::FakeClock clock(executor);
  EXPECT_FALSE(HclTemplates(clock)("${config.env.D}", {}).ok());
}

}  // namespace
}  // namespace waypoint::appconfig
