#include "state/memory_store.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/idle_executor.h"
#include "base/status.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "state/memory_txn.h"

namespace waypoint::state {

// What Look shows.
class MemoryStore::Reader final : public View {
 public:
  explicit Reader(const MemoryStore& store) : store_(store) {}
  std::string GetMeta(absl::string_view key) const override {
    auto it = store_.meta_.find(key);
    return it == store_.meta_.end() ? std::string() : it->second;
  }

 protected:
  RecordPtr GetAny(Table table, absl::string_view key) const override { return store_.Fetch(table, key); }
  void ForEachAny(Table table, absl::string_view from,
                  absl::FunctionRef<bool(const std::string& key, const RecordPtr& record)> each) const override {
    store_.ForEach(table, from, each);
  }

 private:
  const MemoryStore& store_;
};

MemoryStore::MemoryStore(Backend& backend, Executor& executor, const Clock& clock, IdSource& ids, StoreOptions options)
    : backend_(backend),
      executor_(executor),
      clock_(clock),
      ids_(ids),
      options_(std::move(options)),
      link_(std::make_shared<Link>(this)) {
  for (const std::unique_ptr<Index>& index : options_.indexes) {
    indexes_[static_cast<size_t>(index->table())].push_back(index.get());
  }
}

MemoryStore::~MemoryStore() { link_->store = nullptr; }

absl::Status MemoryStore::Load() {
  absl::Status result;
  absl::Status loaded = backend_.Load([&](Table table, absl::string_view key, absl::string_view value) {
    if (result.ok()) result = LoadOne(table, key, value);
  });
  for (std::unique_ptr<Message>& record : loading_) record.reset();
  for (RecordTable& table : tables_) table.index();
  RETURN_IF_ERROR(loaded);
  return result;
}

absl::Status MemoryStore::LoadOne(Table table, absl::string_view key, absl::string_view value) {
  if (table == Table::kMeta) {
    meta_.emplace(key, value);
    return absl::OkStatus();
  }
  std::unique_ptr<Message> record;
  if (static_cast<size_t>(table) < loading_.size()) record = std::move(loading_[static_cast<size_t>(table)]);
  if (record == nullptr) record = NewRecord(table);
  if (record == nullptr) {
    return absl::DataLossError(absl::StrCat("the store holds a record of the unknown table ", static_cast<int>(table)));
  }
  if (!record->ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return absl::DataLossError(absl::StrCat("the stored ", TableName(table), " \"", absl::CHexEscape(key),
                                            "\" cannot be decoded; restore the server from a snapshot"));
  }
  const RecordTable::iterator it = records(table).append(key, nullptr);
  Notify(table, it->first, nullptr, record.get());
  if (options_.keep_on_disk && options_.keep_on_disk(table, *record)) {
    loading_[static_cast<size_t>(table)] = std::move(record);
  } else {
    it->second = std::move(record);
  }
  return absl::OkStatus();
}

RecordPtr MemoryStore::Fetch(Table table, absl::string_view key) const {
  const RecordTable& all = records(table);
  auto it = all.find(key);
  if (it == all.end()) return nullptr;
  return it->second != nullptr ? it->second : ReadBody(table, key);
}

// An unreadable body must not look like an absent record: the error fails the step or look as a whole.
RecordPtr MemoryStore::ReadBody(Table table, absl::string_view key) const {
  absl::StatusOr<std::string> body = backend_.Read(table, key);
  if (!body.ok()) {
    read_error_ = Annotate(body.status(), "read ", TableName(table), " ", key);
    return nullptr;
  }
  std::unique_ptr<Message> record = NewRecord(table);
  if (!record->ParseFromString(*body)) {
    read_error_ = absl::DataLossError(absl::StrCat("the stored ", TableName(table), " ", key, " cannot be decoded"));
    return nullptr;
  }
  return record;
}

absl::Status MemoryStore::TakeReadError() const { return std::exchange(read_error_, absl::OkStatus()); }

void MemoryStore::ForEach(Table table, absl::string_view from,
                          absl::FunctionRef<bool(const std::string& key, const RecordPtr& record)> each) const {
  const RecordTable& all = records(table);
  auto it = all.lower_bound(from);
  while (it != all.end()) {
    const std::string key = it->first;
    const uint64_t changes = changes_;
    const RecordPtr record = it->second != nullptr ? it->second : ReadBody(table, key);
    if (record == nullptr || !each(key, record)) return;
    it = changes == changes_ ? std::next(it) : all.upper_bound(key);
  }
}

void MemoryStore::Notify(Table table, const std::string& key, const Message* before, const Message* after) {
  ++changes_;
  for (Index* index : indexes_[static_cast<size_t>(table)]) index->Changed(key, before, after);
}

void MemoryStore::RunUndo(Pending& pending) {
  for (auto it = pending.undo.rbegin(); it != pending.undo.rend(); ++it) {
    if (it->table == Table::kMeta) {
      if (it->meta_before.empty()) {
        meta_.erase(it->key);
      } else {
        meta_[it->key] = std::move(it->meta_before);
      }
      continue;
    }
    RecordTable& all = records(it->table);
    const RecordTable::iterator slot = all.find(it->key);
    RecordPtr back = it->before_on_disk ? nullptr : it->before;
    if (it->before == nullptr) {
      if (slot != all.end()) all.erase(slot);
    } else if (slot != all.end()) {
      slot->second = std::move(back);
    } else {
      all.insert(it->key, std::move(back));
    }
    Notify(it->table, it->key, it->after.get(), it->before.get());
  }
  for (auto it = pending.undo_more.rbegin(); it != pending.undo_more.rend(); ++it) (*it)();
  pending.undo.clear();
  pending.undo_more.clear();
}

void MemoryStore::Update(absl::FunctionRef<absl::Status(Txn&)> step, Done done) {
  MemoryTxn txn(*this);
  absl::Status said = step(txn);
  if (absl::Status read = TakeReadError(); !read.ok()) said = std::move(read);
  Pending pending = txn.TakePending();
  if (!said.ok()) {
    RunUndo(pending);
    AnswerWhenDurable(std::move(said), std::move(done));
    return;
  }
  Submit(txn.TakeBatch(), std::move(pending), std::move(done));
}

void MemoryStore::Look(absl::FunctionRef<absl::Status(const View&)> look, Done done) {
  AnswerWhenDurable(Peek(look), std::move(done));
}

absl::Status MemoryStore::Peek(absl::FunctionRef<absl::Status(const View&)> look) const {
  absl::Status said = look(Reader(*this));
  if (absl::Status read = TakeReadError(); !read.ok()) said = std::move(read);
  return said;
}

void MemoryStore::AnswerWhenDurable(absl::Status said, Done done) {
  if (pending_.empty()) {
    executor_.Post([said = std::move(said), done = std::move(done)] { done(said); });
  } else {
    pending_.back().answers.push_back({std::move(done), std::move(said)});
  }
}

void MemoryStore::Submit(Batch batch, Pending pending, Done done) {
  pending.answers.push_back({std::move(done), absl::OkStatus()});
  if (!batch.empty()) {
    const uint64_t number = ++last_number_;
    pending.number = number;
    pending_.push_back(std::move(pending));
    backend_.Commit(std::move(batch), [link = link_, executor = &executor_, number](absl::Status status, bool more) {
      OnCommitted(link, *executor, number, std::move(status), more);
    });
  } else if (!pending_.empty()) {
    Pending& last = pending_.back();
    std::move(pending.undo.begin(), pending.undo.end(), std::back_inserter(last.undo));
    std::move(pending.undo_more.begin(), pending.undo_more.end(), std::back_inserter(last.undo_more));
    std::move(pending.answers.begin(), pending.answers.end(), std::back_inserter(last.answers));
  } else {
    executor_.Post([link = link_, shared = std::make_shared<Pending>(std::move(pending))] {
      if (link->store != nullptr) link->store->Settle(std::move(*shared));
    });
  }
}

// Any thread. Many commits that end together cost one wake-up of the executor.
void MemoryStore::OnCommitted(const std::shared_ptr<Link>& link, Executor& executor, uint64_t number,
                              absl::Status status, bool more) {
  {
    absl::MutexLock lock(&link->mu);
    link->committed.emplace_back(number, std::move(status));
    if (more || std::exchange(link->posted, true)) return;
  }
  auto drain = [link] {
    std::vector<std::pair<uint64_t, absl::Status>> committed;
    {
      absl::MutexLock take(&link->mu);
      committed.swap(link->committed);
      link->posted = false;
    }
    if (link->store != nullptr) link->store->Drain(committed);
  };
  // The disk thread, which is awake, goes on itself where it can.
  auto* idle = dynamic_cast<IdleExecutor*>(&executor);
  idle != nullptr ? idle->PostOrRun(drain) : executor.Post(drain);
}

void MemoryStore::Drain(const std::vector<std::pair<uint64_t, absl::Status>>& committed) {
  for (const auto& [number, status] : committed) {
    // What an earlier failure has undone is answered already.
    if (pending_.empty() || pending_.front().number != number) continue;
    if (!status.ok()) {
      Fail(status);
      continue;
    }
    Pending durable = std::move(pending_.front());
    pending_.pop_front();
    Settle(std::move(durable));
  }
}

Batch MemoryStore::WhatStoodBefore(const std::deque<Pending>& failed) {
  std::map<std::pair<Table, std::string>, std::optional<std::string>> before;  // the oldest wins
  for (const Pending& pending : failed) {
    for (const Undo& undo : pending.undo) {
      std::optional<std::string> value;
      if (undo.before != nullptr) value = undo.before->SerializeAsString();
      if (!undo.meta_before.empty()) value = undo.meta_before;
      before.try_emplace({undo.table, undo.key}, std::move(value));
    }
  }
  Batch batch;
  for (auto& [key, value] : before) batch.push_back({key.first, key.second, std::move(value)});
  return batch;
}

void MemoryStore::Fail(const absl::Status& cause) {
  std::deque<Pending> failed = std::move(pending_);
  pending_.clear();
  Batch restore = WhatStoodBefore(failed);
  for (auto it = failed.rbegin(); it != failed.rend(); ++it) RunUndo(*it);
  backend_.Recover(std::move(restore));
  const absl::Status answer = absl::UnavailableError(absl::StrCat(
      "the server cannot store changes now (", cause.message(), "); nothing was changed, ",
      absl::IsResourceExhausted(cause) ? "free some space on its disk and try again, the server goes on by itself"
                                       : "try again later"));
  for (const Pending& pending : failed) {
    for (const Answer& a : pending.answers) a.done(answer);
  }
}

void MemoryStore::Settle(Pending pending) {
  MoveToDisk(pending.undo);
  for (const Answer& answer : pending.answers) answer.done(answer.status);
  if (!watchers_.empty()) Wake(pending.undo);
}

// Only what is still the newest version is on disk as it is in memory.
void MemoryStore::MoveToDisk(const std::vector<Undo>& undo) {
  for (const Undo& change : undo) {
    if (!change.moves_to_disk) continue;
    RecordTable& all = records(change.table);
    auto it = all.find(change.key);
    if (it != all.end() && it->second == change.after) it->second = nullptr;
  }
}

MemoryStore::WatchId MemoryStore::Watch(std::vector<std::string> topics, std::function<void()> changed) {
  const WatchId id = ++last_watch_;
  for (const std::string& topic : topics) by_topic_[topic].insert(id);
  watchers_[id] = {std::move(topics), std::move(changed), false};
  return id;
}

void MemoryStore::Unwatch(WatchId id) {
  auto it = watchers_.find(id);
  if (it == watchers_.end()) return;
  for (const std::string& topic : it->second.topics) {
    auto by = by_topic_.find(topic);
    if (by == by_topic_.end()) continue;  // the same topic named twice
    by->second.erase(id);
    if (by->second.empty()) by_topic_.erase(by);
  }
  watchers_.erase(it);
}

void MemoryStore::Wake(const std::vector<Undo>& changes) {
  std::set<WatchId> woken;
  auto wake = [&](absl::string_view topic) {
    auto it = by_topic_.find(topic);
    if (it != by_topic_.end()) woken.insert(it->second.begin(), it->second.end());
  };
  std::string topic;
  for (const Undo& change : changes) {
    if (change.table == Table::kMeta) continue;
    wake(TableName(change.table));
    topic.clear();
    absl::StrAppend(&topic, TableName(change.table), "/", change.key);
    wake(topic);
  }
  for (WatchId id : woken) {
    Watcher& watcher = watchers_.find(id)->second;
    if (std::exchange(watcher.posted, true)) continue;
    executor_.Post([link = link_, id] {
      if (link->store != nullptr) link->store->RunWatcher(id);
    });
  }
}

void MemoryStore::RunWatcher(WatchId id) {
  auto it = watchers_.find(id);
  if (it == watchers_.end()) return;
  it->second.posted = false;
  const std::function<void()> changed = it->second.changed;  // it may unwatch itself
  changed();
}

namespace {

std::string Canonical(const Message& record) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream raw(&bytes);
    google::protobuf::io::CodedOutputStream out(&raw);
    out.SetSerializationDeterministic(true);
    record.SerializeToCodedStream(&out);
  }
  return bytes;
}

}  // namespace

std::string MemoryStore::DebugDump() const {
  std::string text;
  for (const auto& [key, value] : meta_) absl::StrAppend(&text, "meta ", key, " = ", absl::CHexEscape(value), "\n");
  for (int table = 1; table < kTableCount; ++table) {
    ForEach(static_cast<Table>(table), "", [&](const std::string& key, const RecordPtr& record) {
      absl::StrAppend(&text, TableName(static_cast<Table>(table)), " ", key, " = ",
                      absl::CHexEscape(Canonical(*record)), "\n");
      return true;
    });
  }
  for (const std::unique_ptr<Index>& index : options_.indexes) absl::StrAppend(&text, index->DebugDump(), "\n");
  return text;
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(Backend& backend, Executor& executor, const Clock& clock,
                                                 IdSource& ids, StoreOptions options) {
  auto store = std::make_unique<MemoryStore>(backend, executor, clock, ids, std::move(options));
  RETURN_IF_ERROR(store->Load());
  return store;
}

}  // namespace waypoint::state
