// Cuts a text into tokens: the native syntax as a file or expression, or a stand-alone template.
//
// Owns:   nothing. Memory and time are linear in the text.
// Errors: none; what is no token becomes kInvalid, kBadUTF8, ... and the parser reports it. The last token is kEOF.
// Spec:   waypoint-hcl.md A1.
#pragma once

#include <string_view>

#include "hcl/token.h"

namespace waypoint::hcl {

enum class ScanMode { kNormal, kTemplate };

// `start` is where the text begins in its file. A byte order mark at byte 0 is skipped.
Tokens Scan(std::string_view text, ScanMode mode, Pos start = {});

}  // namespace waypoint::hcl
