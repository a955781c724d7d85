#include "auth/label_hash.h"

#include <string_view>

namespace waypoint::auth {
namespace {

constexpr uint64_t kOffset = 14695981039346656037ull;
constexpr uint64_t kPrime = 1099511628211ull;
constexpr char kVersionLabel[] = "waypoint.hashicorp.com/runner-hash";

// FNV-1: multiply, then xor.
uint64_t Fnv(std::string_view bytes) {
  uint64_t hash = kOffset;
  for (unsigned char c : bytes) hash = (hash * kPrime) ^ c;
  return hash;
}

std::string LittleEndian(uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i, value >>= 8) bytes += static_cast<char>(value & 0xff);
  return bytes;
}

}  // namespace

uint64_t HashLabels(const std::map<std::string, std::string>& labels) {
  std::map<std::string, std::string> all = labels;
  all[kVersionLabel] = "1";
  uint64_t mixed = 0;
  for (const auto& [key, value] : all) mixed ^= Fnv(LittleEndian(Fnv(key)) + LittleEndian(Fnv(value)));
  return Fnv(LittleEndian(mixed));
}

}  // namespace waypoint::auth
