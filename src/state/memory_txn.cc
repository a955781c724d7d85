#include "state/memory_txn.h"

#include "absl/strings/str_cat.h"

namespace waypoint::state {

std::string MemoryTxn::GetMeta(absl::string_view key) const {
  auto it = store_.meta_.find(key);
  return it == store_.meta_.end() ? std::string() : it->second;
}

void MemoryTxn::PutMeta(absl::string_view key, std::string value) {
  MemoryStore::Undo undo;
  undo.key = std::string(key);
  undo.meta_before = GetMeta(key);
  pending_.undo.push_back(std::move(undo));
  batch_.push_back({Table::kMeta, std::string(key), value});
  store_.meta_[std::string(key)] = std::move(value);
}

void MemoryTxn::OnUndo(std::function<void()> undo) {
  MemoryStore::Undo entry;
  entry.extra = std::move(undo);
  pending_.undo.push_back(std::move(entry));
}

void MemoryTxn::PutAny(Table table, absl::string_view key, RecordPtr record) {
  std::string value = record->SerializeAsString();
  Change(table, key, std::move(record), std::move(value));
}

void MemoryTxn::DeleteAny(Table table, absl::string_view key) {
  if (store_.records(table).contains(key)) Change(table, key, nullptr, std::nullopt);
}

void MemoryTxn::Change(Table table, absl::string_view key, RecordPtr record, std::optional<std::string> value) {
  MemoryStore::Undo undo;
  undo.table = table;
  undo.key = std::string(key);
  undo.after = record;
  MemoryStore::Records& records = store_.records(table);
  auto it = records.lower_bound(key);
  const bool known = it != records.end() && it->first == key;
  if (known) {
    undo.before_on_disk = it->second == nullptr;
    undo.before = undo.before_on_disk ? store_.ReadBody(table, key) : it->second;
  }
  if (record == nullptr) {
    if (known) records.erase(it);
  } else if (known) {
    it->second = record;
  } else {
    records.emplace_hint(it, undo.key, record);
  }
  store_.Notify(table, undo.key, undo.before.get(), record.get());
  batch_.push_back({table, undo.key, std::move(value)});
  pending_.undo.push_back(std::move(undo));
}

}  // namespace waypoint::state
