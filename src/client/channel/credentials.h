// How a connection is secured (native-stack.md 1: skip-verify needs care, or it loads root certificates).
#pragma once

#include <memory>

#include "client/channel/grpc_channel.h"
#include "grpcpp/security/credentials.h"

namespace waypoint::client {

std::shared_ptr<grpc::ChannelCredentials> MakeCredentials(const DialOptions& options);

}  // namespace waypoint::client
