// `config` stanzas: static, dynamic and postponed values, and what 0.11 got wrong about them.

#include "config/config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypoint::config {
namespace {

using ::testing::HasSubstr;

struct Loaded {
  std::unique_ptr<Config> config;
  absl::StatusOr<ConfigVars> vars = absl::UnknownError("not read");
};

Loaded Read(const std::string& stanza) {
  std::string text = "project = \"p\"\nvariable \"v\" {\n  default = \"dv\"\n}\napp \"web\" {\n  config {\n" + stanza +
                     "\n  }\n  build {\n    use \"a\" {}\n  }\n  deploy {\n    use \"b\" {}\n  }\n}\n";
  absl::StatusOr<std::unique_ptr<Config>> config = Config::Load("/srv/project/waypoint.hcl", text, {});
  Loaded out;
  if (!config.ok()) {
    out.vars = config.status();
    return out;
  }
  out.config = *std::move(config);
  out.config->SetVariables(*EvaluateVariables(out.config->variables(), {}));
  absl::StatusOr<App> app = out.config->GetApp("web");
  out.vars = app->Config();
  return out;
}

// "NAME=text" or "NAME<-source" of each, by name.
std::string Summary(const ConfigVars& vars) {
  std::string out;
  for (const pb::ConfigVar& var : vars.variables) {
    out += (out.empty() ? "" : " | ") + var.name();
    out += var.has_dynamic() ? "<-" + var.dynamic().from() : "=" + var.static_();
  }
  return out;
}

struct Row {
  const char* name;
  const char* stanza;
  const char* want;
};

TEST(ConfigStanza, Values) {
  const Row kRows[] = {
      {"plain", "env = { A = \"x\", B = 5, C = true }", "A=x | B=5 | C=true"},
      {"braces are escaped", "env = { A = \"$${x} %%{y}\" }", "A=$${x} %%{y}"},
      {"references in any order", "env = { C = \"${config.env.B}!\", B = \"${config.env.A}-b\", A = var.v }",
       "A=dv | B=dv-b | C=dv-b!"},
      {"bracket form", "env = { A = \"x\", B = config.env[\"A\"] }", "A=x | B=x"},
      {"across kinds", "internal = { I = \"x\" }\nenv = { A = config.internal.I }", "A=x | I=x"},
      {"dynamic", "env = { A = dynamic(\"vault\", { path = \"p\" }) }", "A<-vault"},
      {"postponed", "env = { A = dynamic(\"v\", {}), B = \"v ${config.env.A} w\" }", "A<-v | B=v ${config.env.A} w"},
      {"postponed and bare", "env = { A = dynamic(\"v\", {}), B = config.env.A }", "A<-v | B=${config.env.A}"},
      {"postponed operators keep their form", "env = { A = dynamic(\"v\", {}), B = \"${config.env.A == \"x\"}\" }",
       "A<-v | B=${config.env.A == \"x\"}"},
      {"what is known is folded", "env = { A = dynamic(\"v\", {}), B = \"${upper(var.v)} ${config.env.A}\" }",
       "A<-v | B=DV ${config.env.A}"},
      {"of equal names the last counts", "env = { A = \"x\", A = \"y\" }", "A=y"},
      {"nothing", "env = {}", ""},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    Loaded loaded = Read(row.stanza);
    ASSERT_TRUE(loaded.vars.ok()) << loaded.vars.status();
    EXPECT_EQ(Summary(*loaded.vars), row.want);
  }
}

TEST(ConfigStanza, Mistakes) {
  const Row kRows[] = {
      {"a circle", "env = { A = config.env.B, B = config.env.A, C = config.env.A }", "config.env.A, config.env.B;"},
      {"a list", "env = { A = [1] }", "config.env.A must be a string"},
      {"null", "env = { A = null }", "config.env.A must be a string"},
      {"values that are not written out", "env = merge({ A = \"1\" }, { B = \"2\" })", "must be written out"},
      {"a name that is no string", "env = { 5 = \"x\" }", "key must be string"},
      {"dynamic inside a text", "env = { A = \"x ${dynamic(\"v\", {})}\" }", "waypoint.hcl:7"},
      {"an unknown function", "env = { A = nosuch(\"x\") }", "nosuch"},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    Loaded loaded = Read(row.stanza);
    ASSERT_FALSE(loaded.vars.ok());
    EXPECT_THAT(std::string(loaded.vars.status().message()), HasSubstr(row.want));
  }
}

TEST(ConfigStanza, WarnsOfNamesThatStayUnknown) {
  const std::string apps = "app \"web\" {\n  build {\n    use \"a\" {}\n  }\n  deploy {\n    use \"b\" {}\n  }\n}\n";
  std::unique_ptr<Config> config = *Config::Load("/srv/project/waypoint.hcl",
                                                 "project = \"p\"\nvariable \"v\" {\n  default = \"dv\"\n}\nconfig {\n "
                                                 " env = {\n    A = var.v\n    B = dynamic(\"v\", {})\n"
                                                 "    C = \"${config.env.B} ${workspace.name}\"\n  }\n}\n" +
                                                     apps,
                                                 {});
  config->SetVariables(*EvaluateVariables(config->variables(), {}));
  absl::StatusOr<ConfigVars> vars = config->ProjectConfig();
  ASSERT_TRUE(vars.ok()) << vars.status();
  EXPECT_EQ(Summary(*vars), "A=${var.v} | B<-v | C=${config.env.B} default");
  ASSERT_EQ(vars->warnings.size(), 1u);
  EXPECT_THAT(vars->warnings[0], HasSubstr("/srv/project/waypoint.hcl:7,9-12: config.env.A refers to \"var\""));

  Loaded app = Read("env = { A = var.v, B = dynamic(\"v\", {}), C = \"${config.env.B}${var.v}\" }");
  ASSERT_TRUE(app.vars.ok()) << app.vars.status();
  EXPECT_THAT(app.vars->warnings, ::testing::IsEmpty());
}

TEST(ConfigStanza, ScopesAreTargets) {
  Loaded loaded = Read(
      "env = { A = \"root\" }\nworkspace \"prod\" {\n  env = { A = \"w\" }\n}\nlabel \"env == dev\" {\n"
      "  internal = { A = \"l\" }\n}\nrunner {\n  env = { A = \"r\" }\n}\nfile_change_signal = \"HUP\"");
  ASSERT_TRUE(loaded.vars.ok()) << loaded.vars.status();
  EXPECT_EQ(loaded.vars->file_change_signal, "HUP");
  ASSERT_EQ(loaded.vars->variables.size(), 4u);
  for (const pb::ConfigVar& var : loaded.vars->variables) {
    EXPECT_EQ(var.target().application().project(), "p");
    EXPECT_EQ(var.target().workspace().workspace(), var.static_() == "w" ? "prod" : "");
    EXPECT_EQ(var.target().label_selector(), var.static_() == "l" ? "env == dev" : "");
    EXPECT_EQ(var.internal(), var.static_() == "l");
    EXPECT_EQ(var.target().runner().has_any(), var.static_() == "r");
  }
}

}  // namespace
}  // namespace waypoint::config
