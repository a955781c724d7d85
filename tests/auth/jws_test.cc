// Tokens signed here with fresh keys of every kind verify by their key set, and nothing else does.
#include "auth/jws.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace waypoint::auth {
namespace {

using ::testing::HasSubstr;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeKey>;

std::string Base64(absl::string_view bytes) { return absl::WebSafeBase64Escape(bytes); }

std::string NumberOf(EVP_PKEY* key, const char* name, int width = 0) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &number), 1);
  if (width == 0) width = BN_num_bytes(number);
  std::string bytes(static_cast<size_t>(width), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), width);
  BN_free(number);
  return Base64(bytes);
}

struct Row {
  const char* algorithm;
  const char* digest;  // null: the key's own way
  const char* curve;   // empty: RSA
  int half;
};
constexpr Row kRows[] = {{"RS256", "SHA256", "", 0},       {"RS384", "SHA384", "", 0},
                         {"RS512", "SHA512", "", 0},       {"PS256", "SHA256", "", 0},
                         {"PS384", "SHA384", "", 0},       {"PS512", "SHA512", "", 0},
                         {"ES256", "SHA256", "P-256", 32}, {"ES384", "SHA384", "P-384", 48},
                         {"ES512", "SHA512", "P-521", 66}, {"EdDSA", nullptr, "Ed25519", 0}};

PrivateKey MakeKey(const Row& row) {
  const std::string curve = row.curve;
  if (curve.empty()) return PrivateKey(EVP_RSA_gen(2048));
  if (curve == "Ed25519") return PrivateKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return PrivateKey(EVP_EC_gen(curve.c_str()));
}

std::string Jwk(const Row& row, EVP_PKEY* key, const std::string& id) {
  const std::string head = absl::StrCat("{\"kid\":\"", id, "\",\"use\":\"sig\",");
  const std::string curve = row.curve;
  if (curve.empty()) {
    return absl::StrCat(head, "\"kty\":\"RSA\",\"n\":\"", NumberOf(key, OSSL_PKEY_PARAM_RSA_N), "\",\"e\":\"",
                        NumberOf(key, OSSL_PKEY_PARAM_RSA_E), "\"}");
  }
  if (curve == "Ed25519") {
    unsigned char raw[32];
    size_t size = sizeof(raw);
    EVP_PKEY_get_raw_public_key(key, raw, &size);
    return absl::StrCat(head, "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"",
                        Base64(absl::string_view(reinterpret_cast<char*>(raw), size)), "\"}");
  }
  return absl::StrCat(head, "\"kty\":\"EC\",\"crv\":\"", curve, "\",\"x\":\"",
                      NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_X, row.half), "\",\"y\":\"",
                      NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_Y, row.half), "\"}");
}

std::string RawEcdsa(const std::string& der, int half) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
  std::string raw(static_cast<size_t>(2 * half), '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(raw.data()), half);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(raw.data()) + half, half);
  ECDSA_SIG_free(pair);
  return raw;
}

std::string Sign(const Row& row, EVP_PKEY* key, const std::string& header, const std::string& payload) {
  const std::string text = absl::StrCat(Base64(header), ".", Base64(payload));
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* options = nullptr;
  EXPECT_EQ(EVP_DigestSignInit_ex(context, &options, row.digest, nullptr, nullptr, key, nullptr), 1);
  if (row.algorithm[0] == 'P') {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  std::string signature(1024, '\0');
  size_t size = signature.size();
  EXPECT_EQ(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                           reinterpret_cast<const unsigned char*>(text.data()), text.size()),
            1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  if (row.half > 0) signature = RawEcdsa(signature, row.half);
  return absl::StrCat(text, ".", Base64(signature));
}

std::string Header(const std::string& algorithm, const std::string& id) {
  return absl::StrCat("{\"alg\":\"", algorithm, "\",\"kid\":\"", id, "\"}");
}

TEST(Jws, EveryAlgorithmVerifiesWithItsKeyOnly) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.algorithm);
    const PrivateKey key = MakeKey(row), other = MakeKey(row);
    auto set =
        KeySet::Parse(absl::StrCat("{\"keys\":[", Jwk(row, other.get(), "b"), ",", Jwk(row, key.get(), "a"), "]}"));
    ASSERT_TRUE(set.ok()) << set.status();
    auto token = ParseSignedToken(Sign(row, key.get(), Header(row.algorithm, "a"), "{\"sub\":\"x\"}"));
    ASSERT_TRUE(token.ok()) << token.status();
    EXPECT_EQ(token->payload, "{\"sub\":\"x\"}");
    EXPECT_TRUE(set->Verify(*token).ok()) << set->Verify(*token);
    auto without_id = ParseSignedToken(Sign(row, key.get(), Header(row.algorithm, ""), "{}"));
    EXPECT_TRUE(set->Verify(*without_id).ok()) << "all keys are tried";

    auto forged = *token;
    forged.signed_part.back() ^= 1;
    EXPECT_EQ(set->Verify(forged).code(), absl::StatusCode::kPermissionDenied);
    auto by_other = ParseSignedToken(Sign(row, other.get(), Header(row.algorithm, "a"), "{}"));
    EXPECT_EQ(set->Verify(*by_other).code(), absl::StatusCode::kPermissionDenied);
    auto unknown = ParseSignedToken(Sign(row, key.get(), Header(row.algorithm, "new"), "{}"));
    EXPECT_EQ(set->Verify(*unknown).code(), absl::StatusCode::kNotFound);
  }
}

// What signs is the key, not what the header claims.
TEST(Jws, NoneAndForeignAlgorithmsAreRefused) {
  const PrivateKey key = MakeKey(kRows[0]);
  auto set = KeySet::Parse(absl::StrCat("{\"keys\":[", Jwk(kRows[0], key.get(), "a"), "]}"));
  ASSERT_TRUE(set.ok());
  for (const char* algorithm : {"none", "HS256", "", "rs256"}) {
    SCOPED_TRACE(algorithm);
    auto token = ParseSignedToken(Sign(kRows[0], key.get(), Header(algorithm, "a"), "{}"));
    ASSERT_TRUE(token.ok());
    EXPECT_EQ(set->Verify(*token).code(), absl::StatusCode::kPermissionDenied);
  }
  auto as_ec = ParseSignedToken(Sign(kRows[0], key.get(), Header("ES256", "a"), "{}"));
  EXPECT_EQ(set->Verify(*as_ec).code(), absl::StatusCode::kNotFound);
}

TEST(Jws, KeysThatAreOfNoUseAreLeftOut) {
  auto set = KeySet::Parse(
      R"({"keys":[{"kty":"oct","k":"AAAA"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},
                  {"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"},{"kty":"RSA"},{"kty":"OKP","crv":"Ed25519","x":"AA"},
                  {"kty":"EC","crv":"nosuch","x":"AA","y":"AA"}, 7]})");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_TRUE(set->empty());
  EXPECT_FALSE(KeySet::Parse("[]").ok());
  EXPECT_FALSE(KeySet::Parse("{}").ok());
}

TEST(Jws, WhatIsNoToken) {
  for (const char* text : {"", "a", "a.b", "e30.e30.!", "e30.e30.aa.aa", "bm8.e30.aa", "e30=.e30.aa"}) {
    EXPECT_EQ(ParseSignedToken(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

// OpenID Connect Core, appendix A.3 hashes its access token so.
TEST(Jws, HalfHash) {
  EXPECT_EQ(HalfHash("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
  EXPECT_EQ(HalfHash("none", "x"), "");
}

}  // namespace
}  // namespace waypoint::auth
