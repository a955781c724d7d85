// Signed tokens of an identity provider (RFC 7515 compact form) and the keys that verify them (RFC 7517).
//
// Owns:    a KeySet shares its keys; copies are cheap.
// Threads: immutable once made.
// Errors:  InvalidArgument for what is no token or no key set; NotFound when no key of the set can have signed it
//          (fetch the set again); PermissionDenied when a key could have and did not.
// Spec:    auth.md 6: RS, ES, PS 256/384/512 and EdDSA. "none" and keyed hashes never verify.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint::auth {

struct SignedToken {
  std::string algorithm, key_id;  // as its header says; key_id may be empty
  std::string payload;            // the claims as JSON, exactly as signed
  std::string signed_part, signature;
};
absl::StatusOr<SignedToken> ParseSignedToken(absl::string_view text);

bool IsSigningAlgorithm(absl::string_view name);
// The left half of the algorithm's hash over `text`, as at_hash and c_hash have it.
std::string HalfHash(absl::string_view algorithm, absl::string_view text);

class KeySet {
 public:
  struct Key;  // jws.cc
  // Keys of other kinds or for other uses are left out.
  static absl::StatusOr<KeySet> Parse(absl::string_view json);
  absl::Status Verify(const SignedToken& token) const;
  bool empty() const { return keys_.empty(); }

 private:
  std::vector<std::shared_ptr<const Key>> keys_;
};

}  // namespace waypoint::auth
