// What the store promises over any backend: what was answered is there after a restart, all of it or nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "state/rocks_backend.h"
#include "state/store.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"

namespace waypoint::state {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::ElementsAre;
using ::waypoint::testing::CountingIds;
using ::waypoint::testing::FakeClock;
using ::waypoint::testing::ManualExecutor;
using ::waypoint::testing::MemoryBackend;

// Where data survives between two lives of a server.
class Place {
 public:
  virtual ~Place() = default;
  virtual Backend& Open() = 0;
  virtual void Close() = 0;
};

class MemoryPlace : public Place {
 public:
  Backend& Open() override { return backend_; }
  void Close() override {}

 private:
  MemoryBackend backend_;
};

class RocksPlace : public Place {
 public:
  Backend& Open() override {
    absl::StatusOr<std::unique_ptr<RocksBackend>> opened = RocksBackend::Open({folder_.path() + "/data"});
    EXPECT_TRUE(opened.ok()) << opened.status();
    backend_ = *std::move(opened);
    return *backend_;
  }
  void Close() override { backend_.reset(); }

 private:
  TempFolder folder_ = *TempFolder::Make("contract");
  std::unique_ptr<RocksBackend> backend_;
};

using MakePlace = std::unique_ptr<Place> (*)();

// Keys of running jobs: any index will do to see it reloaded.
class RunningJobs : public Index {
 public:
  Table table() const override { return Table::kJob; }
  void Changed(const std::string& key, const Message* before, const Message* after) override {
    if (Running(before)) keys_.erase(key);
    if (Running(after)) keys_.insert(key);
  }
  std::string DebugDump() const override {
    std::string text = "running:";
    for (const std::string& key : keys_) absl::StrAppend(&text, " ", key);
    return text;
  }

 private:
  static bool Running(const Message* job) {
    return job != nullptr && static_cast<const pb::Job*>(job)->state() == pb::Job::RUNNING;
  }
  std::set<std::string> keys_;
};

class StoreContract : public ::testing::TestWithParam<std::pair<const char*, MakePlace>> {
 protected:
  StoreContract() : place_(GetParam().second()) { Start(); }
  ~StoreContract() override { Stop(); }

  void Start() {
    StoreOptions options;
    options.indexes.push_back(std::make_unique<RunningJobs>());
    options.keep_on_disk = [](Table table, const Message& record) {
      return table == Table::kJob && static_cast<const pb::Job&>(record).state() == pb::Job::SUCCESS;
    };
    absl::StatusOr<std::unique_ptr<Store>> opened =
        OpenStore(place_->Open(), executor_, clock_, ids_, std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  void Stop() {
    store_.reset();
    place_->Close();
    executor_.RunAll();
  }
  // A new life, which must know exactly what the old one knew.
  void Restart() {
    const std::string before = store_->DebugDump();
    Stop();
    Start();
    EXPECT_EQ(store_->DebugDump(), before);
  }
  absl::Status Update(absl::FunctionRef<absl::Status(Txn&)> step) {
    std::optional<absl::Status> answer;
    store_->Update(step, [&](absl::Status status) { answer = status; });
    EXPECT_TRUE(executor_.RunUntil([&] { return answer.has_value(); }));
    return *answer;
  }
  template <typename R>
  std::shared_ptr<const R> Get(const std::string& key) {
    std::shared_ptr<const R> found;
    bool done = false;
    store_->Look(
        [&](const View& view) {
          found = view.Get<R>(key);
          return absl::OkStatus();
        },
        [&](absl::Status status) {
          EXPECT_TRUE(status.ok()) << status;
          done = true;
        });
    EXPECT_TRUE(executor_.RunUntil([&] { return done; }));
    return found;
  }
  template <typename R>
  std::vector<std::string> Keys(const std::string& from = "") {
    std::vector<std::string> keys;
    store_->Look(
        [&](const View& view) {
          view.ForEach<R>(from, [&](const std::string& key, const R&) {
            keys.push_back(key);
            return true;
          });
          return absl::OkStatus();
        },
        [](absl::Status) {});
    return keys;
  }
  absl::Status PutProject(const std::string& name) {
    return Update([&](Txn& txn) {
      pb::Project project;
      project.set_name(name);
      txn.Put(name, project);
      return absl::OkStatus();
    });
  }

  ManualExecutor executor_;
  FakeClock clock_{executor_};
  CountingIds ids_;
  std::unique_ptr<Place> place_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, StartsEmpty) {
  EXPECT_EQ(Get<pb::Project>("a"), nullptr);
  EXPECT_THAT(Keys<pb::Project>(), ElementsAre());
  Restart();
  EXPECT_THAT(Keys<pb::Project>(), ElementsAre());
}

TEST_P(StoreContract, WhatWasPutIsThereAfterARestart) {
  ASSERT_TRUE(PutProject("a").ok());
  Restart();
  ASSERT_NE(Get<pb::Project>("a"), nullptr);
  EXPECT_EQ(Get<pb::Project>("a")->name(), "a");
}

TEST_P(StoreContract, WhatWasDeletedStaysAway) {
  ASSERT_TRUE(PutProject("a").ok());
  Restart();
  ASSERT_TRUE(Update([](Txn& txn) {
                txn.Delete<pb::Project>("a");
                txn.Delete<pb::Project>("never there");
                return absl::OkStatus();
              }).ok());
  Restart();
  EXPECT_EQ(Get<pb::Project>("a"), nullptr);
}

TEST_P(StoreContract, KeysComeInOrderAndTablesStayApart) {
  for (const char* name : {"b", "a", "c", "a1"}) ASSERT_TRUE(PutProject(name).ok());
  ASSERT_TRUE(Update([](Txn& txn) {
                txn.Put("a", pb::Workspace());
                return absl::OkStatus();
              }).ok());
  Restart();
  EXPECT_THAT(Keys<pb::Project>(), ElementsAre("a", "a1", "b", "c"));
  EXPECT_THAT(Keys<pb::Project>("a1"), ElementsAre("a1", "b", "c"));
  EXPECT_THAT(Keys<pb::Workspace>(), ElementsAre("a"));
}

TEST_P(StoreContract, ATransactionIsAllOrNothing) {
  EXPECT_EQ(Update([](Txn& txn) {
              txn.Put("a", pb::Project());
              txn.PutMeta("m", "1");
              return absl::AbortedError("no");
            }).code(),
            absl::StatusCode::kAborted);
  Restart();
  EXPECT_EQ(Get<pb::Project>("a"), nullptr);
  ASSERT_TRUE(Update([](Txn& txn) {
                txn.Put("a", pb::Project());
                txn.Put("b", pb::Workspace());
                txn.PutMeta("m", "2");
                return absl::OkStatus();
              }).ok());
  Restart();
  EXPECT_NE(Get<pb::Project>("a"), nullptr);
  EXPECT_NE(Get<pb::Workspace>("b"), nullptr);
}

TEST_P(StoreContract, LastWriteOfOneTransactionWins) {
  ASSERT_TRUE(Update([](Txn& txn) {
                pb::Project project;
                project.set_name("first");
                txn.Put("a", project);
                txn.Delete<pb::Project>("a");
                project.set_name("last");
                txn.Put("a", project);
                return absl::OkStatus();
              }).ok());
  Restart();
  EXPECT_EQ(Get<pb::Project>("a")->name(), "last");
}

TEST_P(StoreContract, MetaValuesHoldAnyBytes) {
  const std::string value("\0\xff\n", 3);
  ASSERT_TRUE(Update([&](Txn& txn) {
                txn.PutMeta("raw", value);
                return absl::OkStatus();
              }).ok());
  Restart();
  store_->Look(
      [&](const View& view) {
        EXPECT_EQ(view.GetMeta("raw"), value);
        EXPECT_EQ(view.GetMeta("absent"), "");
        return absl::OkStatus();
      },
      [](absl::Status) {});
}

TEST_P(StoreContract, BodiesOnDiskAreTheSameRecords) {
  for (const pb::Job::State state : {pb::Job::RUNNING, pb::Job::SUCCESS}) {
    ASSERT_TRUE(Update([&](Txn& txn) {
                  pb::Job job;
                  job.set_id("j");
                  job.set_state(state);
                  txn.Put("j", job);
                  return absl::OkStatus();
                }).ok());
    Restart();
    EXPECT_EQ(Get<pb::Job>("j")->state(), state);
  }
  ASSERT_TRUE(Update([](Txn& txn) {
                txn.Delete<pb::Job>("j");
                return absl::OkStatus();
              }).ok());
  Restart();
  EXPECT_EQ(Get<pb::Job>("j"), nullptr);
}

TEST_P(StoreContract, ManyTransactionsAtOnceKeepTheirOrder) {
  constexpr int kCount = 500;
  std::vector<int> answered;
  for (int i = 0; i < kCount; ++i) {
    store_->Update(
        [i](Txn& txn) {
          pb::Project project;
          project.set_name(absl::StrCat(i));
          txn.Put("last", project);
          txn.Put(absl::StrCat("p", i), project);
          return absl::OkStatus();
        },
        [&answered, i](absl::Status status) {
          EXPECT_TRUE(status.ok()) << status;
          answered.push_back(i);
        });
  }
  ASSERT_TRUE(executor_.RunUntil([&] { return answered.size() == kCount; }));
  EXPECT_TRUE(std::is_sorted(answered.begin(), answered.end()));
  Restart();
  EXPECT_EQ(Get<pb::Project>("last")->name(), absl::StrCat(kCount - 1));
  EXPECT_EQ(Keys<pb::Project>().size(), kCount + 1u);
}

TEST_P(StoreContract, IndexesAlwaysEqualWhatARestartLoads) {
  uint64_t seed = 42;
  auto next = [&seed](uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 40; ++i) {
      const bool keep = next(4) != 0;
      Update([&](Txn& txn) -> absl::Status {
        for (uint64_t n = next(5); n > 0; --n) {
          const std::string key = absl::StrCat("j", next(10));
          pb::Job job;
          job.set_id(key);
          job.set_state(static_cast<pb::Job::State>(next(6)));
          if (next(3) == 0) {
            txn.Delete<pb::Job>(key);
          } else {
            txn.Put(key, job);
          }
        }
        if (!keep) return absl::AbortedError("undo");
        return absl::OkStatus();
      }).IgnoreError();
    }
    Restart();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Backends, StoreContract,
    ::testing::Values(
        std::pair<const char*, MakePlace>("memory", [] { return std::unique_ptr<Place>(new MemoryPlace); }),
        std::pair<const char*, MakePlace>("rocks", [] { return std::unique_ptr<Place>(new RocksPlace); })),
    [](const auto& info) { return info.param.first; });

}  // namespace
}  // namespace waypoint::state
