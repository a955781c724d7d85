#include "ptypes/ssh_key.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace waypoint::ptypes {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Key Ed25519() { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free); }
Key X25519() { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"), EVP_PKEY_free); }
Key P256() { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free); }

std::string Text(const Bio& bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string Pkcs8(const Key& key) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  EXPECT_EQ(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr), 1);
  return Text(bio);
}

std::string Traditional(const Key& key, std::string password) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  const EVP_CIPHER* cipher = password.empty() ? nullptr : EVP_aes_128_cbc();
  EXPECT_EQ(PEM_write_bio_PrivateKey_traditional(bio.get(), key.get(), cipher,
                                                 reinterpret_cast<unsigned char*>(password.data()),
                                                 static_cast<int>(password.size()), nullptr, nullptr),
            1);
  return Text(bio);
}

std::string Public(const Key& key) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  EXPECT_EQ(PEM_write_bio_PUBKEY(bio.get(), key.get()), 1);
  return Text(bio);
}

std::string Field(const std::string& text) {
  const auto size = static_cast<uint32_t>(text.size());
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift));
  return out + text;
}

std::string Number(uint32_t number) { return Field(std::string(number, 'x')).substr(0, 4); }

std::string OpenSsh(const std::string& cipher, const std::string& secrets, uint32_t keys = 1) {
  const std::string body = absl::StrCat(std::string("openssh-key-v1\0", 15), Field(cipher), Field("bcrypt"), Field(""),
                                        Number(keys), Field("public"), Field(secrets));
  return absl::StrCat("-----BEGIN OPENSSH PRIVATE KEY-----\n", absl::Base64Escape(body).substr(0, 64), "\n",
                      absl::Base64Escape(body).substr(64), "\n-----END OPENSSH PRIVATE KEY-----\n");
}

bool Good(const std::string& pem, const std::string& password = "") {
  const absl::Status status = CheckPrivateKey(pem, password);
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  return status.ok();
}

TEST(SshKeyTest, KeysInTheClear) {
  EXPECT_TRUE(Good(Pkcs8(Ed25519())));
  EXPECT_TRUE(Good(Pkcs8(P256())));
  EXPECT_TRUE(Good(Traditional(P256(), "")));
  EXPECT_TRUE(Good(Traditional(P256(), ""), "not asked")) << "a password that is not needed is no mistake";
  EXPECT_TRUE(Good("a note\n" + Pkcs8(P256()))) << "text before the key is skipped";
}

TEST(SshKeyTest, EncryptedKeysNeedTheirPassword) {
  const std::string pem = Traditional(P256(), "secret");
  EXPECT_TRUE(Good(pem, "secret"));
  EXPECT_FALSE(Good(pem, "Secret"));
  EXPECT_FALSE(Good(pem));
}

TEST(SshKeyTest, WhatIsNoPrivateKey) {
  EXPECT_FALSE(Good(""));
  EXPECT_FALSE(Good("-----BEGIN RSA PRIVATE KEY-----"));
  EXPECT_FALSE(Good("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"));
  EXPECT_FALSE(Good(Public(P256())));
  EXPECT_FALSE(Good(Pkcs8(X25519()))) << "cannot sign";
  std::string cut = Pkcs8(P256());
  EXPECT_FALSE(Good(cut.substr(0, cut.size() / 2)));
}

TEST(SshKeyTest, OpenSshKeys) {
  const std::string secrets = absl::StrCat("1234", "1234", Field("ssh-ed25519"), Field("rest"));
  EXPECT_TRUE(Good(OpenSsh("none", secrets)));
  EXPECT_TRUE(Good(OpenSsh("none", secrets), "not asked"));
  EXPECT_FALSE(Good(OpenSsh("none", "1234" + secrets.substr(8)))) << "check numbers differ";
  EXPECT_FALSE(Good(OpenSsh("none", absl::StrCat("12341234", Field("ssh-unheard")))));
  EXPECT_FALSE(Good(OpenSsh("none", "12341234")));
  EXPECT_FALSE(Good(OpenSsh("none", secrets, 2)));
  EXPECT_TRUE(Good(OpenSsh("aes256-ctr", "sealed"), "secret"));
  EXPECT_FALSE(Good(OpenSsh("aes256-ctr", "sealed")));
}

TEST(SshKeyTest, NoPartOfTheKeyIsInTheMessage) {
  const std::string pem = Traditional(P256(), "secret");
  const std::string text(CheckPrivateKey(pem, "wrong-password").message());
  EXPECT_EQ(text.find("wrong-password"), std::string::npos);
  EXPECT_EQ(text.find(pem.substr(40, 20)), std::string::npos);
}

}  // namespace
}  // namespace waypoint::ptypes
