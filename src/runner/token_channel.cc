#include "runner/token_channel.h"

#include <utility>

namespace waypoint::runner {

void TokenChannel::SetToken(std::string token) {
  absl::MutexLock lock(&mu_);
  token_ = std::move(token);
}

bool TokenChannel::HasToken() const {
  absl::MutexLock lock(&mu_);
  return !token_.empty();
}

client::CallOptions TokenChannel::WithIdentity(const client::CallOptions& options) const {
  client::CallOptions out = options;
  if (!cookie_.empty()) out.metadata.emplace_back("wpcookie", cookie_);
  absl::MutexLock lock(&mu_);
  if (!token_.empty()) {
    out.metadata.emplace_back("authorization", token_);
    out.metadata.emplace_back("waypoint-token", token_);
  }
  return out;
}

absl::Status TokenChannel::Call(absl::string_view method, const client::Message& request, client::Message* response,
                                const client::CallOptions& options) {
  return inner_.Call(method, request, response, WithIdentity(options));
}

std::unique_ptr<client::Stream> TokenChannel::Open(absl::string_view method, const client::CallOptions& options) {
  return inner_.Open(method, WithIdentity(options));
}

}  // namespace waypoint::runner
