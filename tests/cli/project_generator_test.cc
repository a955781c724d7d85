#include "cli/project_generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "google/protobuf/empty.pb.h"
#include "plugin/native.h"

namespace waypoint::cli {
namespace {

using plugin::ComponentType;
using ::testing::Contains;
using ::testing::HasSubstr;

struct Config {
  std::string image;
  int64_t count = 0;
  std::string note;
};

struct Component {
  Config config;
};

plugin::NativeType TypeOf() {
  plugin::NativeType type = plugin::NativeType::Of<Component>();
  type.Config(&Component::config, plugin::ConfigFields<Config>()
                                      .Required("image", &Config::image, "Which one.")
                                      .Required("count", &Config::count, "How many.")
                                      .Optional("note", &Config::note, "Anything."));
  return type;
}

class ProjectGeneratorTest : public ::testing::Test {
 protected:
  ProjectGeneratorTest() {
    auto first = std::make_shared<plugin::NativePlugin>("alpha");
    first->Add(ComponentType::kBuilder, TypeOf()).Add(ComponentType::kPlatform, TypeOf());
    auto second = std::make_shared<plugin::NativePlugin>("beta");
    second->Add(ComponentType::kBuilder, TypeOf()).Add(ComponentType::kRegistry, TypeOf());
    plugins_.Add(first);
    plugins_.Add(second);
  }

  // The file that comes from these answers; whether all was asked is in complete_.
  std::string Generate(std::deque<std::string> answers) {
    Dialog dialog;
    dialog.ask = [&](absl::string_view prompt) -> absl::StatusOr<std::string> {
      said_.emplace_back(prompt);
      if (answers.empty()) return absl::CancelledError("no answer");
      std::string answer = answers.front();
      answers.pop_front();
      return answer;
    };
    dialog.header = dialog.say = [&](absl::string_view text) { said_.emplace_back(text); };
    ProjectGenerator generator(plugins_, dialog);
    const auto complete = generator.Run();
    EXPECT_TRUE(complete.ok()) << complete.status();
    complete_ = complete.value_or(false);
    EXPECT_TRUE(answers.empty()) << "not asked for: " << answers.front();
    return generator.Text();
  }

  plugin::Registry plugins_;
  std::vector<std::string> said_;
  bool complete_ = false;
};

TEST_F(ProjectGeneratorTest, AllAnswered) {
  const std::string text = Generate({"demo", "y", "web", "YES",              // names
                                     "2",    "y", "3",   "y",   "img", "y",  // builder beta: count, image
                                     "1",    "y", "",    "y",   "",    "y",  // registry beta, fields skipped
                                     "1",    "y", "1",   "y",   "x",   "y"});
  EXPECT_TRUE(complete_);
  EXPECT_EQ(text, R"(project = "demo"

app "web" {
  build {
    use "beta" {
      count = 3
      image = "img"
    }
    registry {
      use "beta" {
        # count = ""
        # image = ""
      }
    }
  }
  deploy {
    use "alpha" {
      count = 1
      image = "x"
    }
  }
  # release {
  #   use "PLUGIN" {}
  # }
}
)");
}

TEST_F(ProjectGeneratorTest, WhatIsNotConfirmedIsAskedAgain) {
  const std::string text = Generate({"", "demo", "n", "other", "", "demo", "y", "exit"});
  EXPECT_FALSE(complete_);
  EXPECT_EQ(text, "project = \"demo\"\n\n");
  EXPECT_THAT(said_, Contains(HasSubstr("cannot be empty")));
}

TEST_F(ProjectGeneratorTest, StagesCanBeSkippedAndNumbersAreChecked) {
  const std::string text = Generate({"p", "y", "a", "y", "7", "0", "x", "", "n", "", "y", "", "y"});
  EXPECT_TRUE(complete_);
  EXPECT_THAT(text, HasSubstr("  # build {\n"));
  EXPECT_THAT(text, HasSubstr("  # deploy {\n"));
  EXPECT_THAT(said_, Contains(HasSubstr("from 1 to 2")));
}

TEST_F(ProjectGeneratorTest, LeavingClosesWhatIsOpen) {
  EXPECT_EQ(Generate({"p", "y", "a", "y", "1", "y", "3", "y", "Exit"}),
            "project = \"p\"\n\napp \"a\" {\n  build {\n    use \"alpha\" {\n      count = 3\n    }\n  }\n}\n");
  EXPECT_FALSE(complete_);
  // the end of the input is the same
  EXPECT_EQ(Generate({"p", "y"}), "project = \"p\"\n\n");
  EXPECT_FALSE(complete_);
}

TEST_F(ProjectGeneratorTest, AnswersCannotBreakTheFile) {
  EXPECT_THAT(Generate({"a\"b${c}", "y", "exit"}), HasSubstr("project = \"a\\\"b$${c}\""));
  // no expression: kept as a text
  EXPECT_THAT(Generate({"p", "y", "a", "y", "1", "y", "3 }", "y", "exit"}), HasSubstr("count = \"3 }\""));
}

}  // namespace
}  // namespace waypoint::cli
