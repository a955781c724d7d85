#include "server/jobs/job_filter.h"

#include <algorithm>
#include <utility>
#include <vector>

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

class Lister {
 public:
  Lister(const state::View& view, const JobIndex& index, const pb::ListJobsRequest& request,
         absl::FunctionRef<void(pb::Job&)> finish, size_t limit_bytes)
      : view_(view), ids_(index.known()), request_(request), finish_(finish), limit_bytes_(limit_bytes) {}

  void Ascending(const std::string& after) {
    size_t page = request_.pagination().page_size() > 0 ? request_.pagination().page_size() : ids_.size();
    for (auto it = ids_.upper_bound(after); it != ids_.end(); ++it) {
      auto job = Wanted(*it);
      if (job == nullptr) continue;
      if (jobs_.size() == page || !Take(*job)) {
        next_ = absl::StrCat(kAfter, jobs_.back().id());
        break;
      }
    }
    if (!after.empty() && !jobs_.empty()) previous_ = absl::StrCat(kBefore, jobs_.front().id());
  }

  // The page that ends before this id.
  void Backward(const std::string& before) {
    NewestFirst(before);
    previous_ = std::exchange(next_, "");
    if (!jobs_.empty()) next_ = absl::StrCat(kAfter, jobs_.back().id());
  }

  void NewestFirst(const std::string& before) {
    size_t page = request_.pagination().page_size() > 0 ? request_.pagination().page_size() : ids_.size();
    auto it = before.empty() ? ids_.end() : ids_.lower_bound(before);
    while (it != ids_.begin()) {
      auto job = Wanted(*--it);
      if (job == nullptr) continue;
      if (jobs_.size() == page || !Take(*job)) {
        next_ = absl::StrCat(kBefore, jobs_.back().id());
        break;
      }
    }
    std::reverse(jobs_.begin(), jobs_.end());
  }

  pb::ListJobsResponse Finish() {
    pb::ListJobsResponse response;
    for (pb::Job& job : jobs_) response.add_jobs()->Swap(&job);
    if (!next_.empty()) response.mutable_pagination()->set_next_page_token(next_);
    if (!previous_.empty()) response.mutable_pagination()->set_previous_page_token(previous_);
    return response;
  }

 private:
  std::shared_ptr<const pb::Job> Wanted(const std::string& id) const {
    auto job = view_.Get<pb::Job>(id);
    return job != nullptr && Shown(request_, *job) ? job : nullptr;
  }
  // False when it does not fit any more; one job always fits.
  bool Take(const pb::Job& job) {
    pb::Job copy = job;
    finish_(copy);
    size_t bytes = copy.ByteSizeLong() + 8;
    if (!jobs_.empty() && bytes_ + bytes > limit_bytes_) return false;
    bytes_ += bytes;
    jobs_.push_back(std::move(copy));
    return true;
  }

  const state::View& view_;
  const std::set<std::string>& ids_;
  const pb::ListJobsRequest& request_;
  absl::FunctionRef<void(pb::Job&)> finish_;
  const size_t limit_bytes_;
  std::vector<pb::Job> jobs_;
  size_t bytes_ = 0;
  std::string next_, previous_;
};

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

absl::StatusOr<pb::ListJobsResponse> ListJobs(const state::View& view, const JobIndex& index,
                                              const pb::ListJobsRequest& request,
                                              absl::FunctionRef<void(pb::Job&)> finish, size_t limit_bytes) {
  const pb::PaginationRequest& page = request.pagination();
  if (!page.next_page_token().empty() && !page.previous_page_token().empty()) {
    return absl::InvalidArgumentError("pagination: give next_page_token or previous_page_token, not both");
  }
  Lister lister(view, index, request, finish, limit_bytes);
  if (absl::string_view token = page.previous_page_token(); absl::ConsumePrefix(&token, kBefore)) {
    lister.Backward(std::string(token));
    return lister.Finish();
  } else if (!token.empty()) {
    return absl::InvalidArgumentError("pagination: previous_page_token is not one that this server gave");
  }
  absl::string_view token = page.next_page_token();
  if (absl::ConsumePrefix(&token, kBefore)) {
    lister.NewestFirst(std::string(token));
  } else if (absl::ConsumePrefix(&token, kAfter)) {
    lister.Ascending(std::string(token));
  } else if (!token.empty()) {
    return absl::InvalidArgumentError("pagination: next_page_token is not one that this server gave");
  } else if (page.page_size() > 0) {
    lister.Ascending("");
  } else {
    lister.NewestFirst("");
  }
  return lister.Finish();
}

}  // namespace waypoint::jobs
