// The server's channel with this runner's own token and cookie on every call; the token may be issued later.
//
// Owns:    nothing; the inner channel outlives it and must carry no token of its own when one is set here.
// Threads: thread-safe.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/channel.h"

namespace waypoint::runner {

class TokenChannel : public client::Channel {
 public:
  TokenChannel(client::Channel& inner, std::string token, std::string cookie)
      : inner_(inner), cookie_(std::move(cookie)), token_(std::move(token)) {}

  void SetToken(std::string token);
  bool HasToken() const;

  absl::Status Call(absl::string_view method, const client::Message& request, client::Message* response,
                    const client::CallOptions& options) override;
  std::unique_ptr<client::Stream> Open(absl::string_view method, const client::CallOptions& options) override;

 private:
  client::CallOptions WithIdentity(const client::CallOptions& options) const;

  client::Channel& inner_;
  const std::string cookie_;
  mutable absl::Mutex mu_;
  std::string token_ ABSL_GUARDED_BY(mu_);
};

}  // namespace waypoint::runner
