// What must survive, and nothing else: ordered batches of keys and values (design.md 3).
//
// The seam between the store and a disk, a memory double, or later a cluster.
// Threads: Load and Read are called from the store's thread; `durable` may be called from any.
// Errors:  after a failed commit every other one fails, until Recover(). A failed batch may have reached the disk
//          (a failed sync cannot tell): only Recover() makes sure that it is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "state/tables.h"

namespace waypoint::state {

struct Write {
  Table table;
  std::string key;
  std::optional<std::string> value;  // none: delete
};
using Batch = std::vector<Write>;
// How a commit ended. `more`: others ended with it, and are told at once: who acts on all of them may wait for the
// last.
using Durable = std::function<void(absl::Status, bool more)>;

// All that was durable at one moment, by table and key in order, while writes go on.
class BackendCopy {
 public:
  virtual ~BackendCopy() = default;
  // False: that was all. Unavailable if the copy did not survive a disk error.
  virtual absl::StatusOr<bool> Next(Table* table, std::string* key, std::string* value) = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  // Everything that is stored, by table and key in order. Called once, first.
  virtual absl::Status Load(absl::FunctionRef<void(Table, absl::string_view key, absl::string_view value)> each) = 0;
  virtual absl::StatusOr<std::string> Read(Table table, absl::string_view key) = 0;
  // In the order of the calls; many batches may share one sync. `durable` is called once, in the same order.
  virtual void Commit(Batch batch, Durable durable) = 0;
  // After a failure, when the store has undone everything that is not durable: batches count again.
  // `restore` holds what stood before for every key of the failed batches; it is written as soon as the
  // disk takes writes again, before or together with the next batch.
  virtual void Recover(Batch restore) = 0;
  // May outlive no backend.
  virtual absl::StatusOr<std::unique_ptr<BackendCopy>> Freeze() = 0;
};

}  // namespace waypoint::state
