// Bytes and statuses between protobuf and absl here and gRPC's types there; both ends of a connection use it.
//
// Spec: server-and-state.md 3.4 (keepalives), 3.5 (errors).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"

namespace waypoint::transport {

// Takes the string's memory along, without a copy.
grpc::ByteBuffer ToBuffer(std::string bytes);
// Leaves the buffer empty.
std::string TakeBytes(grpc::ByteBuffer* buffer);

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

// What a stream carries in place of a message.
const std::string& KeepaliveBytes();
bool IsKeepalive(const std::string& bytes);

// Once a process, before gRPC is used. Its troubles go to our log as debug lines instead of to stderr; and
// optimised programs do without the search for lock cycles, which Debian's absl does at each lock, gRPC's included.
void PrepareGrpc();

}  // namespace waypoint::transport
