#include "client/channel/wire.h"

#include <vector>

#include "errors/details.h"
#include "grpcpp/support/slice.h"
#include "waypoint/transport.pb.h"

namespace waypoint::client {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kSignature[] = "inline_keepalive";

}  // namespace

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer ToBuffer(const Message& message) { return ToBuffer(message.SerializeAsString()); }

bool FromBuffer(grpc::ByteBuffer& buffer, std::string* bytes) {
  bytes->clear();
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return false;
  bytes->reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) bytes->append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return true;
}

absl::Status ToStatus(const grpc::Status& status) {
  return DecodeStatus(static_cast<int>(status.error_code()), status.error_message(), status.error_details());
}

const std::string& KeepaliveBytes() {
  static const std::string* const bytes = [] {
    pb::InlineKeepalive keepalive;
    keepalive.set_signature(kSignature);
    return new std::string(keepalive.SerializeAsString());
  }();
  return *bytes;
}

bool IsKeepalive(const std::string& bytes) {
  if (bytes.find(KeepaliveBytes()) == std::string::npos) return false;
  pb::InlineKeepalive keepalive;
  return keepalive.ParseFromString(bytes) && keepalive.signature() == kSignature;
}

}  // namespace waypoint::client
