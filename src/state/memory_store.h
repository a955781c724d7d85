// The store's logic over any backend: records in memory, one transaction after another (design.md 3).
//
// Owns:    tables, indexes, and for every transaction that is not durable yet the way back.
// Threads: the executor's; only OnCommitted runs elsewhere.
// Errors:  see store.h.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "state/record_table.h"
#include "state/store.h"

namespace waypoint::state {

class MemoryStore : public Store {
 public:
  MemoryStore(Backend& backend, Executor& executor, const Clock& clock, IdSource& ids, StoreOptions options);
  ~MemoryStore() override;
  absl::Status Load();

  void Update(absl::FunctionRef<absl::Status(Txn&)> step, Done done) override;
  void Look(absl::FunctionRef<absl::Status(const View&)> look, Done done) override;
  absl::Status Peek(absl::FunctionRef<absl::Status(const View&)> look) const override;
  WatchId Watch(std::vector<std::string> topics, std::function<void()> changed) override;
  void Unwatch(WatchId id) override;
  std::string DebugDump() const override;

 private:
  friend class MemoryTxn;
  class Reader;

  // The way back from one change to a record.
  struct Undo {
    Table table = Table::kMeta;
    bool before_on_disk = false;  // the slot held no body
    bool moves_to_disk = false;   // once it is durable
    std::string key;
    RecordPtr before;         // null: there was none
    RecordPtr after;          // null: deleted
    std::string meta_before;  // kMeta only
  };
  struct Answer {
    Done done;
    absl::Status status;  // what the step said
  };
  // Transactions that become durable with the same batch; those without writes ride on the one before.
  struct Pending {
    uint64_t number = 0;
    std::vector<Undo> undo;
    std::vector<std::function<void()>> undo_more;  // what follows the records: Txn::OnUndo
    std::vector<Answer> answers;
  };
  struct Watcher {
    std::vector<std::string> topics;
    std::function<void()> changed;
    bool posted = false;
  };
  // Shared with callbacks that may come after the store is gone.
  struct Link {
    explicit Link(MemoryStore* s) : store(s) {}
    MemoryStore* store;  // executor's thread only; null once the store is gone
    absl::Mutex mu;
    std::vector<std::pair<uint64_t, absl::Status>> committed ABSL_GUARDED_BY(mu);
    bool posted ABSL_GUARDED_BY(mu) = false;  // somebody will look at them
  };

  RecordTable& records(Table table) { return tables_[static_cast<size_t>(table)]; }
  const RecordTable& records(Table table) const { return tables_[static_cast<size_t>(table)]; }
  absl::Status LoadOne(Table table, absl::string_view key, absl::string_view value);
  RecordPtr Fetch(Table table, absl::string_view key) const;
  RecordPtr ReadBody(Table table, absl::string_view key) const;
  absl::Status TakeReadError() const;
  void ForEach(Table table, absl::string_view from,
               absl::FunctionRef<bool(const std::string& key, const RecordPtr& record)> each) const;
  void Notify(Table table, const std::string& key, const Message* before, const Message* after);
  void RunUndo(Pending& pending);
  static Batch WhatStoodBefore(const std::deque<Pending>& failed);

  void Submit(Batch batch, Pending pending, Done done);
  void AnswerWhenDurable(absl::Status said, Done done);
  static void OnCommitted(const std::shared_ptr<Link>& link, Executor& executor, uint64_t number, absl::Status status,
                          bool more);
  void Drain(const std::vector<std::pair<uint64_t, absl::Status>>& committed);
  void Fail(const absl::Status& cause);
  void Settle(Pending pending);
  void MoveToDisk(const std::vector<Undo>& undo);
  void Wake(const std::vector<Undo>& changes);
  void RunWatcher(WatchId id);

  Backend& backend_;
  Executor& executor_;
  const Clock& clock_;
  IdSource& ids_;
  StoreOptions options_;
  std::array<std::vector<Index*>, kTableCount> indexes_;

  std::array<RecordTable, kTableCount> tables_;
  std::map<std::string, std::string, std::less<>> meta_;
  // While loading: the last record of each table that stays on disk, for the memory that the next one needs.
  std::array<std::unique_ptr<Message>, kTableCount> loading_;
  uint64_t changes_ = 0;             // tells a scan that the table may have moved under it
  mutable absl::Status read_error_;  // of a body, during the step or look that runs now

  std::deque<Pending> pending_;
  uint64_t last_number_ = 0;
  std::shared_ptr<Link> link_;

  std::map<WatchId, Watcher> watchers_;
  absl::flat_hash_map<std::string, std::set<WatchId>> by_topic_;
  WatchId last_watch_ = 0;
};

}  // namespace waypoint::state
