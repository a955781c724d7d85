// Calls to a server, blocking, over whatever carries them. The real one is client/channel/ (gRPC);
// tests may carry calls in memory. Used by the CLI, the runner, core and the entrypoint.
//
// Threads: a Channel is thread-safe. A Stream may be sent to by several threads (sends are serialised)
//          and received from by one; Cancel may come from any.
// Errors:  the status of the call. Error details of the wire are payloads of the status.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"

namespace waypoint::client {

using Message = google::protobuf::MessageLite;

struct CallOptions {
  absl::Duration timeout = absl::InfiniteDuration();
  std::stop_token stop;                                       // a stop cancels the call
  std::vector<std::pair<std::string, std::string>> metadata;  // added to the channel's own
  bool wait_for_ready = false;
};

class Stream {
 public:
  virtual ~Stream() = default;  // cancels if not ended
  // Blocks while the peer does not take more. False: the call is over, Receive tells why.
  virtual bool Send(const Message& message) = 0;
  virtual void CloseSend() = 0;
  // True: a message. False: the call ended OK. Inline keepalives never show here.
  virtual absl::StatusOr<bool> Receive(Message* message) = 0;
  virtual void Cancel() = 0;
};

class Channel {
 public:
  virtual ~Channel() = default;
  // `method` is the bare name of an RPC of the Waypoint service, such as "GetProject".
  virtual absl::Status Call(absl::string_view method, const Message& request, Message* response,
                            const CallOptions& options) = 0;
  virtual std::unique_ptr<Stream> Open(absl::string_view method, const CallOptions& options) = 0;
};

// auto project = Invoke<pb::GetProjectResponse>(channel, "GetProject", request);
template <typename Res>
absl::StatusOr<Res> Invoke(Channel& channel, absl::string_view method, const Message& request,
                           const CallOptions& options = {}) {
  Res response;
  if (absl::Status status = channel.Call(method, request, &response, options); !status.ok()) return status;
  return response;
}

}  // namespace waypoint::client
