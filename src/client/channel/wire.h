// Messages and statuses between protobuf, absl and gRPC's types.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "client/channel.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"

namespace waypoint::client {

grpc::ByteBuffer ToBuffer(const Message& message);
grpc::ByteBuffer ToBuffer(const std::string& bytes);
bool FromBuffer(grpc::ByteBuffer& buffer, std::string* bytes);
absl::Status ToStatus(const grpc::Status& status);

// What a stream sends in place of a message (server-and-state.md 3.4).
const std::string& KeepaliveBytes();
bool IsKeepalive(const std::string& bytes);

}  // namespace waypoint::client
