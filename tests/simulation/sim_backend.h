// A disk that syncs late, fails on demand and forgets what was not synced when the power goes; and that
// judges each job record on its way: only transitions of the table, and nothing changes after the end.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "simulation/verdict.h"
#include "state/backend.h"
#include "waypoint/record.pb.h"

namespace waypoint::simulation {

namespace pb = ::hashicorp::waypoint;

class SimBackend : public state::Backend {
 public:
  explicit SimBackend(Verdict& verdict) : verdict_(verdict) {}

  absl::Status Load(absl::FunctionRef<void(state::Table, absl::string_view, absl::string_view)> each) override;
  absl::StatusOr<std::string> Read(state::Table table, absl::string_view key) override;
  void Commit(state::Batch batch, state::Durable durable) override;
  void Recover(state::Batch restore) override;
  absl::StatusOr<std::unique_ptr<state::BackendCopy>> Freeze() override {
    return absl::UnimplementedError("nobody takes a backup in a simulation");
  }

  // The next `batches` commits become durable, or fail with everything after them.
  void Sync(size_t batches);
  void Fail();
  void Crash();
  // A disk that says "done" before it is: what a crash then loses was acknowledged.
  void Lie(bool lying) { lying_ = lying; }
  size_t waiting() const { return queue_.size(); }
  bool lost_acknowledged() const { return lost_acknowledged_; }

  bool DurableJob(const std::string& id, pb::Job* job) const;

 private:
  struct Queued {
    state::Batch batch;
    state::Durable durable;
  };
  void Write(const state::Batch& batch, bool judged);
  void Judge(const std::string* before, const std::string& after);

  Verdict& verdict_;
  std::map<std::pair<state::Table, std::string>, std::string> data_;
  std::deque<Queued> queue_;
  std::deque<state::Batch> lied_about_;
  bool failed_ = false;
  bool lying_ = false;
  bool lost_acknowledged_ = false;
};

// Whether the table of jobs-and-runners.md 2 leads from one state to the other in one transaction.
bool MayBecome(pb::Job::State from, pb::Job::State to);

}  // namespace waypoint::simulation
