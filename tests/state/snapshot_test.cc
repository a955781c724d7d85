// Backups: the file's format, records through it and back, and staging (server-and-state.md 5.2, 12).
#include "state/snapshot_format.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "state/restore.h"
#include "state/rocks_backend.h"
#include "state/snapshot_records.h"
#include "state/store.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"

namespace waypoint::state {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::waypoint::testing::MemoryBackend;

pb::VersionInfo Version() {
  pb::VersionInfo version;
  version.set_version("v1");
  return version;
}

pb::Snapshot::BoltChunk Chunk(const std::string& bucket, const std::string& key, const std::string& value) {
  pb::Snapshot::BoltChunk chunk;
  chunk.set_bucket(bucket);
  (*chunk.mutable_items())[key] = value;
  return chunk;
}

std::string FileOf(const std::vector<pb::Snapshot::BoltChunk>& chunks) {
  SnapshotWriter writer(Version());
  for (const auto& chunk : chunks) writer.Add(chunk);
  writer.Finish();
  return writer.Take();
}

absl::Status ReadAll(absl::string_view file, size_t piece, std::vector<std::string>* buckets = nullptr) {
  SnapshotReader reader([&](const pb::Snapshot::BoltChunk& chunk) {
    if (buckets != nullptr) buckets->push_back(chunk.bucket());
    return absl::OkStatus();
  });
  for (size_t at = 0; at < file.size(); at += piece) {
    if (absl::Status status = reader.Feed(file.substr(at, piece)); !status.ok()) return status;
  }
  return reader.Finish();
}

TEST(SnapshotFormat, ReadsWhatItWroteInPiecesOfAnySize) {
  const std::string file = FileOf({Chunk("project", "a", "1"), Chunk("jobs", "b", std::string(300'000, 'x'))});
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{1024}, file.size()}) {
    std::vector<std::string> buckets;
    EXPECT_TRUE(ReadAll(file, piece, &buckets).ok());
    EXPECT_THAT(buckets, ElementsAre("project", "jobs"));
  }
}

TEST(SnapshotFormat, RefusesWhatIsCutOffOrChanged) {
  const std::string file = FileOf({Chunk("project", "a", "1"), Chunk("project", "b", "2")});
  EXPECT_FALSE(ReadAll("", 1).ok());
  EXPECT_FALSE(ReadAll("no gzip at all", 100).ok());
  for (size_t length = 1; length < file.size(); ++length)
    EXPECT_FALSE(ReadAll(file.substr(0, length), 64).ok()) << length;
  EXPECT_FALSE(ReadAll(file + "x", 64).ok());
  for (size_t at = 10; at < file.size(); ++at) {  // the first ten bytes are gzip's header, partly free
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    EXPECT_FALSE(ReadAll(changed, 64).ok()) << at;
  }
}

Batch Everything() {
  pb::ConfigVar var;
  var.set_name("Name");
  var.set_static_("v");
  var.mutable_target()->mutable_project()->set_project("P");
  pb::Project project;
  project.set_name("P");
  return {{Table::kMeta, "server_id", "ID"},
          {Table::kMeta, "other", "raw"},
          {Table::kProject, "p", project.SerializeAsString()},
          {Table::kJob, "J1", pb::Job().SerializeAsString()},
          {Table::kConfigVar, std::string("p\0p\0P\0\0\0\0name", 13), var.SerializeAsString()},
          {Table::kServerConfig, "config", pb::ServerConfig().SerializeAsString()}};
}

std::string Export(Backend& backend) {
  SnapshotExport snapshot(*backend.Freeze(), Version());
  std::string file;
  for (;;) {
    const auto bytes = snapshot.Next(100);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    if (!bytes.ok() || bytes->empty()) return file;
    file += *bytes;
  }
}

std::map<std::pair<int, std::string>, std::string> ContentOf(Backend& backend) {
  std::map<std::pair<int, std::string>, std::string> content;
  EXPECT_TRUE(backend
                  .Load([&](Table table, absl::string_view key, absl::string_view value) {
                    content[{static_cast<int>(table), std::string(key)}] = std::string(value);
                  })
                  .ok());
  return content;
}

TEST(SnapshotRecords, BucketsAreThoseOfTheOriginal) {
  MemoryBackend backend;
  backend.Commit(Everything(), [](absl::Status, bool) {});
  std::vector<std::string> buckets;
  std::map<std::string, std::string> keys;
  SnapshotReader reader([&](const pb::Snapshot::BoltChunk& chunk) {
    for (const auto& [key, value] : chunk.items()) keys[chunk.bucket()] += key + " ";
    return absl::OkStatus();
  });
  ASSERT_TRUE(reader.Feed(Export(backend)).ok());
  ASSERT_TRUE(reader.Finish().ok());
  EXPECT_EQ(keys["project"], "p ");
  EXPECT_EQ(keys["jobs"], "J1 ");
  EXPECT_EQ(keys["system"], "version ");
  EXPECT_THAT(keys["config_v2"], ::testing::MatchesRegex("v2::[0-9]+/name "));
  EXPECT_THAT(keys["server-config"], ::testing::AllOf(HasSubstr("1 "), HasSubstr("id ")));
}

class Restore : public ::testing::Test {
 protected:
  std::string dir() const { return folder_.path() + "/data"; }
  std::unique_ptr<RocksBackend> Open() {
    absl::StatusOr<std::unique_ptr<RocksBackend>> opened = RocksBackend::Open({dir()});
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  void Put(RocksBackend& backend, Batch batch) {
    absl::Mutex mu;
    bool done = false;
    backend.Commit(std::move(batch), [&](absl::Status status, bool) {
      absl::MutexLock lock(&mu);
      EXPECT_TRUE(status.ok()) << status;
      done = true;
    });
    absl::MutexLock lock(&mu, absl::Condition(&done));
  }
  absl::Status Stage(const std::string& file) {
    auto staging = RestoreStaging::Begin(dir());
    if (!staging.ok()) return staging.status();
    if (absl::Status status = (*staging)->Add(file); !status.ok()) return status;
    return (*staging)->Commit();
  }
  TempFolder folder_ = *TempFolder::Make("restore");
};

TEST_F(Restore, TheNextStartHasWhatTheBackupHad) {
  auto backend = Open();
  Put(*backend, Everything());
  const auto content = ContentOf(*backend);
  const std::string file = Export(*backend);
  Put(*backend, {{Table::kProject, "later", ""}, {Table::kProject, "p", std::nullopt}});
  ASSERT_TRUE(Stage(file).ok());
  EXPECT_EQ(ContentOf(*backend).count({static_cast<int>(Table::kProject), "later"}), 1u) << "live data is untouched";
  backend.reset();
  backend = Open();
  EXPECT_EQ(ContentOf(*backend), content);
  Put(*backend, {{Table::kProject, "again", ""}});
  backend.reset();
  EXPECT_NE(Open(), nullptr) << "no commits are missed after a restore";
}

TEST_F(Restore, NothingIsStagedOfAFileThatIsNotWhole) {
  auto backend = Open();
  Put(*backend, Everything());
  const auto content = ContentOf(*backend);
  std::string file = Export(*backend);
  EXPECT_FALSE(Stage(file.substr(0, file.size() / 2)).ok());
  EXPECT_FALSE(Stage(FileOf({Chunk("project", "a", "\xff not a project")})).ok());
  EXPECT_FALSE(Stage(FileOf({Chunk("system", "version", "2")})).ok());
  backend.reset();
  backend = Open();
  EXPECT_EQ(ContentOf(*backend), content);
}

TEST_F(Restore, OnlyOneAtATime) {
  auto backend = Open();
  auto first = RestoreStaging::Begin(dir());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(RestoreStaging::Begin(dir()).status().code(), absl::StatusCode::kAborted);
  first->reset();
  EXPECT_TRUE(RestoreStaging::Begin(dir()).ok());
}

// Each state that a crash can leave behind ends in the old or the new store.
TEST_F(Restore, ACrashAtAnyPointIsGoneOnFrom) {
  const std::string file = FileOf({Chunk("project", "new", "")});
  struct Left {
    const char* name;
    bool staged, rocks, old, fresh;
    const char* expect;
  };
  const Left kStates[] = {
      {"while building", true, true, false, true, "new"},
      {"between the renames", true, false, true, true, "new"},
      {"before the file is gone", true, true, true, false, "new"},
      {"before the old one is gone", false, true, true, false, "old"},
      {"temporary file only", false, true, false, true, "old"},
  };
  for (const Left& left : kStates) {
    SCOPED_TRACE(left.name);
    ASSERT_TRUE(RemoveAll(dir()).ok());
    auto backend = Open();
    Put(*backend, {{Table::kProject, "old", ""}});
    backend.reset();
    if (left.staged) {
      ASSERT_TRUE(Stage(file).ok());
    }
    if (left.old) std::filesystem::copy(dir() + "/rocks", dir() + "/rocks.old");
    if (left.fresh) std::filesystem::copy(dir() + "/rocks", dir() + "/rocks.new");
    if (!left.rocks) {
      ASSERT_TRUE(RemoveAll(dir() + "/rocks").ok());
    }
    ASSERT_TRUE(WriteFile(dir() + "/waypoint-restore.db.temp", "half").ok());
    backend = Open();
    ASSERT_NE(backend, nullptr);
    EXPECT_EQ(ContentOf(*backend).count({static_cast<int>(Table::kProject), left.expect}), 1u);
    EXPECT_FALSE(PathExists(dir() + "/waypoint-restore.db"));
    EXPECT_FALSE(PathExists(dir() + "/rocks.old"));
  }
}

TEST_F(Restore, ABrokenHandPlacedFileStopsTheStartAndChangesNothing) {
  auto backend = Open();
  Put(*backend, {{Table::kProject, "old", ""}});
  backend.reset();
  ASSERT_TRUE(WriteFile(dir() + "/waypoint-restore.db", "nonsense").ok());
  const auto refused = RocksBackend::Open({dir()});
  EXPECT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("waypoint-restore.db"));
  ASSERT_TRUE(RemoveAll(dir() + "/waypoint-restore.db").ok());
  backend = Open();
  EXPECT_EQ(ContentOf(*backend).size(), 1u);
}

}  // namespace
}  // namespace waypoint::state
