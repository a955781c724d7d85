// Who a runner is: its id, kept in the state folder if there is one (jobs-and-runners.md 11).
//
// Threads: any.  Errors: what can't be read or written, with the path.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "base/ids.h"

namespace waypoint::runner {

// `given`, else the state folder's, else a new one, which is kept there. No state folder: nothing is read or written.
absl::StatusOr<std::string> ChooseId(const std::string& given, const std::string& state_dir, IdSource& ids);

// The token an earlier adoption left there; "" if none.
absl::StatusOr<std::string> KeptToken(const std::string& state_dir);
absl::Status KeepToken(const std::string& state_dir, const std::string& token);

}  // namespace waypoint::runner
