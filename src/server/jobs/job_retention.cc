#include "server/jobs/job_retention.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "waypoint/runner.pb.h"

namespace waypoint::jobs {
namespace {

constexpr char kLastDeletedMeta[] = "last_deleted_job";  // the greatest id
constexpr size_t kUlidLength = 26;

bool Finished(const pb::Job& job) { return job.state() == pb::Job::SUCCESS || job.state() == pb::Job::ERROR; }

// The jobs of a task that is over go with it, so that nobody sees a part. While one of them is unfinished, only `id`.
std::vector<std::string> WithItsTask(state::Txn& txn, const std::string& id, const std::string& task_id) {
  const std::string key = absl::AsciiStrToLower(task_id);
  const auto task = task_id.empty() ? nullptr : txn.Get<pb::Task>(key);
  if (task == nullptr) return {id};
  std::vector<std::string> ids = {id};
  for (const pb::Ref::Job* ref : {&task->start_job(), &task->task_job(), &task->stop_job(), &task->watch_job()}) {
    if (ref->id().empty() || ref->id() == id) continue;
    const auto job = txn.Get<pb::Job>(ref->id());
    if (job == nullptr) continue;
    if (!Finished(*job)) return {id};
    ids.push_back(ref->id());
  }
  txn.Delete<pb::Task>(key);
  return ids;
}

std::vector<std::string> DeleteJob(state::Txn& txn, const std::string& id) {
  const auto job = txn.Get<pb::Job>(id);
  if (job == nullptr) return {};
  std::vector<std::string> ids = WithItsTask(txn, id, job->task().id());
  for (const std::string& gone : ids) {
    txn.Delete<pb::Job>(gone);
    if (txn.GetMeta(kLastDeletedMeta) < gone) txn.PutMeta(kLastDeletedMeta, gone);
  }
  return ids;
}

}  // namespace

JobRetention::JobRetention(state::Store& store, Clock& clock, const JobIndex& index, server::RetentionOptions options,
                           std::function<void(const std::string& id)> gone)
    : clock_(clock),
      index_(index),
      limit_(options.jobs),
      pruner_(store, clock, options.interval, MakeWork(std::move(gone))) {}

server::Pruner::Work JobRetention::MakeWork(std::function<void(const std::string& id)> gone) {
  server::Pruner::Work work;
  work.what = "jobs";
  work.pick = [this](size_t at_most) { return Pick(at_most); };
  work.erase = DeleteJob;
  work.gone = [gone = std::move(gone)](const std::vector<std::string>& ids) {
    for (const std::string& id : ids) gone(id);
  };
  work.over = [this] { first_round_ = false; };
  return work;
}

std::vector<std::string> JobRetention::Pick(size_t at_most) const {
  std::vector<std::string> ids = index_.OldestFinished(at_most, server::OldestIdToKeep(clock_.Now(), limit_.age));
  if (!ids.empty() || limit_.keep == 0 || index_.known().size() <= limit_.keep) return ids;
  const size_t count = std::min(at_most, static_cast<size_t>(index_.known().size() - limit_.keep));
  return first_round_ ? index_.OldestFinished(count, std::nullopt) : index_.FailedFirst(count);
}

bool WasDeleted(const state::View& view, const std::string& id) {
  return id.size() == kUlidLength && id <= view.GetMeta(kLastDeletedMeta) && view.Get<pb::Job>(id) == nullptr;
}

}  // namespace waypoint::jobs
