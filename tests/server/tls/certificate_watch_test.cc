#include "server/tls/certificate_watch.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>

#include "base/files.h"

namespace waypoint::server {
namespace {

class CertificateWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_ = {folder_.path() + "/cert.pem", folder_.path() + "/key.pem", folder_.path() + "/copies"};
    Put(first_);
  }
  void Put(const PemPair& pair) {
    ASSERT_TRUE(WriteFile(options_.cert_file, pair.cert).ok());
    ASSERT_TRUE(WriteFile(options_.key_file, pair.key).ok());
  }
  void Start() {
    auto watch = CertificateWatch::Start(options_, [this](const PemPair& pair) {
      absl::MutexLock lock(&mu_);
      ++changes_;
      last_ = pair;
    });
    ASSERT_TRUE(watch.ok()) << watch.status();
    watch_ = *std::move(watch);
  }
  // What everybody is to use now, and how often it changed.
  void ExpectInUse(const PemPair& pair, int changes) {
    EXPECT_EQ(watch_->pair().cert, pair.cert);
    EXPECT_EQ(ReadFile(watch_->cert_copy()).value(), pair.cert);
    EXPECT_EQ(ReadFile(watch_->key_copy()).value(), pair.key);
    absl::MutexLock lock(&mu_);
    EXPECT_EQ(changes_, changes);
    if (changes > 0) {
      EXPECT_EQ(last_.key, pair.key);
    }
  }

  const TempFolder folder_ = TempFolder::Make("certificate-watch-").value();
  const PemPair first_ = MakeSelfSigned(absl::FromUnixSeconds(1'700'000'000)).value();
  const PemPair second_ = MakeSelfSigned(absl::FromUnixSeconds(1'700'000'001)).value();
  CertificateWatch::Options options_;
  absl::Mutex mu_;
  int changes_ ABSL_GUARDED_BY(mu_) = 0;
  PemPair last_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<CertificateWatch> watch_;
};

TEST_F(CertificateWatchTest, AReplacedPairIsTakenOver) {
  Start();
  ExpectInUse(first_, 0);
  Put(second_);
  watch_->Check();
  ExpectInUse(second_, 1);
  watch_->Check();
  ExpectInUse(second_, 1);
}

TEST_F(CertificateWatchTest, HalfAReplacementIsNot) {
  Start();
  ASSERT_TRUE(WriteFile(options_.cert_file, second_.cert).ok());
  watch_->Check();
  ExpectInUse(first_, 0);
  ASSERT_TRUE(WriteFile(options_.cert_file, second_.cert.substr(0, 100)).ok());
  watch_->Check();
  ExpectInUse(first_, 0);
  ASSERT_EQ(std::remove(options_.key_file.c_str()), 0);
  watch_->Check();
  ExpectInUse(first_, 0);
  Put(second_);
  watch_->Check();
  ExpectInUse(second_, 1);
}

TEST_F(CertificateWatchTest, FilesPutInPlaceByRenameAreNoticedUnasked) {
  Start();
  const std::string cert = folder_.path() + "/new-cert.pem", key = folder_.path() + "/new-key.pem";
  ASSERT_TRUE(WriteFile(cert, second_.cert).ok());
  ASSERT_TRUE(WriteFile(key, second_.key).ok());
  ASSERT_EQ(std::rename(key.c_str(), options_.key_file.c_str()), 0);
  ASSERT_EQ(std::rename(cert.c_str(), options_.cert_file.c_str()), 0);
  auto changed = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) { return changes_ == 1; };
  {
    absl::MutexLock lock(&mu_);
    ASSERT_TRUE(mu_.AwaitWithTimeout(absl::Condition(&changed), absl::Seconds(30)));
  }
  ExpectInUse(second_, 1);
}

TEST_F(CertificateWatchTest, StartSaysWhatIsWrong) {
  ASSERT_TRUE(WriteFile(options_.key_file, second_.key).ok());
  auto watch = CertificateWatch::Start(options_, [](const PemPair&) {});
  EXPECT_EQ(watch.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(watch.status().message().find("does not belong"), std::string::npos) << watch.status();
}

std::string Encrypted(const std::string& key_pem) {
  BIO* in = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO* out = BIO_new(BIO_s_mem());
  unsigned char password[] = "secret";
  EXPECT_EQ(PEM_write_bio_PrivateKey(out, key, EVP_aes_128_cbc(), password, 6, nullptr, nullptr), 1);
  char* data = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(out, &data));
  std::string text(data, size);
  BIO_free(in);
  BIO_free(out);
  EVP_PKEY_free(key);
  return text;
}

// Started by hand on a terminal, too.
TEST_F(CertificateWatchTest, AnEncryptedKeyIsRefusedWithoutAQuestion) {
  ASSERT_TRUE(WriteFile(options_.key_file, Encrypted(first_.key)).ok());
  auto watch = CertificateWatch::Start(options_, [](const PemPair&) {});
  EXPECT_EQ(watch.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(watch.status().message().find("an encrypted one"), std::string::npos) << watch.status();
}

TEST_F(CertificateWatchTest, NothingIsLeft) {
  Start();
  Put(second_);
  watch_->Check();
  watch_.reset();
  EXPECT_FALSE(PathExists(options_.folder));
}

}  // namespace
}  // namespace waypoint::server
