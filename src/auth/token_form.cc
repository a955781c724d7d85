#include "auth/token_form.h"

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "auth/base58.h"

namespace waypoint::auth {

absl::Status RefusedToken(absl::string_view why) {
  return absl::UnknownError(absl::StrCat("the authentication token is not valid: ", why));
}

absl::StatusOr<::hashicorp::waypoint::TokenTransport> UnwrapToken(absl::string_view text) {
  if (text.size() > kMaxTokenText) {
    return RefusedToken(absl::StrCat("it has ", text.size(), " characters, more than any token. Was too much copied?"));
  }
  const std::optional<std::string> bytes = DecodeBase58(text);
  if (text.empty() || !bytes) {
    return RefusedToken("it is not base58 text. Was it copied completely, without blanks or quotes?");
  }
  if (!absl::StartsWith(*bytes, kTokenMagic)) {
    return RefusedToken("its magic prefix does not match, so it is no Waypoint token.");
  }
  ::hashicorp::waypoint::TokenTransport transport;
  if (!transport.ParseFromString(bytes->substr(kTokenMagic.size()))) {
    return RefusedToken("its content cannot be decoded.");
  }
  return transport;
}

}  // namespace waypoint::auth
