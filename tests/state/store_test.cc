#include "state/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/manual_world.h"
#include "support/memory_backend.h"

namespace waypoint::state {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::waypoint::testing::CountingIds;
using ::waypoint::testing::FakeClock;
using ::waypoint::testing::ManualExecutor;
using ::waypoint::testing::MemoryBackend;

// Counts projects by state, to see that indexes follow every undo.
class StateCount : public Index {
 public:
  Table table() const override { return Table::kProject; }
  void Changed(const std::string&, const Message* before, const Message* after) override {
    if (before != nullptr) --count_[static_cast<const pb::Project*>(before)->state()];
    if (after != nullptr) ++count_[static_cast<const pb::Project*>(after)->state()];
  }
  std::string DebugDump() const override { return absl::StrCat(active(), "/", destroying()); }
  int active() const { return At(pb::Project::ACTIVE); }
  int destroying() const { return At(pb::Project::DESTROYING); }

 private:
  int At(int state) const {
    auto it = count_.find(state);
    return it == count_.end() ? 0 : it->second;
  }
  std::map<int, int> count_;
};

pb::Project Named(const std::string& name, pb::Project::ProjectState state = pb::Project::ACTIVE) {
  pb::Project project;
  project.set_name(name);
  project.set_state(state);
  return project;
}

pb::Job JobIn(const std::string& id, pb::Job::State state) {
  pb::Job job;
  job.set_id(id);
  job.set_state(state);
  return job;
}

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { Open(); }
  void Open() {
    StoreOptions options;
    auto index = std::make_unique<StateCount>();
    index_ = index.get();
    options.indexes.push_back(std::move(index));
    options.keep_on_disk = [](Table table, const Message& record) {
      return table == Table::kJob && static_cast<const pb::Job&>(record).state() == pb::Job::SUCCESS;
    };
    store_ = *OpenStore(backend_, executor_, clock_, ids_, std::move(options));
  }
  Done Log(std::string name) {
    return [this, name = std::move(name)](absl::Status status) {
      log_.push_back(name + " " + std::string(absl::StatusCodeToString(status.code())));
      last_ = status;
    };
  }
  void Put(const pb::Project& project) {
    store_->Update(
        [&](Txn& txn) {
          txn.Put(project.name(), project);
          return absl::OkStatus();
        },
        Log("put " + project.name()));
  }
  std::shared_ptr<const pb::Project> Get(const std::string& name) {
    std::shared_ptr<const pb::Project> found;
    store_->Look(
        [&](const View& view) {
          found = view.Get<pb::Project>(name);
          return absl::OkStatus();
        },
        Log("look"));
    return found;
  }
  void SyncAndRun() {
    backend_.Sync();
    executor_.RunAll();
  }

  ManualExecutor executor_;
  FakeClock clock_{executor_};
  CountingIds ids_;
  MemoryBackend backend_{MemoryBackend::Syncs::kWhenTold};
  StateCount* index_ = nullptr;
  std::unique_ptr<Store> store_;
  std::vector<std::string> log_;
  absl::Status last_;
};

TEST_F(StoreTest, AnswersOnlyOnceDurableAndSharesOneSync) {
  Put(Named("a"));
  Put(Named("b"));
  executor_.RunAll();
  EXPECT_TRUE(log_.empty());
  SyncAndRun();
  EXPECT_THAT(log_, ElementsAre("put a OK", "put b OK"));
  EXPECT_EQ(backend_.syncs(), 1);
}

TEST_F(StoreTest, ReaderSeesTheNewestButLearnsItOnlyOnceDurable) {
  Put(Named("a"));
  EXPECT_NE(Get("a"), nullptr);
  executor_.RunAll();
  EXPECT_TRUE(log_.empty());
  SyncAndRun();
  EXPECT_THAT(log_, ElementsAre("put a OK", "look OK"));
  Get("a");
  executor_.RunAll();
  EXPECT_EQ(log_.back(), "look OK");
  EXPECT_EQ(log_.size(), 3u);
}

TEST_F(StoreTest, DoneNeverRunsInsideTheCall) {
  Get("a");
  EXPECT_TRUE(log_.empty());
  store_->Update([](Txn&) { return absl::OkStatus(); }, Log("empty"));
  EXPECT_TRUE(log_.empty());
  executor_.RunAll();
  EXPECT_THAT(log_, ElementsAre("look OK", "empty OK"));
}

TEST_F(StoreTest, AStepThatFailsChangesNothing) {
  Put(Named("a"));
  SyncAndRun();
  const std::string before = store_->DebugDump();
  bool undone = false;
  store_->Update(
      [&](Txn& txn) {
        txn.Put("a", Named("a", pb::Project::DESTROYING));
        txn.Delete<pb::Project>("a");
        txn.Put("b", Named("b"));
        txn.PutMeta("m", "1");
        txn.OnUndo([&] { undone = true; });
        return absl::FailedPreconditionError("no");
      },
      Log("step"));
  executor_.RunAll();
  EXPECT_EQ(log_.back(), "step FAILED_PRECONDITION");
  EXPECT_EQ(store_->DebugDump(), before);
  EXPECT_TRUE(undone);
  EXPECT_EQ(backend_.unsynced(), 0u);
}

TEST_F(StoreTest, FailedCommitUndoesAllThatIsNotDurable) {
  Put(Named("a"));
  SyncAndRun();
  log_.clear();
  const std::string before = store_->DebugDump();
  std::vector<std::string> undone;
  for (const std::string name : {"x", "y"}) {
    store_->Update(
        [&](Txn& txn) {
          txn.Put("a", Named("a", pb::Project::DESTROYING));
          txn.Put(name, Named(name));
          txn.OnUndo([&undone, name] { undone.push_back(name); });
          return absl::OkStatus();
        },
        Log(name));
  }
  Get("x");
  backend_.FailCommits(absl::ResourceExhaustedError("disk full"));
  SyncAndRun();
  EXPECT_THAT(log_, ElementsAre("x UNAVAILABLE", "y UNAVAILABLE", "look UNAVAILABLE"));
  EXPECT_THAT(std::string(last_.message()), HasSubstr("disk full"));
  EXPECT_THAT(undone, ElementsAre("y", "x"));
  EXPECT_EQ(store_->DebugDump(), before);
  EXPECT_EQ(index_->destroying(), 0);

  EXPECT_NE(Get("a"), nullptr) << "reads go on";
  executor_.RunAll();
  EXPECT_EQ(log_.back(), "look OK");
  Put(Named("b"));
  SyncAndRun();
  EXPECT_EQ(log_.back(), "put b UNAVAILABLE") << "writes are tried again, the disk is still full";
  backend_.FailCommits(absl::OkStatus());
  Put(Named("b"));
  SyncAndRun();
  EXPECT_EQ(log_.back(), "put b OK");
}

TEST_F(StoreTest, WritesGivenWhileTheFailureIsOnItsWayFailToo) {
  backend_.FailCommits(absl::ResourceExhaustedError("disk full"));
  Put(Named("a"));
  backend_.Sync();  // failed, the store does not know yet
  backend_.FailCommits(absl::OkStatus());
  Put(Named("b"));
  SyncAndRun();
  EXPECT_THAT(log_, ElementsAre("put a UNAVAILABLE", "put b UNAVAILABLE"));
  EXPECT_EQ(Get("b"), nullptr);
  Open();
  EXPECT_EQ(Get("b"), nullptr) << "nothing of it was stored";
}

TEST_F(StoreTest, AFailedBatchThatReachedTheDiskIsTakenBack) {
  Put(Named("a"));
  SyncAndRun();
  const std::string before = store_->DebugDump();
  backend_.FailCommits(absl::InternalError("sync failed"), /*but_write=*/true);
  Put(Named("a", pb::Project::DESTROYING));
  Put(Named("b"));
  SyncAndRun();
  backend_.FailCommits(absl::OkStatus());
  SyncAndRun();
  Open();
  EXPECT_EQ(store_->DebugDump(), before);
}

TEST_F(StoreTest, WatchersAreToldOnceDurableAndCoalesce) {
  int all = 0;
  int one = 0;
  store_->Watch({"project"}, [&] { ++all; });
  const Store::WatchId id = store_->Watch({"project/a", "user"}, [&] { ++one; });
  Put(Named("a"));
  Put(Named("b"));
  executor_.RunAll();
  EXPECT_EQ(all, 0);
  SyncAndRun();
  EXPECT_EQ(all, 1);
  EXPECT_EQ(one, 1);
  Put(Named("b"));
  SyncAndRun();
  EXPECT_EQ(all, 2);
  EXPECT_EQ(one, 1);
  Put(Named("a"));
  backend_.Sync();
  executor_.RunOne();  // the answer, which posts the wake-up
  store_->Unwatch(id);
  executor_.RunAll();
  EXPECT_EQ(one, 1) << "not told any more, although it was on its way";
}

TEST_F(StoreTest, AScanSurvivesChangesUnderIt) {
  for (const char* name : {"a", "b", "c", "d"}) Put(Named(name));
  std::vector<std::string> seen;
  store_->Update(
      [&](Txn& txn) {
        txn.ForEach<pb::Project>("b", [&](const std::string& key, const pb::Project&) {
          seen.push_back(key);
          txn.Delete<pb::Project>(key);
          return true;
        });
        return absl::OkStatus();
      },
      Log("scan"));
  EXPECT_THAT(seen, ElementsAre("b", "c", "d"));
  EXPECT_EQ(index_->active(), 1);
}

TEST_F(StoreTest, FinishedJobsAreReadFromDisk) {
  auto put = [&](pb::Job::State state) {
    store_->Update(
        [&](Txn& txn) {
          txn.Put("j", JobIn("j", state));
          return absl::OkStatus();
        },
        Log("job"));
  };
  auto state = [&] {
    pb::Job::State found = pb::Job::UNKNOWN;
    store_->Look(
        [&](const View& view) {
          auto job = view.Get<pb::Job>("j");
          if (job != nullptr) found = job->state();
          return absl::OkStatus();
        },
        Log("get"));
    executor_.RunAll();
    return found;
  };
  put(pb::Job::RUNNING);
  put(pb::Job::SUCCESS);
  EXPECT_EQ(state(), pb::Job::SUCCESS) << "in memory until durable";
  SyncAndRun();
  EXPECT_EQ(state(), pb::Job::SUCCESS);

  backend_.FailReads(absl::DataLossError("bad sector"));
  state();
  EXPECT_EQ(log_.back(), "get DATA_LOSS") << "unreadable is not absent";
  backend_.FailReads(absl::OkStatus());

  backend_.FailCommits(absl::ResourceExhaustedError("disk full"));
  put(pb::Job::RUNNING);
  SyncAndRun();
  EXPECT_EQ(state(), pb::Job::SUCCESS) << "undone to the version on disk";
  Open();
  EXPECT_EQ(state(), pb::Job::SUCCESS);
}

TEST_F(StoreTest, StoreMayGoWhileCommitsAreUnderWay) {
  Put(Named("a"));
  store_.reset();
  backend_.Sync();
  executor_.RunAll();
  EXPECT_TRUE(log_.empty());
}

}  // namespace
}  // namespace waypoint::state
