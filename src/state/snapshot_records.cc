#include "state/snapshot_records.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "ptypes/config_var.h"
#include "state/store.h"

namespace waypoint::state {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr size_t kMaxChunkValues = 1 << 20;
constexpr char kDataVersion[] = "1";
constexpr char kServerConfig[] = "server-config";
constexpr char kSystem[] = "system";
constexpr char kMetaBucket[] = "meta";  // ours; the original knows none of it
constexpr char kServerIdMeta[] = "server_id";
constexpr char kConfigKey[] = "config";  // of the one ServerConfig in our table

struct Bucket {
  Table table;
  const char* name;
};
// In the order of the tables.
const Bucket kBuckets[] = {
    {Table::kProject, "project"},
    {Table::kWorkspace, "workspaces"},
    {Table::kBuild, "build"},
    {Table::kArtifact, "artifact"},
    {Table::kDeployment, "deployment"},
    {Table::kRelease, "release"},
    {Table::kStatusReport, "statusreport"},
    {Table::kJob, "jobs"},
    {Table::kTask, "task"},
    {Table::kTrigger, "trigger"},
    {Table::kPipeline, "pipeline"},
    {Table::kPipelineRun, "pipeline_run"},
    {Table::kRunner, "runners"},
    {Table::kRunnerProfile, "ondemandRunner"},
    {Table::kUser, "user"},
    {Table::kAuthMethod, "auth_method"},
    {Table::kHmacKey, "hmac_keys"},
    {Table::kConfigVar, "config_v2"},
    {Table::kConfigSource, "config_source"},
};

const char* BucketOf(Table table) {
  for (const Bucket& bucket : kBuckets) {
    if (bucket.table == table) return bucket.name;
  }
  return nullptr;
}

Table TableOf(absl::string_view bucket) {
  if (bucket == "config") return Table::kConfigVar;  // of servers up to 0.5
  for (const Bucket& known : kBuckets) {
    if (bucket == known.name) return known.table;
  }
  return Table::kMeta;
}

uint64_t Fnv(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

// The original's keys of configuration are hashes of the target, which it computes anew on every write.
std::string ExportKey(Table table, const std::string& key) {
  if (table == Table::kConfigSource) return absl::StrCat(Fnv(key));
  if (table != Table::kConfigVar) return key;
  const size_t name = key.rfind('\0') + 1;
  return absl::StrCat("v2::", Fnv(key.substr(0, name)), "/", key.substr(name));
}

absl::StatusOr<Write> ImportVariable(const std::string& value) {
  pb::ConfigVar var;
  if (!var.ParseFromString(value))
    return absl::DataLossError("a configuration variable of the snapshot cannot be decoded");
  ptypes::NormalizeTarget(var);
  return Write{Table::kConfigVar, ptypes::ConfigVarKey(var), var.SerializeAsString()};
}

absl::StatusOr<Write> ImportSource(const std::string& value) {
  pb::ConfigSource source;
  if (!source.ParseFromString(value))
    return absl::DataLossError("a configuration source of the snapshot cannot be decoded");
  return Write{Table::kConfigSource, ptypes::ConfigSourceKey(source), value};
}

absl::StatusOr<Write> ImportRecord(Table table, const std::string& key, const std::string& value) {
  if (table == Table::kConfigVar) return ImportVariable(value);
  if (table == Table::kConfigSource) return ImportSource(value);
  if (!NewRecord(table)->ParseFromString(value)) {
    return absl::DataLossError(
        absl::StrCat("the ", TableName(table), " \"", key, "\" of the snapshot cannot be decoded"));
  }
  return Write{table, table == Table::kHmacKey ? absl::AsciiStrToLower(key) : key, value};
}

absl::StatusOr<Write> ImportServer(const std::string& key, const std::string& value) {
  if (key != "1") return Write{Table::kMeta, key == "id" ? kServerIdMeta : key, value};
  if (!pb::ServerConfig().ParseFromString(value)) {
    return absl::DataLossError("the server's configuration in the snapshot cannot be decoded");
  }
  return Write{Table::kServerConfig, kConfigKey, value};
}

absl::Status CheckVersion(const std::string& version) {
  if (version == kDataVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the snapshot holds data of version ", version,
                                                    ", this program knows version ", kDataVersion, " only"));
}

}  // namespace

SnapshotExport::SnapshotExport(std::unique_ptr<BackendCopy> copy, const pb::VersionInfo& version)
    : copy_(std::move(copy)), writer_(version) {}

absl::StatusOr<std::string> SnapshotExport::Next(size_t bytes) {
  while (!done_ && writer_.ready() < bytes) RETURN_IF_ERROR(Step());
  return writer_.Take();
}

absl::Status SnapshotExport::Step() {
  Table table = Table::kMeta;
  std::string key;
  std::string value;
  ASSIGN_OR_RETURN(const bool more, copy_->Next(&table, &key, &value));
  if (!more) {
    WriteLast();
  } else if (table == Table::kMeta) {
    meta_.emplace_back(std::move(key), std::move(value));
  } else if (table == Table::kServerConfig) {
    server_config_ = std::move(value);
  } else {
    Put(table, key, std::move(value));
  }
  return absl::OkStatus();
}

// Even an empty bucket has a chunk.
void SnapshotExport::OpenBucketsUpTo(int table) {
  while (table_ < table) {
    if (BucketOf(static_cast<Table>(table_)) != nullptr) Flush();
    ++table_;
    if (const char* name = BucketOf(static_cast<Table>(table_)); name != nullptr) chunk_.set_bucket(name);
  }
}

void SnapshotExport::Put(Table table, const std::string& key, std::string value) {
  OpenBucketsUpTo(static_cast<int>(table));
  if (chunk_bytes_ > 0 && chunk_bytes_ + value.size() > kMaxChunkValues) {
    Flush();
    chunk_.set_bucket(BucketOf(table));
  }
  chunk_bytes_ += value.size();
  (*chunk_.mutable_items())[ExportKey(table, key)] = std::move(value);
}

void SnapshotExport::Flush() {
  writer_.Add(chunk_);
  chunk_.Clear();
  chunk_bytes_ = 0;
}

void SnapshotExport::WriteLast() {
  OpenBucketsUpTo(kTableCount);
  pb::Snapshot::BoltChunk server;
  pb::Snapshot::BoltChunk own;
  server.set_bucket(kServerConfig);
  own.set_bucket(kMetaBucket);
  if (server_config_) (*server.mutable_items())["1"] = *server_config_;
  for (const auto& [key, value] : meta_) {
    if (key == kServerIdMeta) {
      (*server.mutable_items())["id"] = value;
    } else {
      (*own.mutable_items())[key] = value;
    }
  }
  writer_.Add(server);
  if (!own.items().empty()) writer_.Add(own);
  pb::Snapshot::BoltChunk system;
  system.set_bucket(kSystem);
  (*system.mutable_items())["version"] = kDataVersion;
  writer_.Add(system);
  writer_.Finish();
  done_ = true;
}

absl::Status ImportChunk(const pb::Snapshot::BoltChunk& chunk, absl::FunctionRef<absl::Status(Write)> put) {
  const Table table = TableOf(chunk.bucket());
  for (const auto& [key, value] : chunk.items()) {
    absl::StatusOr<Write> write;
    if (chunk.bucket() == kSystem) {
      if (key == "version") RETURN_IF_ERROR(CheckVersion(value));
      continue;
    } else if (chunk.bucket() == kServerConfig) {
      write = ImportServer(key, value);
    } else if (chunk.bucket() == kMetaBucket) {
      write = Write{Table::kMeta, key, value};
    } else if (table != Table::kMeta) {
      write = ImportRecord(table, key, value);
    } else {
      continue;  // a bucket of a later version
    }
    RETURN_IF_ERROR(write.status());
    RETURN_IF_ERROR(put(*std::move(write)));
  }
  return absl::OkStatus();
}

}  // namespace waypoint::state
