#include "server/records/init_job_index.h"

#include "absl/strings/str_cat.h"
#include "waypoint/record.pb.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

const pb::Job* AsInit(const state::Message* message) {
  const auto* job = static_cast<const pb::Job*>(message);
  return job != nullptr && job->has_init() ? job : nullptr;
}

InitJobIndex::When QueuedAt(const pb::Job& job) { return {job.queue_time().seconds(), job.queue_time().nanos()}; }

}  // namespace

void InitJobIndex::Changed(const std::string& key, const state::Message* before, const state::Message* after) {
  if (const pb::Job* job = AsInit(before); job != nullptr) {
    auto it = jobs_.find(job->application().project());
    it->second.erase({QueuedAt(*job), key});
    if (it->second.empty()) jobs_.erase(it);
  }
  if (const pb::Job* job = AsInit(after); job != nullptr) {
    jobs_[job->application().project()].insert({QueuedAt(*job), key});
  }
}

std::string InitJobIndex::Latest(const std::string& project) const {
  auto it = jobs_.find(project);
  return it == jobs_.end() ? std::string() : it->second.rbegin()->second;
}

std::string InitJobIndex::DebugDump() const {
  std::string text = "init jobs:";
  for (const auto& [project, jobs] : jobs_) absl::StrAppend(&text, " ", project, "*", jobs.size());
  return text;
}

}  // namespace waypoint::server
