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

void MemoryTxn::OnUndo(std::function<void()> undo) { pending_.undo_more.push_back(std::move(undo)); }

void MemoryTxn::PutAny(Table table, absl::string_view key, RecordPtr record) {
  std::string value = record->SerializeAsString();
  Change(table, key, std::move(record), std::move(value));
}

void MemoryTxn::DeleteAny(Table table, absl::string_view key) {
  const RecordTable& all = store_.records(table);
  if (all.find(key) != all.end()) Change(table, key, nullptr, std::nullopt);
}

void MemoryTxn::Change(Table table, absl::string_view key, RecordPtr record, std::optional<std::string> value) {
  MemoryStore::Undo& undo = pending_.undo.emplace_back();
  undo.table = table;
  undo.key = std::string(key);
  undo.moves_to_disk =
      record != nullptr && store_.options_.keep_on_disk && store_.options_.keep_on_disk(table, *record);
  undo.after = record;
  RecordTable& all = store_.records(table);
  const RecordTable::iterator it = all.find(key);
  if (it == all.end()) {
    if (record != nullptr) all.insert(key, std::move(record));
  } else {
    undo.before_on_disk = it->second == nullptr;
    undo.before = undo.before_on_disk ? store_.ReadBody(table, key) : it->second;
    record != nullptr ? (void)(it->second = std::move(record)) : all.erase(it);
  }
  store_.Notify(table, undo.key, undo.before.get(), undo.after.get());
  // Of several changes to one record the disk needs the last one only.
  if (!batch_.empty() && batch_.back().table == table && batch_.back().key == undo.key) {
    batch_.back().value = std::move(value);
  } else {
    batch_.push_back({table, undo.key, std::move(value)});
  }
}

}  // namespace waypoint::state
