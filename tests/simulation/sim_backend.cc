#include "simulation/sim_backend.h"

#include "absl/strings/str_cat.h"
#include "server/jobs/machine.h"

namespace waypoint::simulation {

bool MayBecome(pb::Job::State from, pb::Job::State to) {
  switch (from) {
    case pb::Job::UNKNOWN:  // just made; assigned at once if a runner waits
      return to == pb::Job::QUEUED || to == pb::Job::WAITING || to == pb::Job::ERROR;
    case pb::Job::QUEUED:
      return to == pb::Job::QUEUED || to == pb::Job::WAITING || to == pb::Job::ERROR;
    case pb::Job::WAITING:
      return to == pb::Job::QUEUED || to == pb::Job::WAITING || to == pb::Job::RUNNING || to == pb::Job::ERROR;
    case pb::Job::RUNNING:
      return to == pb::Job::RUNNING || to == pb::Job::SUCCESS || to == pb::Job::ERROR;
    default:
      return false;
  }
}

absl::Status SimBackend::Load(absl::FunctionRef<void(state::Table, absl::string_view, absl::string_view)> each) {
  for (const auto& [key, value] : data_) each(key.first, key.second, value);
  return absl::OkStatus();
}

absl::StatusOr<std::string> SimBackend::Read(state::Table table, absl::string_view key) {
  auto it = data_.find({table, std::string(key)});
  if (it == data_.end()) return absl::NotFoundError(absl::StrCat("no record ", key));
  return it->second;
}

void SimBackend::Commit(state::Batch batch, state::Durable durable) {
  queue_.push_back({std::move(batch), std::move(durable)});
}

// Batches that came before the store knew are undone there already.
void SimBackend::Recover(state::Batch restore) {
  failed_ = true;
  Sync(queue_.size());
  failed_ = false;
  Write(restore, false);
}

void SimBackend::Sync(size_t batches) {
  for (; batches > 0 && !queue_.empty(); --batches) {
    Queued next = std::move(queue_.front());
    queue_.pop_front();
    const bool more = batches > 1 && !queue_.empty();
    if (failed_) {
      next.durable(absl::ResourceExhaustedError("disk full"), more);
    } else if (lying_) {
      lied_about_.push_back(std::move(next.batch));
      next.durable(absl::OkStatus(), more);
    } else {
      Write(next.batch, true);
      next.durable(absl::OkStatus(), more);
    }
  }
}

void SimBackend::Fail() {
  if (queue_.empty()) return;
  failed_ = true;
  Sync(queue_.size());
}

void SimBackend::Crash() {
  queue_.clear();
  failed_ = false;
  if (!lied_about_.empty()) lost_acknowledged_ = true;
  lied_about_.clear();
}

bool SimBackend::DurableJob(const std::string& id, pb::Job* job) const {
  auto it = data_.find({state::Table::kJob, id});
  return it != data_.end() && job->ParseFromString(it->second);
}

void SimBackend::Write(const state::Batch& batch, bool judged) {
  for (const state::Write& write : batch) {
    const auto key = std::make_pair(write.table, write.key);
    auto it = data_.find(key);
    if (write.table == state::Table::kJob && judged) {
      if (!write.value) {
        verdict_.Violated(absl::StrCat("job ", write.key, " was deleted"));
      } else {
        Judge(it == data_.end() ? nullptr : &it->second, *write.value);
      }
    }
    if (write.value) {
      data_[key] = *write.value;
    } else if (it != data_.end()) {
      data_.erase(it);
    }
  }
}

void SimBackend::Judge(const std::string* before_bytes, const std::string& after_bytes) {
  pb::Job before, after;
  if (before_bytes != nullptr) before.ParseFromString(*before_bytes);
  after.ParseFromString(after_bytes);
  const std::string step = absl::StrCat("job ", after.id(), ": ", pb::Job::State_Name(before.state()), " -> ",
                                        pb::Job::State_Name(after.state()));
  if (!MayBecome(before.state(), after.state()))
    verdict_.Violated(absl::StrCat(step, " is no transition of the table"));
  const bool assigned = after.state() == pb::Job::WAITING || after.state() == pb::Job::RUNNING;
  if (assigned && after.assigned_runner().id().empty()) verdict_.Violated(step + " without a runner");
  if (after.state() == pb::Job::QUEUED && after.has_assigned_runner()) verdict_.Violated(step + " with a runner");
  if (after.state() == pb::Job::RUNNING && !after.has_ack_time()) verdict_.Violated(step + " without an ack");
  if (after.state() == pb::Job::SUCCESS && !after.has_result()) verdict_.Violated(step + " without a result");
  if (after.state() == pb::Job::ERROR && after.error().code() == 0) verdict_.Violated(step + " without an error");
}

}  // namespace waypoint::simulation
