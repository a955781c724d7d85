#include "datasource/source.h"

#include "base/status.h"
#include "datasource/git_source.h"

namespace waypoint::datasource {

namespace pb = ::hashicorp::waypoint;

namespace {

absl::StatusOr<Fetched> FetchLocal(const pb::Job& job, const FetchOptions& options) {
  if (!job.data_source_overrides().empty()) {
    return absl::FailedPreconditionError("a local data source takes no overrides such as -remote-source");
  }
  return Fetched{options.working_folder, std::nullopt, std::nullopt};
}

}  // namespace

absl::StatusOr<Fetched> Fetch(const pb::Job& job, const FetchOptions& options) {
  switch (job.data_source().source_case()) {
    case pb::Job::DataSource::kLocal:
      return FetchLocal(job, options);
    case pb::Job::DataSource::kGit: {
      ASSIGN_OR_RETURN(pb::Job::Git git, EffectiveGit(job));
      return FetchGit(git, options);
    }
    case pb::Job::DataSource::SOURCE_NOT_SET:
      return absl::InternalError("the job has no data source");
    default:
      break;
  }
  return absl::FailedPreconditionError("this runner can't fetch the job's kind of data source");
}

}  // namespace waypoint::datasource
