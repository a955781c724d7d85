#include "state/snapshot_format.h"

#include <openssl/evp.h>
#include <zlib.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace waypoint::state {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr int kGzipWindow = 15 + 16;
constexpr uint32_t kMaxMessageBytes = 4 << 20;
constexpr size_t kPieceBytes = 64 << 10;

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  ~Sha256() { EVP_MD_CTX_free(context_); }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void Add(absl::string_view bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
  std::string Hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_, digest, &size);
    return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
  }

 private:
  EVP_MD_CTX* const context_;
};

std::string LengthPrefix(size_t size) {
  std::string prefix;
  for (; size >= 0x80; size >>= 7) prefix.push_back(static_cast<char>(size | 0x80));
  prefix.push_back(static_cast<char>(size));
  return prefix;
}

absl::Status Damaged(absl::string_view how) {
  return absl::DataLossError(absl::StrCat("the snapshot cannot be used: ", how));
}

}  // namespace

struct SnapshotWriter::Streams {
  Streams() { deflateInit2(&zip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY); }
  ~Streams() { deflateEnd(&zip); }
  z_stream zip{};
  Sha256 sum;
};

SnapshotWriter::SnapshotWriter(const pb::VersionInfo& version) : streams_(std::make_unique<Streams>()) {
  pb::Snapshot::Header header;
  *header.mutable_version() = version;
  header.set_format(pb::Snapshot::Header::BOLT);
  Write(header, true);
}

SnapshotWriter::~SnapshotWriter() = default;

void SnapshotWriter::Add(const pb::Snapshot::BoltChunk& chunk) { Write(chunk, true); }

void SnapshotWriter::Finish() {
  pb::Snapshot::BoltChunk last;
  last.set_final(true);
  Write(last, true);
  pb::Snapshot::Trailer trailer;
  trailer.set_sha256(streams_->sum.Hex());
  Write(trailer, false);
  Compress({}, true);
}

std::string SnapshotWriter::Take() { return std::exchange(ready_, {}); }

void SnapshotWriter::Write(const google::protobuf::MessageLite& message, bool hashed) {
  const std::string bytes = message.SerializeAsString();
  const std::string prefix = LengthPrefix(bytes.size());
  if (hashed) {
    streams_->sum.Add(prefix);
    streams_->sum.Add(bytes);
  }
  Compress(prefix, false);
  Compress(bytes, false);
}

void SnapshotWriter::Compress(absl::string_view bytes, bool last) {
  z_stream& zip = streams_->zip;
  zip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  zip.avail_in = static_cast<uInt>(bytes.size());
  char piece[16 << 10];
  do {
    zip.next_out = reinterpret_cast<Bytef*>(piece);
    zip.avail_out = sizeof piece;
    deflate(&zip, last ? Z_FINISH : Z_NO_FLUSH);
    ready_.append(piece, sizeof piece - zip.avail_out);
  } while (zip.avail_out == 0);
}

struct SnapshotReader::Streams {
  Streams() { inflateInit2(&zip, kGzipWindow); }
  ~Streams() { inflateEnd(&zip); }
  z_stream zip{};
  Sha256 sum;
};

SnapshotReader::SnapshotReader(OnChunk on_chunk)
    : on_chunk_(std::move(on_chunk)), streams_(std::make_unique<Streams>()) {}

SnapshotReader::~SnapshotReader() = default;

absl::Status SnapshotReader::Feed(absl::string_view bytes) {
  z_stream& zip = streams_->zip;
  zip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  zip.avail_in = static_cast<uInt>(bytes.size());
  while (zip.avail_in > 0) {
    if (ended_) return Damaged("there are bytes behind its end");
    std::string piece(kPieceBytes, '\0');
    zip.next_out = reinterpret_cast<Bytef*>(piece.data());
    zip.avail_out = static_cast<uInt>(piece.size());
    const int result = inflate(&zip, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      return Damaged("it is no gzip file or broken");
    ended_ = result == Z_STREAM_END;
    plain_.append(piece, 0, piece.size() - zip.avail_out);
    RETURN_IF_ERROR(ReadMessages());
    if (result == Z_BUF_ERROR && zip.avail_out == piece.size()) break;
  }
  return absl::OkStatus();
}

absl::Status SnapshotReader::ReadMessages() {
  size_t done = 0;
  for (;;) {
    const absl::string_view rest = absl::string_view(plain_).substr(done);
    google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(rest.data()),
                                              static_cast<int>(rest.size()));
    uint32_t size = 0;
    if (!in.ReadVarint32(&size)) {
      if (rest.size() >= 10) return Damaged("a length is broken");
      break;
    }
    if (size > kMaxMessageBytes) return Damaged("a message is longer than 4 MiB");
    const auto prefix = static_cast<size_t>(in.CurrentPosition());
    if (rest.size() < prefix + size) break;
    RETURN_IF_ERROR(OnMessage(rest.substr(0, prefix + size), rest.substr(prefix, size)));
    done += prefix + size;
  }
  plain_.erase(0, done);
  return absl::OkStatus();
}

absl::Status SnapshotReader::OnMessage(absl::string_view frame, absl::string_view message) {
  if (expects_ == Expects::kTrailer) return CheckTrailer(message);
  if (expects_ == Expects::kNothing) return Damaged("there are messages behind its checksum");
  streams_->sum.Add(frame);
  if (expects_ == Expects::kHeader) {
    pb::Snapshot::Header header;
    if (!header.ParseFromString(std::string(message))) return Damaged("its header cannot be decoded");
    if (header.format() != pb::Snapshot::Header::BOLT) {
      return absl::FailedPreconditionError(absl::StrCat("the snapshot has the unknown format ", header.format()));
    }
    expects_ = Expects::kChunk;
    return absl::OkStatus();
  }
  pb::Snapshot::BoltChunk chunk;
  if (!chunk.ParseFromString(std::string(message))) return Damaged("a chunk cannot be decoded");
  if (chunk.final()) expects_ = Expects::kTrailer;
  if (chunk.bucket().empty() || chunk.items().empty()) return absl::OkStatus();
  return on_chunk_(chunk);
}

absl::Status SnapshotReader::CheckTrailer(absl::string_view message) {
  pb::Snapshot::Trailer trailer;
  if (!trailer.ParseFromString(std::string(message)) || !trailer.has_sha256())
    return Damaged("its checksum is missing");
  if (absl::AsciiStrToLower(trailer.sha256()) != streams_->sum.Hex()) return Damaged("its checksum does not fit");
  expects_ = Expects::kNothing;
  return absl::OkStatus();
}

absl::Status SnapshotReader::Finish() {
  if (expects_ == Expects::kHeader) return Damaged("it has no header");
  if (expects_ != Expects::kNothing || !ended_) return Damaged("its end is missing");
  return absl::OkStatus();
}

}  // namespace waypoint::state
