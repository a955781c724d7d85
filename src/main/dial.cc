#include "main/dial.h"

#include "auth/token_form.h"
#include "base/status.h"
#include "client/channel/grpc_channel.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/transport.pb.h"

namespace waypoint::main_parts {

absl::StatusOr<std::unique_ptr<client::Channel>> DialServer(const clicontext::Connection& connection,
                                                            const std::string& version, absl::Duration timeout) {
  if (!connection.token.empty()) RETURN_IF_ERROR(auth::UnwrapToken(connection.token).status());
  client::DialOptions options;
  options.address = connection.address;
  options.tls = connection.tls;
  options.tls_skip_verify = connection.tls_skip_verify;
  options.token = connection.token;
  options.client_version = "v" + version;
  options.timeout = timeout;
  ASSIGN_OR_RETURN(std::unique_ptr<client::Channel> channel, client::Dial(options));
  client::CallOptions call;
  call.timeout = timeout;
  ASSIGN_OR_RETURN(auto server, client::Invoke<hashicorp::waypoint::GetVersionInfoResponse>(
                                    *channel, "GetVersionInfo", google::protobuf::Empty(), call));
  RETURN_IF_ERROR(client::CheckServerVersion(server.info()));
  return channel;
}

}  // namespace waypoint::main_parts
