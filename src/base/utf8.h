// Text of unknown origin as UTF-8: what programs print, files are called and commits say may be any bytes, but a
// message that holds other bytes in a text field is refused whole by whoever reads it.
//
// Threads: pure function.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace waypoint {

// Every byte that is no part of a character becomes U+FFFD; strict, without surrogates and overlong forms.
std::string ValidUtf8(absl::string_view text);

}  // namespace waypoint
