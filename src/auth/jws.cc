#include "auth/jws.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "auth/json_claims.h"
#include "base/status.h"

namespace waypoint::auth {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using PublicKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;

enum class Family { kRsa, kPss, kEcdsa, kEdDsa };

struct Algorithm {
  const char* name;
  Family family;
  const char* digest;
  const char* curve;  // of keys that fit
  size_t half;        // of an ECDSA signature
};

constexpr Algorithm kAlgorithms[] = {
    {"RS256", Family::kRsa, "SHA256", "", 0},         {"RS384", Family::kRsa, "SHA384", "", 0},
    {"RS512", Family::kRsa, "SHA512", "", 0},         {"PS256", Family::kPss, "SHA256", "", 0},
    {"PS384", Family::kPss, "SHA384", "", 0},         {"PS512", Family::kPss, "SHA512", "", 0},
    {"ES256", Family::kEcdsa, "SHA256", "P-256", 32}, {"ES384", Family::kEcdsa, "SHA384", "P-384", 48},
    {"ES512", Family::kEcdsa, "SHA512", "P-521", 66}, {"EdDSA", Family::kEdDsa, "SHA512", "Ed25519", 0}};

const Algorithm* FindAlgorithm(absl::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (name == algorithm.name) return &algorithm;
  }
  return nullptr;
}

const unsigned char* Bytes(absl::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

bool Decode(absl::string_view text, std::string* bytes) {
  return !absl::StrContains(text, "=") && absl::WebSafeBase64Unescape(text, bytes);
}

std::string Member(const JsonObject& jwk, const char* name) {
  std::string bytes;
  return Decode(TextMember(jwk, name), &bytes) ? bytes : std::string();
}

PublicKey FromParams(const char* type, OSSL_PARAM_BLD* builder) {
  Params params(OSSL_PARAM_BLD_to_param(builder));
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return PublicKey(key);
}

PublicKey RsaKey(const JsonObject& jwk) {
  const std::string n = Member(jwk, "n"), e = Member(jwk, "e");
  Number modulus(BN_bin2bn(Bytes(n), static_cast<int>(n.size()), nullptr));
  Number exponent(BN_bin2bn(Bytes(e), static_cast<int>(e.size()), nullptr));
  Builder builder(OSSL_PARAM_BLD_new());
  if (n.empty() || e.empty() || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return nullptr;
  }
  return FromParams("RSA", builder.get());
}

PublicKey EcKey(const JsonObject& jwk, const std::string& curve) {
  const std::string point = absl::StrCat("\x04", Member(jwk, "x"), Member(jwk, "y"));
  Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(), 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return nullptr;
  }
  return FromParams("EC", builder.get());
}

PublicKey EdKey(const JsonObject& jwk) {
  const std::string x = Member(jwk, "x");
  return PublicKey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(x), x.size()));
}

// The two numbers side by side, as OpenSSL wants them.
std::string EcdsaToDer(absl::string_view raw, size_t half) {
  if (raw.size() != 2 * half) return std::string();
  std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>> pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(Bytes(raw), static_cast<int>(half), nullptr);
  BIGNUM* s = BN_bin2bn(Bytes(raw) + half, static_cast<int>(half), nullptr);
  ECDSA_SIG_set0(pair.get(), r, s);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  std::string out = size > 0 ? std::string(reinterpret_cast<char*>(der), static_cast<size_t>(size)) : std::string();
  OPENSSL_free(der);
  return out;
}

}  // namespace

struct KeySet::Key {
  std::string id, kind, curve, algorithm;  // algorithm: empty = any that fits
  PublicKey key;

  bool Fits(const Algorithm& wanted) const {
    if (!algorithm.empty() && algorithm != wanted.name) return false;
    switch (wanted.family) {
      case Family::kRsa:
      case Family::kPss:
        return kind == "RSA";
      case Family::kEcdsa:
        return kind == "EC" && curve == wanted.curve;
      case Family::kEdDsa:
        return kind == "OKP" && curve == wanted.curve;
    }
    return false;
  }

  bool Signed(const Algorithm& used, const SignedToken& token) const {
    std::string signature = token.signature;
    if (used.family == Family::kEcdsa) signature = EcdsaToDer(signature, used.half);
    DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;  // the context's
    const char* digest = used.family == Family::kEdDsa ? nullptr : used.digest;
    bool ok = EVP_DigestVerifyInit_ex(context.get(), &options, digest, nullptr, nullptr, key.get(), nullptr) == 1;
    if (ok && used.family == Family::kPss) {
      ok = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_AUTO) == 1;
    }
    ok = ok && EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(token.signed_part),
                                token.signed_part.size()) == 1;
    ERR_clear_error();
    return ok;
  }
};

namespace {

std::shared_ptr<const KeySet::Key> ReadKey(const JsonObject& jwk) {
  auto key = std::make_shared<KeySet::Key>();
  if (const std::string use = TextMember(jwk, "use"); !use.empty() && use != "sig") return nullptr;
  key->id = TextMember(jwk, "kid");
  key->kind = TextMember(jwk, "kty");
  key->curve = TextMember(jwk, "crv");
  key->algorithm = TextMember(jwk, "alg");
  if (key->kind == "RSA") key->key = RsaKey(jwk);
  if (key->kind == "EC") key->key = EcKey(jwk, key->curve);
  if (key->kind == "OKP" && key->curve == "Ed25519") key->key = EdKey(jwk);
  ERR_clear_error();
  return key->key == nullptr ? nullptr : key;
}

}  // namespace

absl::StatusOr<SignedToken> ParseSignedToken(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  SignedToken token;
  std::string header;
  if (parts.size() != 3 || !Decode(parts[0], &header) || !Decode(parts[1], &token.payload) ||
      !Decode(parts[2], &token.signature)) {
    return absl::InvalidArgumentError("the ID token is not three parts of base64url text");
  }
  ASSIGN_OR_RETURN(JsonObject fields, ParseJsonObject(header));
  token.algorithm = TextMember(fields, "alg");
  token.key_id = TextMember(fields, "kid");
  token.signed_part = absl::StrCat(parts[0], ".", parts[1]);
  return token;
}

bool IsSigningAlgorithm(absl::string_view name) { return FindAlgorithm(name) != nullptr; }

std::string HalfHash(absl::string_view algorithm, absl::string_view text) {
  const Algorithm* found = FindAlgorithm(algorithm);
  if (found == nullptr) return std::string();
  unsigned char digest[EVP_MAX_MD_SIZE];
  size_t size = 0;
  if (EVP_Q_digest(nullptr, found->digest, nullptr, text.data(), text.size(), digest, &size) != 1) return std::string();
  return absl::WebSafeBase64Escape(absl::string_view(reinterpret_cast<char*>(digest), size / 2));
}

absl::StatusOr<KeySet> KeySet::Parse(absl::string_view json) {
  ASSIGN_OR_RETURN(JsonObject object, ParseJsonObject(json));
  KeySet set;
  const JsonValue* keys = FindMember(object, "keys");
  if (keys == nullptr || !keys->has_list_value()) return absl::InvalidArgumentError("the key set has no \"keys\"");
  for (const JsonValue& jwk : keys->list_value().values()) {
    if (auto key = ReadKey(jwk.struct_value())) set.keys_.push_back(std::move(key));
  }
  return set;
}

absl::Status KeySet::Verify(const SignedToken& token) const {
  const Algorithm* used = FindAlgorithm(token.algorithm);
  if (used == nullptr) {
    return absl::PermissionDeniedError(absl::StrCat("\"", token.algorithm, "\" is no way to sign an ID token"));
  }
  bool tried = false;
  for (const auto& key : keys_) {
    if (!key->Fits(*used) || (!token.key_id.empty() && !key->id.empty() && key->id != token.key_id)) continue;
    if (key->Signed(*used, token)) return absl::OkStatus();
    tried = true;
  }
  if (tried) return absl::PermissionDeniedError("the signature of the ID token is wrong");
  return absl::NotFoundError(absl::StrCat("the provider has no ", token.algorithm, " key \"", token.key_id, "\""));
}

}  // namespace waypoint::auth
