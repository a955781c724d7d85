// The file format of backups: gzip over length-delimited messages, closed by a checksum (server-and-state.md 12.1).
// It is the only data path between implementations.
//
// Threads: one at a time.
// Errors:  DataLoss for a file that is damaged, cut off or none of ours; FailedPrecondition for an unknown format.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"
#include "waypoint/snapshot.pb.h"

namespace waypoint::state {

// Messages in, bytes of the file out.
class SnapshotWriter {
 public:
  explicit SnapshotWriter(const ::hashicorp::waypoint::VersionInfo& version);
  ~SnapshotWriter();
  void Add(const ::hashicorp::waypoint::Snapshot::BoltChunk& chunk);
  void Finish();       // the final chunk and the checksum
  std::string Take();  // what is ready
  size_t ready() const { return ready_.size(); }

 private:
  struct Streams;  // zlib's and OpenSSL's
  void Write(const google::protobuf::MessageLite& message, bool hashed);
  void Compress(absl::string_view bytes, bool last);

  std::unique_ptr<Streams> streams_;
  std::string ready_;
};

// Bytes of the file in, in pieces of any size; chunks out. All is checked: a file without its end fails in Finish.
class SnapshotReader {
 public:
  using OnChunk = std::function<absl::Status(const ::hashicorp::waypoint::Snapshot::BoltChunk& chunk)>;
  explicit SnapshotReader(OnChunk on_chunk);
  ~SnapshotReader();
  absl::Status Feed(absl::string_view bytes);
  absl::Status Finish();

 private:
  enum class Expects { kHeader, kChunk, kTrailer, kNothing };
  struct Streams;
  absl::Status ReadMessages();
  absl::Status OnMessage(absl::string_view frame, absl::string_view message);
  absl::Status CheckTrailer(absl::string_view message);

  const OnChunk on_chunk_;
  std::unique_ptr<Streams> streams_;
  std::string plain_;  // inflated, not read yet
  Expects expects_ = Expects::kHeader;
  bool ended_ = false;  // of the gzip stream
};

}  // namespace waypoint::state
