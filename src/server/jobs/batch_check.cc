#include "server/jobs/batch_check.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace waypoint::jobs {
namespace {

void RemoveDuplicates(pb::Job& job) {
  std::set<std::string> seen;
  auto* ids = job.mutable_depends_on();
  ids->erase(std::remove_if(ids->begin(), ids->end(), [&](const std::string& id) { return !seen.insert(id).second; }),
             ids->end());
}

absl::Status CheckOne(const pb::Job& job, const std::set<std::string>& batch,
                      absl::FunctionRef<bool(const std::string& id)> stored) {
  for (const std::string& id : job.depends_on()) {
    if (id.empty()) return absl::FailedPreconditionError("depends_on holds an empty job id");
    if (batch.count(id) || stored(id)) continue;
    return absl::NotFoundError(absl::StrCat("depends_on names job ", id, ", which does not exist"));
  }
  for (const std::string& allowed : job.depends_on_allow_failure()) {
    auto same = [&](const std::string& id) { return absl::EqualsIgnoreCase(id, allowed); };
    if (std::any_of(job.depends_on().begin(), job.depends_on().end(), same)) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("depends_on_allow_failure names job ", allowed, ", which is not in depends_on"));
  }
  return absl::OkStatus();
}

// Takes away jobs without open dependencies until nothing or only cycles are left.
absl::Status CheckCycles(const std::vector<pb::Job>& jobs) {
  std::map<std::string, std::set<std::string>> open;
  for (const pb::Job& job : jobs) open[absl::AsciiStrToLower(job.id())];
  for (const pb::Job& job : jobs) {
    for (const std::string& id : job.depends_on()) {
      std::string lower = absl::AsciiStrToLower(id);
      if (open.count(lower)) open[absl::AsciiStrToLower(job.id())].insert(lower);
    }
  }
  for (bool progress = true; progress;) {
    progress = false;
    for (auto it = open.begin(); it != open.end();) {
      if (!it->second.empty()) {
        ++it;
        continue;
      }
      std::string done = it->first;
      it = open.erase(it);
      for (auto& [id, depends_on] : open) depends_on.erase(done);
      progress = true;
    }
  }
  if (open.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the jobs depend on each other in a circle, e.g. job ",
                                                    open.begin()->first, "; remove one of its dependencies"));
}

}  // namespace

absl::Status CheckBatch(std::vector<pb::Job>& jobs, absl::FunctionRef<bool(const std::string& id)> stored) {
  std::set<std::string> batch;
  for (pb::Job& job : jobs) {
    RemoveDuplicates(job);
    batch.insert(job.id());
  }
  for (const pb::Job& job : jobs) RETURN_IF_ERROR(CheckOne(job, batch, stored));
  return CheckCycles(jobs);
}

}  // namespace waypoint::jobs
