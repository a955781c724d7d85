// A disk in memory: syncs when told, loses what was not synced on a crash, fails on demand.
//
// Threads: the test's. `durable` is called inside Commit (kAtOnce) or inside Sync (kWhenTold).
// Errors:  those planned with FailCommits and FailReads.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "state/backend.h"

namespace waypoint::testing {

class MemoryBackend : public state::Backend {
 public:
  enum class Syncs { kAtOnce, kWhenTold };
  explicit MemoryBackend(Syncs syncs = Syncs::kAtOnce) : syncs_(syncs) {}
  void SetSyncs(Syncs syncs) { syncs_ = syncs; }

  absl::Status Load(absl::FunctionRef<void(state::Table, absl::string_view, absl::string_view)> each) override;
  absl::StatusOr<std::string> Read(state::Table table, absl::string_view key) override;
  void Commit(state::Batch batch, state::Durable durable) override;
  void Recover(state::Batch restore) override;
  absl::StatusOr<std::unique_ptr<state::BackendCopy>> Freeze() override;

  void Sync();   // everything committed so far becomes durable, in one sync
  void Crash();  // what was not synced is lost, and nobody is told
  size_t unsynced() const { return queue_.size(); }
  int syncs() const { return sync_count_; }

  // The next sync fails; kept failing until called with OK. A sync that fails may have written all the same.
  void FailCommits(absl::Status status, bool but_write = false) {
    planned_ = std::move(status);
    but_write_ = but_write;
  }
  void FailReads(absl::Status status) { read_error_ = std::move(status); }

 private:
  struct Queued {
    state::Batch batch;
    state::Durable durable;
  };
  Syncs syncs_;
  std::map<std::pair<state::Table, std::string>, std::string> data_;
  std::deque<Queued> queue_;
  void Write(const state::Batch& batch);

  absl::Status planned_;
  bool but_write_ = false;
  state::Batch restore_;
  absl::Status failing_;
  absl::Status read_error_;
  int sync_count_ = 0;
};

}  // namespace waypoint::testing
