#include "auth/base58.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace waypoint::auth {
namespace {

constexpr absl::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
// Five digits at once keep the long division short: 58^5 fits 32 bits.
constexpr uint32_t kBlock = 58u * 58 * 58 * 58 * 58;
constexpr int kBlockDigits = 5;

constexpr std::array<int8_t, 256> MakeValues() {
  std::array<int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kValues = MakeValues();

// Big numbers, least significant part first: number = number * factor + carry.
template <typename Part, uint64_t kBase>
void MultiplyAdd(std::vector<Part>& number, uint64_t factor, uint64_t carry) {
  for (Part& part : number) {
    carry += part * factor;
    part = static_cast<Part>(carry % kBase);
    carry /= kBase;
  }
  while (carry > 0) {
    number.push_back(static_cast<Part>(carry % kBase));
    carry /= kBase;
  }
}

}  // namespace

std::string EncodeBase58(absl::string_view bytes) {
  size_t zeros = 0;
  while (zeros < bytes.size() && bytes[zeros] == '\0') ++zeros;
  std::vector<uint32_t> blocks;
  for (char c : bytes.substr(zeros)) MultiplyAdd<uint32_t, kBlock>(blocks, 256, static_cast<unsigned char>(c));
  std::string text;
  for (uint32_t block : blocks) {
    for (int i = 0; i < kBlockDigits; ++i, block /= 58) text += kAlphabet[block % 58];
  }
  while (!text.empty() && text.back() == kAlphabet[0]) text.pop_back();
  text.append(zeros, kAlphabet[0]);
  std::reverse(text.begin(), text.end());
  return text;
}

std::optional<std::string> DecodeBase58(absl::string_view text) {
  size_t zeros = 0;
  while (zeros < text.size() && text[zeros] == kAlphabet[0]) ++zeros;
  std::vector<uint32_t> words;
  for (char c : text.substr(zeros)) {
    const int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    MultiplyAdd<uint32_t, (uint64_t{1} << 32)>(words, 58, static_cast<uint64_t>(value));
  }
  std::string bytes;
  for (uint32_t word : words) {
    for (int i = 0; i < 4; ++i, word >>= 8) bytes += static_cast<char>(word & 0xff);
  }
  while (!bytes.empty() && bytes.back() == '\0') bytes.pop_back();
  bytes.append(zeros, '\0');
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

}  // namespace waypoint::auth
