#include "cli/shell_setup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"

namespace waypoint::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ShellSetupTest : public ::testing::Test {
 protected:
  ShellSetupTest() : home_(*TempFolder::Make("shells")) {
    setup_ = {.home = home_.path(),
              .config_folder = home_.path() + "/.config",
              .program = "/opt/bin/waypoint",
              .name = "waypoint"};
  }
  std::string Path(const std::string& name) const { return JoinPath(home_.path(), name); }
  void Put(const std::string& name, const std::string& text) { ASSERT_TRUE(WriteFile(Path(name), text).ok()); }
  std::string Get(const std::string& name) const { return ReadFile(Path(name)).value_or("(absent)"); }

  TempFolder home_;
  ShellSetup setup_;
};

TEST_F(ShellSetupTest, BashInTheFirstFileThatExists) {
  Put(".bash_profile", "export A=1");  // no line break at the end
  Put(".profile", "other\n");
  EXPECT_THAT(*setup_.Install(), ElementsAre(Path(".bash_profile")));
  EXPECT_EQ(Get(".bash_profile"), "export A=1\ncomplete -C /opt/bin/waypoint waypoint\n");
  EXPECT_EQ(Get(".profile"), "other\n");
  EXPECT_EQ(Get(".bashrc"), "(absent)");
}

TEST_F(ShellSetupTest, Zsh) {
  Put(".zshrc", "");
  ASSERT_TRUE(setup_.Install().ok());
  EXPECT_EQ(Get(".zshrc"),
            "autoload -U +X bashcompinit && bashcompinit\ncomplete -o nospace -C /opt/bin/waypoint waypoint\n");
}

TEST_F(ShellSetupTest, FishHasAFileOfItsOwn) {
  ASSERT_TRUE(MakeFolders(Path(".config/fish")).ok());
  const std::string file = ".config/fish/completions/waypoint.fish";
  EXPECT_THAT(*setup_.Install(), ElementsAre(Path(file)));
  EXPECT_THAT(Get(file), HasSubstr("/opt/bin/waypoint"));
  EXPECT_THAT(Get(file), HasSubstr("complete -f -c waypoint"));
  ASSERT_TRUE(setup_.Uninstall().ok());
  EXPECT_EQ(Get(file), "(absent)");
}

TEST_F(ShellSetupTest, TwiceIsAnErrorAndChangesNothing) {
  Put(".bashrc", "a\n");
  ASSERT_TRUE(setup_.Install().ok());
  const std::string once = Get(".bashrc");
  EXPECT_EQ(setup_.Install().status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Get(".bashrc"), once);
}

TEST_F(ShellSetupTest, UninstallLeavesTheRestAsItWas) {
  Put(".bashrc", "a\nb");
  ASSERT_TRUE(setup_.Install().ok());
  ASSERT_TRUE(setup_.Uninstall().ok());
  EXPECT_EQ(Get(".bashrc"), "a\nb\n");
  EXPECT_EQ(setup_.Uninstall().status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ShellSetupTest, WithoutAnyShellItSaysWhatWasLookedFor) {
  const auto changed = setup_.Install();
  EXPECT_EQ(changed.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(changed.status().message()), HasSubstr(".zshrc"));
}

}  // namespace
}  // namespace waypoint::cli
