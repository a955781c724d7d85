#include "state/rocks_status.h"

#include "absl/strings/str_cat.h"

namespace waypoint::state {
namespace {

absl::StatusCode CodeOf(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return absl::StatusCode::kResourceExhausted;
  if (status.IsNotFound()) return absl::StatusCode::kNotFound;
  if (status.IsCorruption()) return absl::StatusCode::kDataLoss;
  if (status.IsBusy() || status.IsTryAgain() || status.IsTimedOut()) return absl::StatusCode::kUnavailable;
  if (status.IsInvalidArgument() || status.IsNotSupported()) return absl::StatusCode::kFailedPrecondition;
  return absl::StatusCode::kInternal;
}

}  // namespace

absl::Status FromRocks(const rocksdb::Status& status, absl::string_view action) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(CodeOf(status), absl::StrCat(action, ": ", status.ToString()));
}

}  // namespace waypoint::state
