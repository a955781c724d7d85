// RocksDB's backend when the disk misbehaves: reads go on, writes fail with the cause, nothing that was
// answered is lost, nothing that was refused comes back, and recovery needs no hand.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/status.h"
#include "contract/failing_files.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "state/rocks_backend.h"
#include "state/store.h"
#include "support/manual_world.h"

namespace waypoint::state {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::HasSubstr;
using ::waypoint::testing::CountingIds;
using ::waypoint::testing::FakeClock;
using ::waypoint::testing::ManualExecutor;

class RocksFailure : public ::testing::Test {
 protected:
  ~RocksFailure() override { Stop(); }
  absl::Status Start() {
    ASSIGN_OR_RETURN(backend_, RocksBackend::Open({dir(), env_.get()}));
    ASSIGN_OR_RETURN(store_, OpenStore(*backend_, executor_, clock_, ids_, {}));
    return absl::OkStatus();
  }
  void Stop() {
    store_.reset();
    backend_.reset();
    executor_.RunAll();
  }
  absl::Status Put(const std::string& name, const std::string& body = "") {
    std::optional<absl::Status> answer;
    store_->Update(
        [&](Txn& txn) {
          pb::Project project;
          project.set_name(name);
          project.set_waypoint_hcl(body);
          txn.Put(name, project);
          return absl::OkStatus();
        },
        [&](absl::Status status) { answer = status; });
    EXPECT_TRUE(executor_.RunUntil([&] { return answer.has_value(); }));
    return *answer;
  }
  bool Has(const std::string& name) {
    bool found = false;
    std::optional<absl::Status> answer;
    store_->Look(
        [&](const View& view) {
          found = view.Get<pb::Project>(name) != nullptr;
          return absl::OkStatus();
        },
        [&](absl::Status status) { answer = status; });
    EXPECT_TRUE(executor_.RunUntil([&] { return answer.has_value(); }));
    EXPECT_TRUE(answer->ok()) << *answer;
    return found;
  }
  std::string dir() const { return folder_.path() + "/data"; }
  std::string LogFile() const {
    std::string newest;
    for (const auto& entry : std::filesystem::directory_iterator(dir() + "/rocks")) {
      if (entry.path().extension() == ".log" && entry.path().string() > newest) newest = entry.path().string();
    }
    return newest;
  }

  TempFolder folder_ = *TempFolder::Make("rocks");
  std::shared_ptr<FailingFiles> files_ = std::make_shared<FailingFiles>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  ManualExecutor executor_;
  FakeClock clock_{executor_};
  CountingIds ids_;
  std::unique_ptr<RocksBackend> backend_;
  std::unique_ptr<Store> store_;
};

class RocksFault : public RocksFailure, public ::testing::WithParamInterface<FailingFiles::Fault> {};

TEST_P(RocksFault, ReadsGoOnAndWritesComeBackWithoutAHand) {
  ASSERT_TRUE(Start().ok());
  ASSERT_TRUE(Put("before").ok());
  for (int round = 0; round < 3; ++round) {
    files_->Break(GetParam());
    const absl::Status refused = Put("refused");
    EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("planned"));
    EXPECT_TRUE(Has("before"));
    EXPECT_FALSE(Has("refused"));
    EXPECT_FALSE(Put("refused").ok()) << "still broken";
    files_->Heal();
    const absl::Status healed = Put("after");
    EXPECT_TRUE(healed.ok()) << healed;
  }
  Stop();
  ASSERT_TRUE(Start().ok());
  EXPECT_TRUE(Has("before"));
  EXPECT_TRUE(Has("after"));
  EXPECT_FALSE(Has("refused")) << "a refused write came back";
}

// The fault strikes at each call of a series of writes in turn; what was answered OK must be there.
TEST_P(RocksFault, AtEveryCall) {
  for (int call = 0; call < 12; ++call) {
    SCOPED_TRACE(call);
    const absl::Status started = Start();
    ASSERT_TRUE(started.ok()) << started;
    files_->Break(GetParam(), call);
    std::vector<std::string> kept;
    std::vector<std::string> refused;
    for (int i = 0; i < 6; ++i) {
      const std::string name = absl::StrCat("c", call, "-", i);
      (Put(name).ok() ? kept : refused).push_back(name);
    }
    files_->Heal();
    const absl::Status healed = Put("healed");
    EXPECT_TRUE(healed.ok()) << healed;
    Stop();
    ASSERT_TRUE(Start().ok());
    for (const std::string& name : kept) EXPECT_TRUE(Has(name)) << name;
    for (const std::string& name : refused) EXPECT_FALSE(Has(name)) << name;
    Stop();
  }
}

// Much is written, so the fault also strikes where RocksDB turns its memory into tables, in threads of its own.
TEST_P(RocksFault, WhileTablesAreWritten) {
  std::mt19937 random(7);
  std::string body(2 << 20, ' ');  // does not compress
  for (char& c : body) c = static_cast<char>(random());
  std::vector<std::string> kept;
  std::vector<std::string> refused;
  for (const int call : {23}) {
    SCOPED_TRACE(call);
    const absl::Status started = Start();
    ASSERT_TRUE(started.ok()) << started;
    files_->Break(GetParam(), call);
    for (int i = 0; i < 12; ++i) {
      const std::string name = absl::StrCat("c", call, "-", i);
      (Put(name, body).ok() ? kept : refused).push_back(name);
    }
    files_->Heal();
    const absl::Status healed = Put("healed", body);
    EXPECT_TRUE(healed.ok()) << healed;
    Stop();
    ASSERT_TRUE(Start().ok());
    for (const std::string& name : kept) EXPECT_TRUE(Has(name)) << name;
    for (const std::string& name : refused) EXPECT_FALSE(Has(name)) << name;
    Stop();
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, RocksFault,
                         ::testing::Values(FailingFiles::Fault::kDiskFull, FailingFiles::Fault::kWriteError,
                                           FailingFiles::Fault::kSyncError));

TEST_F(RocksFailure, SecondServerIsRefusedClearly) {
  ASSERT_TRUE(Start().ok());
  const auto second = RocksBackend::Open({dir()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(absl::StrCat("another server uses the store in ", dir(), " (process ", ::getpid(), ")")));
}

TEST_F(RocksFailure, TornTailOfTheLogLosesNothing) {
  ASSERT_TRUE(Start().ok());
  ASSERT_TRUE(Put("a").ok());
  const std::string log = LogFile();
  const std::string whole = *ReadFile(log);
  Stop();  // writes out its tables; the copy of the log stands for the crash
  ASSERT_TRUE(Start().ok());
  ASSERT_TRUE(Put("b").ok());
  const std::string live = LogFile();
  std::filesystem::copy(dir(), folder_.path() + "/crashed", std::filesystem::copy_options::recursive);
  Stop();
  std::ofstream(folder_.path() + "/crashed/rocks/" + BaseName(live), std::ios::app | std::ios::binary)
      << whole.substr(0, 20) << std::string(100, '\x7f');
  auto crashed = RocksBackend::Open({folder_.path() + "/crashed"});
  ASSERT_TRUE(crashed.ok()) << crashed.status();
  EXPECT_TRUE((*crashed)->Read(Table::kProject, "a").ok());
  EXPECT_TRUE((*crashed)->Read(Table::kProject, "b").ok());
}

TEST_F(RocksFailure, LossInTheMiddleOfTheLogIsNoticed) {
  ASSERT_TRUE(Start().ok());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Put(absl::StrCat("p", i)).ok());
  const std::string live = LogFile();
  const std::string copy = folder_.path() + "/crashed";
  std::filesystem::copy(dir(), copy, std::filesystem::copy_options::recursive);
  const std::string log = copy + "/rocks/" + BaseName(live);
  std::string bytes = *ReadFile(log);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  ASSERT_TRUE(WriteFile(log, bytes).ok());
  const auto opened = RocksBackend::Open({copy});
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kDataLoss) << opened.status();
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("commits"));

  std::filesystem::remove(copy + "/commits");  // what the message advises
  EXPECT_TRUE(RocksBackend::Open({copy}).ok());
}

TEST_F(RocksFailure, NewerFormatIsRefusedClearly) {
  ASSERT_TRUE(Start().ok());
  Stop();
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb::Options(), dir() + "/rocks", &raw).ok());
  ASSERT_TRUE(raw->Put(rocksdb::WriteOptions(), std::string("\0format", 7), "7").ok());
  delete raw;
  const auto opened = RocksBackend::Open({dir()});
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("has format 7, this program knows format 1"));
}

TEST_F(RocksFailure, OneSyncServesAllThatGathered) {
  ASSERT_TRUE(Start().ok());
  constexpr int kCount = 300;
  int answered = 0;
  for (int i = 0; i < kCount; ++i) {
    store_->Update(
        [i](Txn& txn) {
          txn.Put(absl::StrCat("p", i), pb::Project());
          return absl::OkStatus();
        },
        [&](absl::Status) { ++answered; });
  }
  ASSERT_TRUE(executor_.RunUntil([&] { return answered == kCount; }));
  EXPECT_EQ(backend_->stats().batches, static_cast<uint64_t>(kCount));
  EXPECT_LT(backend_->stats().syncs, static_cast<uint64_t>(kCount) / 3);
}

}  // namespace
}  // namespace waypoint::state
