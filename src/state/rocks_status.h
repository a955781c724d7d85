// RocksDB's errors in our words: what can be done about them decides the code.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/status.h"

namespace waypoint::state {

// `action`: "write to the store". Disk full = ResourceExhausted, damage = DataLoss, busy = Unavailable,
// other I/O errors = Internal.
absl::Status FromRocks(const rocksdb::Status& status, absl::string_view action);

}  // namespace waypoint::state
