#include "server/jobs/knowledge.h"

#include "absl/strings/ascii.h"
#include "waypoint/common.pb.h"

namespace waypoint::jobs {

std::vector<std::shared_ptr<const pb::Job>> Knowledge::Unfinished(const pb::Job& job) const {
  std::vector<std::shared_ptr<const pb::Job>> unfinished;
  for (const std::string& id : job.depends_on()) {
    if (!book_.index.Unfinished(id)) continue;
    if (auto dependency = view_.Get<pb::Job>(id)) unfinished.push_back(std::move(dependency));
  }
  return unfinished;
}

std::shared_ptr<const pb::Job> Knowledge::LockHolder(const std::string& lock_key) const {
  std::optional<std::string> id = book_.index.LockHolder(lock_key);
  return id ? view_.Get<pb::Job>(*id) : nullptr;
}

void Knowledge::ForEachRunner(absl::FunctionRef<bool(const FleetRunner&)> each) const {
  if (candidate_ != nullptr) {
    each({*candidate_, true, true, ""});
    return;
  }
  book_.fleet.ForEach([&](const Fleet::Member& member) {
    return each({member.view, member.adopted, member.idle, book_.index.LiveJobOf(member.view.id).value_or("")});
  });
}

std::shared_ptr<const pb::Task> Knowledge::TaskOf(const pb::Job& job) const {
  if (job.task().id().empty()) return nullptr;
  return view_.Get<pb::Task>(absl::AsciiStrToLower(job.task().id()));
}

std::shared_ptr<const pb::Job> Knowledge::StartJob(const pb::Job& job) const {
  auto task = TaskOf(job);
  return task ? view_.Get<pb::Job>(task->start_job().id()) : nullptr;
}

std::shared_ptr<const pb::Job> Knowledge::WatchJob(const pb::Job& job) const {
  auto task = TaskOf(job);
  return task ? view_.Get<pb::Job>(task->watch_job().id()) : nullptr;
}

std::string Knowledge::UserName(const std::string& user_id) const {
  if (user_id.empty()) return "";
  auto user = view_.Get<pb::User>(user_id);
  return user ? user->username() : "";
}

}  // namespace waypoint::jobs
