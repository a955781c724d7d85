// The user's web browser.
//
// Threads: any.
// Errors:  no program that opens addresses, or it does not start.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/environment.h"

namespace waypoint::cli {

// Returns once the browser was asked; it lives on by itself.
absl::Status OpenBrowser(const Environment& env, const std::string& url);

}  // namespace waypoint::cli
