#include "ptypes/ssh_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace waypoint::ptypes {
namespace {

constexpr char kOpenSsh[] = "OPENSSH PRIVATE KEY";
constexpr absl::string_view kOpenSshMagic("openssh-key-v1\0", 15);

absl::Status Bad(absl::string_view why) { return absl::InvalidArgumentError(why); }

struct Block {
  std::string kind;
  std::string body;
};

struct PemParts {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;  // NOLINT(google-runtime-int): the library's type
  ~PemParts() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<size_t>(size));
  }
};

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio BioOf(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free); }

// The first block, whatever stands before it.
std::optional<Block> FirstBlock(const std::string& pem) {
  const Bio bio = BioOf(pem);
  PemParts parts;
  if (PEM_read_bio(bio.get(), &parts.name, &parts.header, &parts.data, &parts.size) != 1) return std::nullopt;
  return Block{parts.name, std::string(reinterpret_cast<char*>(parts.data), static_cast<size_t>(parts.size))};
}

// Reads fields that begin with their length.
class Fields {
 public:
  explicit Fields(absl::string_view bytes) : rest_(bytes) {}
  std::optional<uint32_t> Number() {
    if (rest_.size() < 4) return std::nullopt;
    uint32_t number = 0;
    for (int i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(4);
    return number;
  }
  std::optional<absl::string_view> Text() {
    const std::optional<uint32_t> size = Number();
    if (!size || rest_.size() < *size) return std::nullopt;
    const absl::string_view text = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    return text;
  }

 private:
  absl::string_view rest_;
};

absl::Status CheckOpenSshSecrets(absl::string_view secrets) {
  Fields fields(secrets);
  const auto first = fields.Number(), second = fields.Number();
  if (!first || !second || *first != *second) return Bad("the OpenSSH key is damaged");
  const auto type = fields.Text();
  if (!type || type->empty()) return Bad("the OpenSSH key is damaged");
  const bool known = *type == "ssh-ed25519" || *type == "ssh-rsa" || absl::StartsWith(*type, "ecdsa-sha2-");
  return known ? absl::OkStatus() : Bad(absl::StrCat("keys of type ", *type, " cannot be used"));
}

absl::Status CheckOpenSsh(absl::string_view body, const std::string& password) {
  if (!absl::StartsWith(body, kOpenSshMagic)) return Bad("the OpenSSH key is damaged");
  Fields fields(body.substr(kOpenSshMagic.size()));
  const auto cipher = fields.Text(), kdf = fields.Text(), kdf_options = fields.Text();
  const auto count = fields.Number();
  const auto public_key = fields.Text(), secrets = fields.Text();
  if (!cipher || !kdf || !kdf_options || !count || !public_key || !secrets) return Bad("the OpenSSH key is damaged");
  if (*count != 1) return Bad("the file must hold exactly one key");
  if (*cipher == "none") return CheckOpenSshSecrets(*secrets);
  return password.empty() ? Bad("the key is encrypted, and no password is given") : absl::OkStatus();
}

int GivePassword(char* to, int size, int, void* from) {
  const std::string& password = *static_cast<const std::string*>(from);
  if (size < 0 || password.size() > static_cast<size_t>(size)) return -1;
  std::memcpy(to, password.data(), password.size());
  return static_cast<int>(password.size());
}

absl::Status CheckWithOpenSsl(const std::string& pem, std::string password) {
  const Bio bio = BioOf(pem);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, GivePassword, &password), EVP_PKEY_free);
  ERR_clear_error();
  if (key == nullptr) return Bad("the key cannot be read: it is damaged, or encrypted with another password");
  const int type = EVP_PKEY_base_id(key.get());
  const bool known = type == EVP_PKEY_RSA || type == EVP_PKEY_EC || type == EVP_PKEY_DSA || type == EVP_PKEY_ED25519;
  return known ? absl::OkStatus() : Bad("keys of this type cannot be used: take RSA, ECDSA or Ed25519");
}

}  // namespace

absl::Status CheckPrivateKey(const std::string& pem, const std::string& password) {
  const std::optional<Block> block = FirstBlock(pem);
  ERR_clear_error();
  if (!block) return Bad("must be a private key in PEM form");
  if (block->kind == kOpenSsh) return CheckOpenSsh(block->body, password);
  if (!absl::EndsWith(block->kind, "PRIVATE KEY")) {
    return Bad(absl::StrCat("must be a private key, not a ", block->kind));
  }
  return CheckWithOpenSsl(pem, password);
}

}  // namespace waypoint::ptypes
