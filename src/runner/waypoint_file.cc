#include "runner/waypoint_file.h"

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;

absl::StatusOr<WaypointFile> Write(const std::string& folder, absl::string_view text, pb::Hcl::Format format,
                                   pb::Job::Config::Source source) {
  WaypointFile out;
  out.path = JoinPath(folder, format == pb::Hcl::JSON ? "waypoint.hcl.json" : "waypoint.hcl");
  out.source = source;
  absl::StatusOr<std::string> present = ReadFile(out.path);
  if (present.ok() && *present == text) return out;
  RETURN_IF_ERROR(WriteFile(out.path, text));
  return out;
}

}  // namespace

absl::StatusOr<WaypointFile> ChooseWaypointFile(const std::string& folder, const pb::Job& job,
                                                const pb::Project& project) {
  if (!job.waypoint_hcl().contents().empty()) {
    return Write(folder, job.waypoint_hcl().contents(), job.waypoint_hcl().format(), pb::Job::Config::JOB);
  }
  for (const char* name : {"waypoint.hcl", "waypoint.hcl.json"}) {
    const std::string path = JoinPath(folder, name);
    if (PathExists(path)) return WaypointFile{path, pb::Job::Config::FILE};
  }
  if (!project.waypoint_hcl().empty()) {
    return Write(folder, project.waypoint_hcl(), project.waypoint_hcl_format(), pb::Job::Config::SERVER);
  }
  return absl::FailedPreconditionError(absl::StrCat("no waypoint.hcl: none in ", folder,
                                                    ", none in the job, none stored for project \"", project.name(),
                                                    "\". Run `waypoint init` to make one"));
}

}  // namespace waypoint::runner
