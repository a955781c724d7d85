#include "transport/buffers.h"

#include <grpc/support/log.h>

#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/log.h"
#include "errors/details.h"
#include "grpcpp/support/slice.h"
#include "waypoint/transport.pb.h"

namespace waypoint::transport {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kSignature[] = "inline_keepalive";
constexpr size_t kCopyBelow = 256;

void LogForGrpc(gpr_log_func_args* args) { WAYPOINT_LOG(kDebug, "grpc", args->message); }

}  // namespace

grpc::ByteBuffer ToBuffer(std::string bytes) {
  if (bytes.size() < kCopyBelow) {
    grpc::Slice copy(bytes);
    return grpc::ByteBuffer(&copy, 1);
  }
  auto* owned = new std::string(std::move(bytes));
  grpc::Slice slice(
      owned->data(), owned->size(), [](void* text) { delete static_cast<std::string*>(text); }, owned);
  return grpc::ByteBuffer(&slice, 1);
}

std::string TakeBytes(grpc::ByteBuffer* buffer) {
  std::string bytes;
  std::vector<grpc::Slice> slices;
  if (buffer->Dump(&slices).ok()) {
    bytes.reserve(buffer->Length());
    for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  buffer->Clear();
  return bytes;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const absl::Status fit = FitForTrailers(status);
  return grpc::Status(static_cast<grpc::StatusCode>(fit.code()), std::string(fit.message()), EncodeDetails(fit));
}

absl::Status FromGrpc(const grpc::Status& status) {
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

void PrepareGrpc() {
  gpr_set_log_function(LogForGrpc);
#ifdef NDEBUG
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

}  // namespace waypoint::transport
