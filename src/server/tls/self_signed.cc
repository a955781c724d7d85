#include "server/tls/self_signed.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace waypoint::server {
namespace {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

absl::Status OpensslError(absl::string_view action) {
  char text[256] = "unknown error";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof(text));
  return absl::InternalError(absl::StrCat(action, ": ", text));
}

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

bool AddExtension(X509* cert, int nid, const char* value) {
  Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  return extension != nullptr && X509_add_ext(cert, extension.get(), -1) == 1;
}

bool Fill(X509* cert, EVP_PKEY* key, absl::Time now) {
  const int64_t seconds = absl::ToUnixSeconds(now);
  X509_NAME* name = X509_get_subject_name(cert);
  return X509_set_version(cert, 2) == 1 && ASN1_INTEGER_set_int64(X509_get_serialNumber(cert), seconds) == 1 &&
         ASN1_TIME_set(X509_getm_notBefore(cert), seconds) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(cert), seconds + int64_t{10} * 365 * 24 * 3600) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("Waypoint"), -1, -1,
                                    0) == 1 &&
         X509_set_issuer_name(cert, name) == 1 && X509_set_pubkey(cert, key) == 1 &&
         AddExtension(cert, NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
         AddExtension(cert, NID_ext_key_usage, "serverAuth") &&
         AddExtension(cert, NID_basic_constraints, "critical,CA:FALSE") && X509_sign(cert, key, EVP_sha384()) != 0;
}

absl::StatusOr<std::string> ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::InvalidArgumentError(absl::StrCat("the file ", path, " cannot be read"));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

absl::StatusOr<PemPair> MakeSelfSigned(absl::Time now) {
  Key key(EVP_EC_gen("P-384"));
  Certificate cert(X509_new());
  if (key == nullptr || cert == nullptr || !Fill(cert.get(), key.get(), now)) {
    return OpensslError("make a self-signed certificate");
  }
  Bio cert_out(BIO_new(BIO_s_mem()));
  Bio key_out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(cert_out.get(), cert.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return OpensslError("write the self-signed certificate");
  }
  return PemPair{Text(cert_out.get()), Text(key_out.get())};
}

int NoPassword(char*, int, int, void*) { return -1; }

absl::StatusOr<PemPair> LoadPemPair(const std::string& cert_file, const std::string& key_file) {
  PemPair pair;
  ASSIGN_OR_RETURN(pair.cert, ReadAll(cert_file));
  ASSIGN_OR_RETURN(pair.key, ReadAll(key_file));
  Bio cert_in(BIO_new_mem_buf(pair.cert.data(), static_cast<int>(pair.cert.size())));
  Bio key_in(BIO_new_mem_buf(pair.key.data(), static_cast<int>(pair.key.size())));
  Certificate cert(PEM_read_bio_X509(cert_in.get(), nullptr, NoPassword, nullptr));
  if (cert == nullptr) return absl::InvalidArgumentError(absl::StrCat(cert_file, " holds no PEM certificate"));
  Key key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, NoPassword, nullptr));
  if (key == nullptr)
    return absl::InvalidArgumentError(
        absl::StrCat(key_file, " holds no PEM private key, or an encrypted one, which cannot be used"));
  if (X509_check_private_key(cert.get(), key.get()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("the key in ", key_file, " does not belong to ", cert_file));
  }
  return pair;
}

}  // namespace waypoint::server
