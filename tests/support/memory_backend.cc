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

void MemoryBackend::Commit(state::Batch batch, std::function<void(absl::Status)> durable) {
  queue_.push_back({std::move(batch), std::move(durable)});
  if (syncs_ == Syncs::kAtOnce) Sync();
}

void MemoryBackend::Sync() {
  std::deque<Queued> group = std::move(queue_);
  queue_.clear();
  if (failing_.ok()) failing_ = planned_;
  if (!group.empty() && failing_.ok()) ++sync_count_;
  for (Queued& queued : group) {
    if (failing_.ok()) {
      for (state::Write& write : queued.batch) {
        const auto key = std::make_pair(write.table, write.key);
        if (write.value) {
          data_[key] = *std::move(write.value);
        } else {
          data_.erase(key);
        }
      }
    }
    queued.durable(failing_);
  }
}

void MemoryBackend::Crash() {
  queue_.clear();
  failing_ = absl::OkStatus();
}

}  // namespace waypoint::testing
