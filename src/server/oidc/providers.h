// Providers as they describe themselves, remembered per auth method.
//
// Owns:    what was discovered; it is asked for anew when the method's settings changed, when the method was deleted,
//          and every 6 hours. Keys also when a token names one that is not known.
// Threads: the loop; answers come later, once.
// Errors:  Internal with what could not be had and why.
// Spec:    auth.md 6 "Provider".
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "auth/jws.h"
#include "auth/oidc.h"
#include "base/clock.h"
#include "server/fetcher.h"
#include "waypoint/access.pb.h"

namespace waypoint::server {

struct KnownProvider {
  auth::Provider facts;
  std::string settings;  // of the method it was discovered for, serialized
  std::string ca_pem;
  std::optional<auth::KeySet> keys;
};
using ProviderPtr = std::shared_ptr<KnownProvider>;

class Providers {
 public:
  using OnProvider = std::function<void(absl::StatusOr<ProviderPtr>)>;
  using OnVerified = std::function<void(absl::Status)>;
  Providers(Fetcher& fetcher, const Clock& clock) : fetcher_(fetcher), clock_(clock) {}

  void Find(const ::hashicorp::waypoint::AuthMethod& method, OnProvider done);
  void Forget(const std::string& method_name);
  void Verify(ProviderPtr provider, auth::SignedToken token, OnVerified done);

 private:
  void ForgetOld();

  Fetcher& fetcher_;
  const Clock& clock_;
  absl::Time all_since_ = absl::InfinitePast();
  std::map<std::string, ProviderPtr> known_;  // by lower-cased name
};

// The body of an answer with a status of 200; Internal else.
absl::StatusOr<std::string> BodyOf(const std::string& what, const absl::StatusOr<FetchAnswer>& answer);

}  // namespace waypoint::server
