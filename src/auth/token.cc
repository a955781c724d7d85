#include "auth/token.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "auth/base58.h"
#include "auth/token_form.h"
#include "base/go_duration.h"
#include "base/status.h"

namespace waypoint::auth {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr size_t kMacBytes = 32;

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

EVP_MAC* Blake2b() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "BLAKE2BMAC", nullptr);
  return mac;
}

const unsigned char* Bytes(absl::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// Bodies of before 0.5 say with flags what they are.
absl::Status UpgradeLegacy(pb::Token* token) {
  if (token->kind_case() != pb::Token::KIND_NOT_SET) return absl::OkStatus();
  pb::Token::Login login;
  login.set_user_id(kDefaultUserId);
  if (token->has_unused_entrypoint()) *login.mutable_entrypoint() = token->unused_entrypoint();
  if (token->unused_login()) {
    *token->mutable_login() = login;
  } else if (token->unused_invite()) {
    token->mutable_invite()->set_from_user_id(kDefaultUserId);
    *token->mutable_invite()->mutable_login() = login;
  } else {
    return RefusedToken("it is of no known kind.");
  }
  return absl::OkStatus();
}

}  // namespace

std::string KeyedBlake2b(absl::string_view key, absl::string_view data) {
  MacContext context(EVP_MAC_CTX_new(Blake2b()));
  size_t size = kMacBytes;
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
  std::string out(kMacBytes, '\0');
  size_t written = 0;
  if (context == nullptr || EVP_MAC_init(context.get(), Bytes(key), key.size(), params) != 1 ||
      EVP_MAC_update(context.get(), Bytes(data), data.size()) != 1 ||
      EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(out.data()), &written, out.size()) != 1) {
    return std::string();  // e.g. an empty key: nothing compares equal to it
  }
  return out;
}

bool ConstantTimeEqual(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string EncodeToken(const pb::Token& token, absl::string_view key_id, absl::string_view key) {
  pb::TokenTransport transport;
  transport.set_body(token.SerializeAsString());
  transport.set_key_id(std::string(key_id));
  transport.set_signature(KeyedBlake2b(key, transport.body()));
  return EncodeBase58(absl::StrCat(kTokenMagic, transport.SerializeAsString()));
}

absl::StatusOr<DecodedToken> DecodeToken(absl::string_view text, FindKey find_key, absl::Time now) {
  DecodedToken decoded;
  ASSIGN_OR_RETURN(decoded.transport, UnwrapToken(text));
  const std::string key = find_key(decoded.transport.key_id());
  const std::string want = key.empty() ? std::string() : KeyedBlake2b(key, decoded.transport.body());
  if (want.empty() || !ConstantTimeEqual(want, decoded.transport.signature())) {
    return RefusedToken("its signature does not match any key of this server. Is it from another server?");
  }
  if (!decoded.token.ParseFromString(decoded.transport.body())) return RefusedToken("its body cannot be decoded.");
  RETURN_IF_ERROR(CheckNotExpired(decoded.token, now));
  decoded.legacy = decoded.token.kind_case() == pb::Token::KIND_NOT_SET;
  RETURN_IF_ERROR(UpgradeLegacy(&decoded.token));
  return decoded;
}

pb::Token NewToken(absl::Time now, absl::Duration lifetime, std::string accessor_id) {
  auto set = [](absl::Time time, google::protobuf::Timestamp* stamp) {
    const int64_t seconds = absl::ToUnixSeconds(time);
    stamp->set_seconds(seconds);
    stamp->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  };
  pb::Token token;
  token.set_accessor_id(std::move(accessor_id));
  set(now, token.mutable_issued_time());
  if (lifetime > absl::ZeroDuration()) set(now + lifetime, token.mutable_valid_until());
  return token;
}

absl::Status CheckNotExpired(const pb::Token& token, absl::Time now) {
  if (!token.has_valid_until()) return absl::OkStatus();
  const absl::Time end =
      absl::FromUnixSeconds(token.valid_until().seconds()) + absl::Nanoseconds(token.valid_until().nanos());
  if (end >= now) return absl::OkStatus();
  return RefusedToken(absl::StrCat("it expired at ", absl::FormatTime(absl::RFC3339_sec, end, absl::UTCTimeZone()),
                                   ". Log in again to get a new one."));
}

absl::StatusOr<absl::Duration> ParseLifetime(absl::string_view text) {
  if (const auto duration = ParseGoDuration(text)) return *duration;
  return absl::UnknownError(
      absl::StrCat("\"", text, "\" is no duration; write a number with a unit, such as 300ms, 1h30m or 720h"));
}

}  // namespace waypoint::auth
