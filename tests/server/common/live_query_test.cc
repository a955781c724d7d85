#include "server/common/live_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/manual_world.h"
#include "support/memory_backend.h"
#include "waypoint/project.pb.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::waypoint::testing::CountingIds;
using ::waypoint::testing::FakeClock;
using ::waypoint::testing::ManualExecutor;
using ::waypoint::testing::MemoryBackend;

class LiveQueryTest : public ::testing::Test {
 protected:
  LiveQueryTest() {
    state::StoreOptions options;
    options.keep_on_disk = [](state::Table, const state::Message&) { return true; };
    store_ = *state::OpenStore(backend_, executor_, clock_, ids_, std::move(options));
  }
  void Put(const std::string& name, const std::string& signal) {
    pb::Project project;
    project.set_name(name);
    project.set_file_change_signal(signal);
    store_->Update(
        [&](state::Txn& txn) {
          txn.Put(name, project);
          return absl::OkStatus();
        },
        [](absl::Status) {});
  }
  // Follows the signal of project "p".
  void Start() {
    auto look = [this](const state::View& view) -> absl::Status {
      ++looks_;
      auto project = view.Get<pb::Project>("p");
      if (project == nullptr) return absl::NotFoundError("no p");
      found_ = project->file_change_signal();
      return absl::OkStatus();
    };
    auto seen = [this](absl::Status status) {
      seen_.push_back(status.ok() ? found_ : std::string(status.message()));
      if (only_one_) query_.reset();
    };
    query_ = std::make_unique<LiveQuery>(*store_, std::vector<std::string>{"project/p"}, look, seen);
  }

  ManualExecutor executor_;
  FakeClock clock_{executor_};
  CountingIds ids_;
  MemoryBackend backend_;
  std::unique_ptr<state::Store> store_;
  std::unique_ptr<LiveQuery> query_;
  std::string found_;
  std::vector<std::string> seen_;
  int looks_ = 0;
  bool only_one_ = false;
};

TEST_F(LiveQueryTest, ShowsEachChange) {
  Start();
  executor_.RunAll();
  Put("p", "one");
  executor_.RunAll();
  Put("q", "nobody asks");
  executor_.RunAll();
  Put("p", "two");
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre("no p", "one", "two"));
  EXPECT_EQ(looks_, 3);
}

TEST_F(LiveQueryTest, ChangesDuringALookMakeOneMore) {
  Put("p", "one");
  executor_.RunAll();
  backend_.SetSyncs(MemoryBackend::Syncs::kWhenTold);
  Put("q", "keeps the look from being durable");
  Start();
  Put("p", "two");
  Put("p", "three");
  executor_.RunAll();
  EXPECT_THAT(seen_, IsEmpty());
  backend_.Sync();
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre("one", "three"));
  EXPECT_EQ(looks_, 2);
}

TEST_F(LiveQueryTest, WhatWasUndoneIsNotShown) {
  Put("p", "one");
  executor_.RunAll();
  backend_.SetSyncs(MemoryBackend::Syncs::kWhenTold);
  backend_.FailCommits(absl::ResourceExhaustedError("disk full"));
  Put("p", "two");
  Start();
  backend_.Sync();
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre("one"));
}

TEST_F(LiveQueryTest, AStoreThatCannotBeReadIsAnError) {
  Put("p", "one");
  executor_.RunAll();
  backend_.FailReads(absl::UnavailableError("closed after a disk error"));
  Start();
  executor_.RunAll();
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_THAT(seen_[0], ::testing::HasSubstr("closed after a disk error"));
}

TEST_F(LiveQueryTest, MayEndItself) {
  only_one_ = true;
  Put("p", "one");
  Start();
  query_->Refresh();
  executor_.RunAll();
  Put("p", "two");
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre("one"));
}

}  // namespace
}  // namespace waypoint::server
