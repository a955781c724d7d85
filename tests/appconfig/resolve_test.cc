#include "appconfig/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waypoint::appconfig {
namespace {

using ::testing::ElementsAre;

pb::ConfigVar Static(const std::string& name, const std::string& value, bool path = false, bool internal = false) {
  pb::ConfigVar variable;
  variable.set_name(name);
  variable.set_static_(value);
  variable.set_name_is_path(path);
  variable.set_internal(internal);
  return variable;
}

pb::ConfigVar Dynamic(const std::string& name, bool path = false, bool internal = false) {
  pb::ConfigVar variable;
  variable.set_name(name);
  variable.mutable_dynamic()->set_from("vault");
  variable.set_name_is_path(path);
  variable.set_internal(internal);
  return variable;
}

TEST(UnescapeTest, Rows) {
  struct Row {
    const char* text;
    bool whole;
    const char* want;
  };
  for (const Row& r : {Row{"plain $ % {", true, "plain $ % {"}, Row{"a$${b} %%{c}", true, "a${b} %{c}"},
                       Row{"${x}", false, ""}, Row{"%{ if x }", false, ""}, Row{"$$", true, "$$"}}) {
    std::string out;
    EXPECT_EQ(Unescape(r.text, &out), r.whole) << r.text;
    if (r.whole) {
      EXPECT_EQ(out, r.want);
    }
  }
}

TEST(ResolveTest, PlacesValues) {
  DynamicValues dynamic = {{"D", "secret"}, {"J", Json{"{\"a\":1}"}}, {"f/d", "file"}, {"I", "hidden"}};
  Resolved out =
      Resolve({Static("B", "2"), Static("A", "1"), Static("etc/x", "content", true), Static("inner", "x", false, true),
               Dynamic("D"), Dynamic("J"), Dynamic("f/d", true), Dynamic("I", false, true), Dynamic("Absent")},
              dynamic, nullptr);
  EXPECT_THAT(out.env, ElementsAre("A=1", "B=2", "D=secret", "J={\"a\":1}"));
  EXPECT_THAT(out.files, ElementsAre(File{"etc/x", "content"}, File{"f/d", "file"}));
}

TEST(ResolveTest, TemplatesSeeDynamicValuesOnly) {
  TemplateVariables seen;
  Resolved out =
      Resolve({Static("A", "1"), Static("T", "${config.env.D}"), Dynamic("D"), Dynamic("I", false, true)},
              {{"D", "secret"}, {"I", "hidden"}}, [&](const std::string& text, const TemplateVariables& variables) {
                seen = variables;
                return "<" + text + ">";
              });
  EXPECT_THAT(out.env, ElementsAre("A=1", "D=secret", "T=<${config.env.D}>"));
  EXPECT_EQ(seen.env, (std::map<std::string, std::string>{{"D", "secret"}}));
  EXPECT_EQ(seen.internal, (std::map<std::string, std::string>{{"I", "hidden"}}));
}

TEST(ResolveTest, WhatCannotBeEvaluatedIsEmptyButSet) {
  EXPECT_THAT(Resolve({Static("T", "${x}")}, {}, nullptr).env, ElementsAre("T="));
}

}  // namespace
}  // namespace waypoint::appconfig
