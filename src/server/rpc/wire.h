// Bytes and statuses between the services and gRPC's types.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"

namespace waypoint::server {

// Takes the string's memory along, without a copy.
grpc::ByteBuffer ToBuffer(std::string bytes);
std::string TakeBytes(grpc::ByteBuffer* buffer);
grpc::Status ToGrpc(const absl::Status& status);

// What a stream carries in place of a message (server-and-state.md 3.4).
const std::string& KeepaliveBytes();
bool IsKeepalive(const std::string& bytes);

}  // namespace waypoint::server
