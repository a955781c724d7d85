#include "appconfig/watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/manual_world.h"

namespace waypoint::appconfig {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

pb::ConfigVar Static(const std::string& name, const std::string& value, bool path = false) {
  pb::ConfigVar variable;
  variable.set_name(name);
  variable.set_static_(value);
  variable.set_name_is_path(path);
  return variable;
}

pb::ConfigVar Dynamic(const std::string& name, const std::string& type) {
  pb::ConfigVar variable;
  variable.set_name(name);
  variable.mutable_dynamic()->set_from(type);
  return variable;
}

pb::ConfigSource SourceSettings(const std::string& type, uint64_t hash, const std::string& prefix) {
  pb::ConfigSource source;
  source.set_type(type);
  source.set_hash(hash);
  (*source.mutable_config())["prefix"] = prefix;
  return source;
}

// What all fake sourcers of a test did.
struct Sourcing {
  int configured = 0, reads = 0, stops = 0;
  std::string value = "v";
  bool fail_read = false;
};

class FakeSourcer : public ConfigSourcer {
 public:
  explicit FakeSourcer(Sourcing& log) : log_(log) {}
  absl::Status Configure(const std::map<std::string, std::string>& settings) override {
    ++log_.configured;
    auto it = settings.find("prefix");
    prefix_ = it == settings.end() ? "" : it->second;
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<SourceValue>> Read(const std::vector<SourceRequest>& requests) override {
    ++log_.reads;
    if (log_.fail_read) return absl::UnavailableError("away");
    std::vector<SourceValue> values;
    for (const SourceRequest& request : requests) values.push_back({request.name, prefix_ + log_.value});
    return values;
  }
  void Stop() override { ++log_.stops; }

 private:
  Sourcing& log_;
  std::string prefix_;
};

class WatcherTest : public ::testing::Test {
 protected:
  void Start(WatcherOptions options = {}) {
    options.sourcers = [this](absl::string_view type) -> absl::StatusOr<std::unique_ptr<ConfigSourcer>> {
      if (type != "fake") return absl::NotFoundError("no");
      return std::make_unique<FakeSourcer>(sourcing_);
    };
    watcher_ = Watcher::Start(clock_, executor_, options, [this](const Output& output) { outputs_.push_back(output); });
  }
  void Update(std::vector<pb::ConfigVar> variables, std::vector<pb::ConfigSource> sources = {}) {
    watcher_->Update(std::move(variables), std::move(sources));
    executor_.RunAll();
  }
  void Advance(absl::Duration by) {
    clock_.Advance(by);
    executor_.RunAll();
  }

  waypoint::testing::ManualExecutor executor_;
  waypoint::testing::FakeClock clock_{executor_};
  Sourcing sourcing_;
  std::vector<Output> outputs_;
  std::shared_ptr<Watcher> watcher_;
};

TEST_F(WatcherTest, TheFirstOutputComesAtOnceEvenEmpty) {
  Start();
  Update({});
  ASSERT_EQ(outputs_.size(), 1u);
  EXPECT_TRUE(outputs_[0].env_changed);
  EXPECT_TRUE(outputs_[0].files_changed);
}

TEST_F(WatcherTest, EqualVariablesInAnyOrderAreNothingNew) {
  Start();
  Update({Static("A", "1"), Static("B", "2")});
  Update({Static("B", "2"), Static("A", "1")});
  Advance(absl::Minutes(1));
  EXPECT_EQ(outputs_.size(), 1u);
}

TEST_F(WatcherTest, ChangesAreGatheredForHalfASecondButNotForEver) {
  Start();
  Update({});
  Update({Static("A", "1")});
  Advance(absl::Milliseconds(400));
  Update({Static("A", "2")});
  Advance(absl::Milliseconds(400));
  EXPECT_EQ(outputs_.size(), 1u);
  Advance(absl::Milliseconds(100));
  ASSERT_EQ(outputs_.size(), 2u);
  EXPECT_THAT(outputs_[1].env, ElementsAre("A=2"));
  for (int i = 0; i < 20; ++i) {
    Update({Static("A", std::to_string(i + 10))});
    Advance(absl::Milliseconds(300));
  }
  EXPECT_EQ(outputs_.size(), 3u) << "after 5 s it came";
}

TEST_F(WatcherTest, TellsWhichHalfChangedAndWhatIsGone) {
  Start();
  Update({Static("A", "1"), Static("f", "x", true)});
  Update({Static("A", "1"), Static("f", "y", true)});
  Advance(absl::Seconds(1));
  EXPECT_FALSE(outputs_.back().env_changed);
  EXPECT_TRUE(outputs_.back().files_changed);
  EXPECT_THAT(outputs_.back().env, ElementsAre("A=1")) << "not updated is unchanged, not empty";
  Update({Static("f", "y", true)});
  Advance(absl::Seconds(1));
  EXPECT_TRUE(outputs_.back().env_changed);
  EXPECT_FALSE(outputs_.back().files_changed);
  EXPECT_THAT(outputs_.back().deleted, ElementsAre("A"));
}

TEST_F(WatcherTest, ARemovedKeyGetsItsOriginalValueBack) {
  WatcherOptions options;
  options.original = {"PATH=/bin"};
  Start(options);
  Update({Static("PATH", "/mine")});
  Update({});
  Advance(absl::Seconds(1));
  EXPECT_THAT(outputs_.back().env, ElementsAre("PATH=/bin"));
  EXPECT_THAT(outputs_.back().deleted, IsEmpty());
}

TEST_F(WatcherTest, DynamicValuesAreReadAgainEvery15Seconds) {
  Start();
  Update({Dynamic("D", "fake")}, {SourceSettings("fake", 1, "a-")});
  EXPECT_THAT(outputs_.back().env, ElementsAre("D=a-v"));
  Advance(absl::Seconds(15));
  EXPECT_EQ(sourcing_.reads, 2);
  EXPECT_EQ(outputs_.size(), 1u) << "nothing changed";
  sourcing_.value = "w";
  Advance(absl::Seconds(15));
  EXPECT_THAT(outputs_.back().env, ElementsAre("D=a-w"));
  EXPECT_EQ(sourcing_.configured, 1);
}

TEST_F(WatcherTest, NewSettingsConfigureTheSourceAnew) {
  Start();
  Update({Dynamic("D", "fake")}, {SourceSettings("fake", 1, "a-")});
  Update({Dynamic("D", "fake")}, {SourceSettings("fake", 1, "ignored, its hash is the same")});
  Advance(absl::Seconds(1));
  EXPECT_EQ(sourcing_.configured, 1);
  Update({Dynamic("D", "fake")}, {SourceSettings("fake", 1, "weaker"), SourceSettings("fake", 2, "b-")});
  Advance(absl::Seconds(1));
  EXPECT_THAT(outputs_.back().env, ElementsAre("D=b-v"));
  EXPECT_EQ(sourcing_.configured, 2);
}

TEST_F(WatcherTest, FailedAndUnknownSourcesDropTheirVariables) {
  Start();
  Update({Dynamic("D", "fake"), Dynamic("X", "nothing"), Static("A", "1")});
  EXPECT_THAT(outputs_.back().env, ElementsAre("A=1", "D=v"));
  sourcing_.fail_read = true;
  Advance(absl::Seconds(15));
  EXPECT_THAT(outputs_.back().env, ElementsAre("A=1"));
}

TEST_F(WatcherTest, WithoutDynamicNothingIsRead) {
  WatcherOptions options;
  options.dynamic = false;
  Start(options);
  Update({Dynamic("D", "fake"), Static("A", "1")});
  EXPECT_THAT(outputs_.back().env, ElementsAre("A=1"));
  EXPECT_EQ(sourcing_.reads, 0);
}

TEST_F(WatcherTest, StopEndsEverything) {
  Start();
  Update({Dynamic("D", "fake")});
  watcher_->Stop();
  executor_.RunAll();
  EXPECT_EQ(sourcing_.stops, 2) << "once before it was configured, once now";
  Update({Static("A", "1")});
  Advance(absl::Minutes(1));
  EXPECT_EQ(outputs_.size(), 1u);
}

}  // namespace
}  // namespace waypoint::appconfig
