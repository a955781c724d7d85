// std::string_view meets Abseil, whose string_view is a type of its own in Debian's build.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace waypoint::hcl {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

template <typename T>
decltype(auto) CatArgument(const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ToAbsl(value);
  } else {
    return (value);
  }
}

template <typename... Args>
std::string Cat(const Args&... args) {
  return absl::StrCat(CatArgument(args)...);
}

}  // namespace waypoint::hcl
