// A token as text and back: protobuf body, keyed BLAKE2b-256 over exactly those bytes, "wp24", base58.
//
// Threads: pure functions.
// Errors:  Unknown for every reason to refuse a token, as the original answers; the text says which, and what to do.
// Spec:    auth.md 1. A token of a 0.11 server with the same keys is accepted, and the other way round.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "waypoint/token.pb.h"

namespace waypoint::auth {

inline constexpr char kActiveKeyId[] = "k1";
inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kAccessorBytes = 16;
inline constexpr char kDefaultUserId[] = "00000000000000000000000001";
inline constexpr char kDefaultUserName[] = "waypoint";

// The key with this id; empty if there is none. Ids are compared without case.
using FindKey = absl::FunctionRef<std::string(absl::string_view key_id)>;

struct DecodedToken {
  ::hashicorp::waypoint::Token token;
  ::hashicorp::waypoint::TokenTransport transport;
  bool legacy = false;
};

// accessor_id and issued_time are the caller's to set (Issue does).
std::string EncodeToken(const ::hashicorp::waypoint::Token& token, absl::string_view key_id, absl::string_view key);
// Checks everything, expiry too. Bodies of before 0.5 come back with their kind filled in.
absl::StatusOr<DecodedToken> DecodeToken(absl::string_view text, FindKey find_key, absl::Time now);

// The body of a new token: accessor, issue time, and an end if `lifetime` is positive.
::hashicorp::waypoint::Token NewToken(absl::Time now, absl::Duration lifetime, std::string accessor_id);
absl::Status CheckNotExpired(const ::hashicorp::waypoint::Token& token, absl::Time now);

// "300ms", "1h30m", "720h0m0s" as Go reads them; Unknown otherwise. Empty is an error here.
absl::StatusOr<absl::Duration> ParseLifetime(absl::string_view text);

std::string KeyedBlake2b(absl::string_view key, absl::string_view data);
bool ConstantTimeEqual(absl::string_view a, absl::string_view b);

}  // namespace waypoint::auth
