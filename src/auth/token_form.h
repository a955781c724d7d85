// The outer form of a token's text, which needs no key to be checked: base58, "wp24", a TokenTransport.
//
// Threads: pure function.
// Errors:  Unknown, as for all tokens that are refused; the text says why.
// Spec:    auth.md 1, cli.md 5 (a client looks at its token before it dials).
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "waypoint/token.pb.h"

namespace waypoint::auth {

inline constexpr absl::string_view kTokenMagic = "wp24";
// Decoding takes time that grows with the square of the length, and callers without any right may ask for it: a token
// of 0.11 has 100 to 250 characters, one with OAuth credentials less than 2,000.
inline constexpr size_t kMaxTokenText = 8 << 10;

absl::StatusOr<::hashicorp::waypoint::TokenTransport> UnwrapToken(absl::string_view text);

absl::Status RefusedToken(absl::string_view why);

}  // namespace waypoint::auth
