// A server made of plain functions, reached without any transport: unary calls are answered by handlers, streams
// appear at Accept and are played by the test.
//
// Owns:    the far ends of the streams, shared with the near ends.
// Threads: thread-safe. Handlers run on the caller's thread.
// Errors:  Unimplemented for a method without handler.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/channel.h"

namespace waypoint::support {

// The server's end of a stream.
class Peer {
 public:
  // False: the client is gone or said all; waits for at most 10 s, then false too.
  bool Receive(client::Message* message);
  template <typename M>
  std::optional<M> Next() {
    M message;
    if (!Receive(&message)) return std::nullopt;
    return message;
  }
  void Send(const client::Message& message);
  void Finish(absl::Status status);
  // Sends of the client still succeed for a while, but nobody reads them: a connection that died unnoticed.
  void DropIncoming();
  bool WaitCancelled();

 private:
  friend class MemoryStream;
  friend class MemoryChannel;
  absl::Mutex mu_;
  std::deque<std::string> to_server_ ABSL_GUARDED_BY(mu_), to_client_ ABSL_GUARDED_BY(mu_);
  bool half_closed_ ABSL_GUARDED_BY(mu_) = false, cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool dropping_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<absl::Status> finished_ ABSL_GUARDED_BY(mu_);
};

class MemoryChannel : public client::Channel {
 public:
  using Unary = std::function<absl::StatusOr<std::string>(const std::string& request)>;

  // channel.On<pb::GetProjectRequest, pb::GetProjectResponse>("GetProject", [](const auto& request) { ... });
  template <typename Req, typename Res, typename F>
  void On(const std::string& method, F handler) {
    absl::MutexLock lock(&mu_);
    handlers_[method] = [handler](const std::string& bytes) -> absl::StatusOr<std::string> {
      Req request;
      request.ParseFromString(bytes);
      absl::StatusOr<Res> response = handler(request);
      if (!response.ok()) return response.status();
      return response->SerializeAsString();
    };
  }
  // The next stream of this method that a client opened; nullptr when none comes in time.
  std::shared_ptr<Peer> Accept(const std::string& method, absl::Duration patience = absl::Seconds(10));
  // Methods called so far, in order, streams included.
  std::vector<std::string> Calls() const;

  absl::Status Call(absl::string_view method, const client::Message& request, client::Message* response,
                    const client::CallOptions& options) override;
  std::unique_ptr<client::Stream> Open(absl::string_view method, const client::CallOptions& options) override;

 private:
  mutable absl::Mutex mu_;
  std::map<std::string, Unary> handlers_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::deque<std::shared_ptr<Peer>>> opened_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> calls_ ABSL_GUARDED_BY(mu_);
};

}  // namespace waypoint::support
