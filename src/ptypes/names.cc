#include "ptypes/names.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace waypoint::ptypes {
namespace {

constexpr size_t kMaxWorkspaceName = 38;

bool IsPlainChar(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return absl::ascii_isalnum(byte) || c == '-' || c == '_';
}

}  // namespace

bool IsPlainName(absl::string_view name) { return std::all_of(name.begin(), name.end(), IsPlainChar); }

bool IsWorkspaceName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxWorkspaceName &&
         absl::ascii_isalnum(static_cast<unsigned char>(name[0])) && IsPlainName(name);
}

std::string FoldCase(absl::string_view name) { return absl::AsciiStrToLower(name); }

}  // namespace waypoint::ptypes
