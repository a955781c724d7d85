#include "core/uuid5.h"

#include <openssl/evp.h>

#include <array>

#include "absl/strings/escaping.h"

namespace waypoint::core {

std::string Uuid5Dns(absl::string_view name) {
  const std::string space = absl::HexStringToBytes("6ba7b8109dad11d180b400c04fd430c8");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const std::string input = space + std::string(name);
  EVP_Digest(input.data(), input.size(), digest.data(), &size, EVP_sha1(), nullptr);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0f) | 0x50);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3f) | 0x80);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), 16));
}

}  // namespace waypoint::core
