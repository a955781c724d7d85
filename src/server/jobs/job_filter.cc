#include "server/jobs/job_filter.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace waypoint::jobs {
namespace {

bool SameApplication(const pb::Ref::Application& wanted, const pb::Ref::Application& has) {
  return wanted.application() == has.application() && (has.project().empty() || wanted.project() == has.project());
}

bool SameTarget(const pb::Ref::Runner& wanted, const pb::Ref::Runner& has) {
  if (wanted.target_case() != has.target_case()) return false;
  if (wanted.has_id()) return wanted.id().id() == has.id().id();
  if (!wanted.has_labels()) return true;
  const auto& labels = has.labels().labels();
  return std::any_of(wanted.labels().labels().begin(), wanted.labels().labels().end(), [&](const auto& label) {
    auto it = labels.find(label.first);
    return it != labels.end() && it->second == label.second;
  });
}

bool SamePipeline(const pb::Ref::PipelineStep& wanted, const pb::Ref::PipelineStep& has) {
  return (wanted.run_sequence() == 0 || wanted.run_sequence() == has.run_sequence()) &&
         (wanted.pipeline_name().empty() || wanted.pipeline_name() == has.pipeline_name()) &&
         (wanted.pipeline_id().empty() || wanted.pipeline_id() == has.pipeline_id());
}

// Tokens say in which direction they go on, so that both kinds of lists can use them.
constexpr char kAfter[] = "after:";
constexpr char kBefore[] = "before:";

}  // namespace

bool Shown(const pb::ListJobsRequest& request, const pb::Job& job) {
  if (request.has_workspace() && request.workspace().workspace() != job.workspace().workspace()) return false;
  if (request.has_project() && request.project().project() != job.application().project()) return false;
  if (request.has_application() && !SameApplication(request.application(), job.application())) return false;
  if (request.has_targetrunner() && !SameTarget(request.targetrunner(), job.target_runner())) return false;
  if (request.has_pipeline() && !SamePipeline(request.pipeline(), job.pipeline())) return false;
  const auto& states = request.jobstate();
  return states.empty() || std::find(states.begin(), states.end(), job.state()) != states.end();
}

absl::StatusOr<JobLister> JobLister::Of(pb::ListJobsRequest request, size_t limit_bytes) {
  JobLister lister(std::move(request), limit_bytes);
  if (absl::Status status = lister.ReadTokens(); !status.ok()) return status;
  lister.start_ = lister.from_;
  return lister;
}

absl::Status JobLister::ReadTokens() {
  const pb::PaginationRequest& page = request_.pagination();
  absl::string_view next = page.next_page_token(), previous = page.previous_page_token();
  if (!next.empty() && !previous.empty()) {
    return absl::InvalidArgumentError("pagination: give next_page_token or previous_page_token, not both");
  }
  if (!previous.empty()) {
    if (!absl::ConsumePrefix(&previous, kBefore)) {
      return absl::InvalidArgumentError("pagination: previous_page_token is not one that this server gave");
    }
    newest_first_ = previous_page_ = true;
    from_ = std::string(previous);
  } else if (absl::ConsumePrefix(&next, kAfter)) {
    from_ = std::string(next);
  } else if (absl::ConsumePrefix(&next, kBefore)) {
    newest_first_ = true;
    from_ = std::string(next);
  } else if (!next.empty()) {
    return absl::InvalidArgumentError("pagination: next_page_token is not one that this server gave");
  } else {
    newest_first_ = page.page_size() == 0;
  }
  return absl::OkStatus();
}

const std::string* JobLister::Next(const std::set<std::string>& ids) const {
  if (!newest_first_) {
    auto it = ids.upper_bound(from_);
    return it == ids.end() ? nullptr : &*it;
  }
  auto it = from_.empty() ? ids.end() : ids.lower_bound(from_);
  return it == ids.begin() ? nullptr : &*std::prev(it);
}

bool JobLister::Walk(const state::View& view, const JobIndex& index, absl::FunctionRef<void(pb::Job&)> finish,
                     size_t at_most) {
  const size_t page = request_.pagination().page_size();
  for (; at_most > 0; --at_most) {
    const std::string* id = Next(index.known());
    if (id == nullptr) return true;
    from_ = *id;
    const auto job = view.Get<pb::Job>(from_);
    if (job == nullptr || !Shown(request_, *job)) continue;
    if ((page > 0 && jobs_.size() == page) || !Take(*job, finish)) {
      more_ = true;
      return true;
    }
  }
  return false;
}

// False when it does not fit any more; one job always fits.
bool JobLister::Take(const pb::Job& job, absl::FunctionRef<void(pb::Job&)> finish) {
  pb::Job copy = job;
  finish(copy);
  const size_t bytes = copy.ByteSizeLong() + 8;
  if (!jobs_.empty() && bytes_ + bytes > limit_bytes_) return false;
  bytes_ += bytes;
  jobs_.push_back(std::move(copy));
  return true;
}

pb::ListJobsResponse JobLister::Finish() {
  if (newest_first_) std::reverse(jobs_.begin(), jobs_.end());
  pb::ListJobsResponse response;
  if (!jobs_.empty()) {
    const std::string before = absl::StrCat(kBefore, jobs_.front().id());
    const std::string after = absl::StrCat(kAfter, jobs_.back().id());
    pb::PaginationResponse tokens;
    if (previous_page_) {
      tokens.set_next_page_token(after);
      if (more_) tokens.set_previous_page_token(before);
    } else {
      if (more_) tokens.set_next_page_token(newest_first_ ? before : after);
      if (!newest_first_ && !start_.empty()) tokens.set_previous_page_token(before);
    }
    if (tokens.ByteSizeLong() > 0) *response.mutable_pagination() = tokens;
  }
  for (pb::Job& job : jobs_) response.add_jobs()->Swap(&job);
  return response;
}

absl::StatusOr<pb::ListJobsResponse> ListJobs(const state::View& view, const JobIndex& index,
                                              const pb::ListJobsRequest& request,
                                              absl::FunctionRef<void(pb::Job&)> finish, size_t limit_bytes) {
  absl::StatusOr<JobLister> lister = JobLister::Of(request, limit_bytes);
  if (!lister.ok()) return lister.status();
  lister->Walk(view, index, finish, index.known().size());
  return lister->Finish();
}

}  // namespace waypoint::jobs
