// Transactions one after another over records in memory, made durable by a Backend (design.md 3).
//
// Owns:    the tables and indexes in memory; they always equal what a restart would load.
// Threads: everything here belongs to one thread, the executor's: call Update, View and Watch there;
//          `step` and `look` run at once, before the call returns. `done` is posted to the executor later:
//          for an Update once its batch is durable, for a View once all that it saw is durable. So nothing
//          that could still be lost is ever shown. Never call Update from inside a step.
// Errors:  a step that returns an error has changed nothing. A failed commit undoes every transaction that
//          is not durable, newest first, and answers their callers Unavailable; reads go on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "google/protobuf/message_lite.h"
#include "state/backend.h"
#include "state/tables.h"

namespace waypoint::state {

using Message = google::protobuf::MessageLite;
using RecordPtr = std::shared_ptr<const Message>;
using Done = std::function<void(absl::Status)>;

// Derived data over one table. Changed() must be exactly undone by Changed() with before and after swapped.
class Index {
 public:
  virtual ~Index() = default;
  virtual Table table() const = 0;
  virtual void Changed(const std::string& key, const Message* before, const Message* after) = 0;
  // All of it as text, for the check that compares it with what a reload gives.
  virtual std::string DebugDump() const { return {}; }
};

// Records as the newest transaction left them.
class View {
 public:
  virtual ~View() = default;
  // Null if absent. Bodies that are not kept in memory are read from the backend.
  template <typename R>
  std::shared_ptr<const R> Get(absl::string_view key) const {
    return std::static_pointer_cast<const R>(GetAny(RecordTraits<R>::kTable, key));
  }
  // In key order, from the first key >= `from`, until `each` returns false. `each` may change the table.
  template <typename R>
  void ForEach(absl::string_view from, absl::FunctionRef<bool(const std::string& key, const R& record)> each) const {
    ForEachAny(RecordTraits<R>::kTable, from, [&](const std::string& key, const RecordPtr& record) {
      return each(key, static_cast<const R&>(*record));
    });
  }
  virtual std::string GetMeta(absl::string_view key) const = 0;  // "" if absent

 protected:
  virtual RecordPtr GetAny(Table table, absl::string_view key) const = 0;
  virtual void ForEachAny(Table table, absl::string_view from,
                          absl::FunctionRef<bool(const std::string& key, const RecordPtr& record)> each) const = 0;
};

class Txn : public View {
 public:
  // By reference, so that a key made from the record in the same call still sees it whole.
  template <typename R>
  void Put(absl::string_view key, R&& record) {
    using Record = std::decay_t<R>;
    PutAny(RecordTraits<Record>::kTable, key, std::make_shared<const Record>(std::forward<R>(record)));
  }
  // Without a copy; nobody changes the record any more.
  template <typename R>
  void PutShared(absl::string_view key, std::shared_ptr<R> record) {
    PutAny(RecordTraits<std::remove_const_t<R>>::kTable, key, std::move(record));
  }
  template <typename R>
  void Delete(absl::string_view key) {
    DeleteAny(RecordTraits<R>::kTable, key);
  }
  virtual void PutMeta(absl::string_view key, std::string value) = 0;
  // For state that lives in memory only and follows the records: undone when the transaction is.
  virtual void OnUndo(std::function<void()> undo) = 0;
  virtual absl::Time now() const = 0;
  virtual IdSource& ids() const = 0;

 protected:
  virtual void PutAny(Table table, absl::string_view key, RecordPtr record) = 0;
  virtual void DeleteAny(Table table, absl::string_view key) = 0;
};

class Store {
 public:
  using WatchId = uint64_t;

  virtual ~Store() = default;
  virtual void Update(absl::FunctionRef<absl::Status(Txn&)> step, Done done) = 0;
  virtual void Look(absl::FunctionRef<absl::Status(const View&)> look, Done done) = 0;
  // For decisions of the server's own: what `look` says, at once. What it saw may still be undone, so nobody is shown
  // it.
  virtual absl::Status Peek(absl::FunctionRef<absl::Status(const View&)> look) const = 0;
  // Topics are tables ("job") and records ("job/ID"). Posted once per change or more rarely (changes coalesce), only
  // after the change is durable.
  virtual WatchId Watch(std::vector<std::string> topics, std::function<void()> changed) = 0;
  virtual void Unwatch(WatchId id) = 0;
  // Every record and index as text: equal for two stores that hold the same (tests, debug check).
  virtual std::string DebugDump() const = 0;
};

struct StoreOptions {
  std::vector<std::unique_ptr<Index>> indexes;
  // Records for which this is true stay on disk once they are durable: only their key and what the
  // indexes keep is in memory, Get reads them back.
  std::function<bool(Table, const Message&)> keep_on_disk;
};
// Loads everything; the backend must outlive the store.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(Backend& backend, Executor& executor, const Clock& clock,
                                                 IdSource& ids, StoreOptions options);

// "job", "project", ...: the first part of a topic.
absl::string_view TableName(Table table);
// An empty record of the table's type; null for kMeta and for numbers that are no table.
std::unique_ptr<Message> NewRecord(Table table);

}  // namespace waypoint::state
