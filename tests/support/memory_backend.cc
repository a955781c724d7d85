#include "support/memory_backend.h"

#include "absl/strings/str_cat.h"

namespace waypoint::testing {

absl::Status MemoryBackend::Load(absl::FunctionRef<void(state::Table, absl::string_view, absl::string_view)> each) {
  for (const auto& [key, value] : data_) each(key.first, key.second, value);
  return absl::OkStatus();
}

absl::StatusOr<std::string> MemoryBackend::Read(state::Table table, absl::string_view key) {
  if (!read_error_.ok()) return read_error_;
  auto it = data_.find({table, std::string(key)});
  if (it == data_.end()) return absl::NotFoundError(absl::StrCat("no record ", key));
  return it->second;
}

void MemoryBackend::Commit(state::Batch batch, state::Durable durable) {
  queue_.push_back({std::move(batch), std::move(durable)});
  if (syncs_ == Syncs::kAtOnce) Sync();
}

void MemoryBackend::Recover(state::Batch restore) {
  failing_ = absl::OkStatus();
  std::move(restore.begin(), restore.end(), std::back_inserter(restore_));
  if (syncs_ == Syncs::kAtOnce) Sync();
}

namespace {

using Data = std::map<std::pair<state::Table, std::string>, std::string>;

class MemoryCopy : public state::BackendCopy {
 public:
  explicit MemoryCopy(Data data) : data_(std::move(data)), next_(data_.begin()) {}
  absl::StatusOr<bool> Next(state::Table* table, std::string* key, std::string* value) override {
    if (next_ == data_.end()) return false;
    *table = next_->first.first;
    *key = next_->first.second;
    *value = next_->second;
    ++next_;
    return true;
  }

 private:
  const Data data_;
  Data::const_iterator next_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<state::BackendCopy>> MemoryBackend::Freeze() {
  return std::make_unique<MemoryCopy>(data_);
}

void MemoryBackend::Sync() {
  std::deque<Queued> group = std::move(queue_);
  queue_.clear();
  if (failing_.ok()) failing_ = group.empty() && restore_.empty() ? absl::OkStatus() : planned_;
  if (failing_.ok()) Write(std::exchange(restore_, {}));
  if (!group.empty() && failing_.ok()) ++sync_count_;
  for (Queued& queued : group) {
    if (failing_.ok() || but_write_) Write(queued.batch);
    queued.durable(failing_, &queued != &group.back());
  }
  if (group.empty()) failing_ = absl::OkStatus();  // nobody was told, so nobody will call Recover
}

void MemoryBackend::Write(const state::Batch& batch) {
  for (const state::Write& write : batch) {
    const auto key = std::make_pair(write.table, write.key);
    if (write.value) {
      data_[key] = *write.value;
    } else {
      data_.erase(key);
    }
  }
}

void MemoryBackend::Crash() {
  queue_.clear();
  restore_.clear();
  failing_ = absl::OkStatus();
}

}  // namespace waypoint::testing
