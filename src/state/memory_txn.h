// One transaction at work: changes the store's tables at once and remembers the way back.
#pragma once

#include <string>
#include <utility>

#include "state/memory_store.h"

namespace waypoint::state {

class MemoryTxn final : public Txn {
 public:
  explicit MemoryTxn(MemoryStore& store) : store_(store) {}

  std::string GetMeta(absl::string_view key) const override;
  void PutMeta(absl::string_view key, std::string value) override;
  void OnUndo(std::function<void()> undo) override;
  absl::Time now() const override { return store_.clock_.Now(); }
  IdSource& ids() const override { return store_.ids_; }

  Batch TakeBatch() { return std::move(batch_); }
  MemoryStore::Pending TakePending() { return std::move(pending_); }

 protected:
  RecordPtr GetAny(Table table, absl::string_view key) const override { return store_.Fetch(table, key); }
  void ForEachAny(Table table, absl::string_view from,
                  absl::FunctionRef<bool(const std::string& key, const RecordPtr& record)> each) const override {
    store_.ForEach(table, from, each);
  }
  void PutAny(Table table, absl::string_view key, RecordPtr record) override;
  void DeleteAny(Table table, absl::string_view key) override;

 private:
  void Change(Table table, absl::string_view key, RecordPtr record, std::optional<std::string> value);

  MemoryStore& store_;
  Batch batch_;
  MemoryStore::Pending pending_;
};

}  // namespace waypoint::state
