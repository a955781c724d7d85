#include "server/jobs/target.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace waypoint::jobs {
namespace {

std::optional<std::string> LabelMismatch(const Labels& wanted, const Labels& has) {
  if (wanted.empty()) return "the job asks for an empty set of labels, which matches nobody";
  for (const auto& [key, value] : wanted) {
    auto it = has.find(key);
    if (it == has.end()) return absl::StrCat("it lacks the label ", key, "=", value);
    if (it->second != value) {
      return absl::StrCat("its label ", key, " is \"", it->second, "\", the job wants \"", value, "\"");
    }
  }
  return std::nullopt;
}

}  // namespace

RunnerView ViewOf(const pb::Runner& runner) {
  RunnerView view{runner.id(), runner.by_id_only(), {}};
  view.labels.insert(runner.labels().begin(), runner.labels().end());
  return view;
}

std::string TargetKey(const pb::Ref::Runner& target) {
  if (target.has_id()) return absl::StrCat("id/", target.id().id());
  if (!target.has_labels()) return "any";
  std::string key = "labels";
  for (const auto& [name, value] : LabelsOf(target)) {
    absl::StrAppend(&key, "/", name.size(), ":", name, "=", value.size(), ":", value);
  }
  return key;
}

Labels LabelsOf(const pb::Ref::Runner& target) {
  return Labels(target.labels().labels().begin(), target.labels().labels().end());
}

std::optional<std::string> Mismatch(const pb::Ref::Runner& target, const RunnerView& runner) {
  if (target.has_id()) {
    if (target.id().id() == runner.id) return std::nullopt;
    return absl::StrCat("the job is for the runner with id ", target.id().id());
  }
  if (runner.by_id_only) return "it takes only jobs that name its id";
  if (target.has_labels()) return LabelMismatch(LabelsOf(target), runner.labels);
  return std::nullopt;
}

std::string LockKey(const pb::Job& job) {
  if (!job.has_deploy() && !job.has_destroy() && !job.has_release()) return "";
  return absl::AsciiStrToLower(absl::StrCat(job.application().project().size(), ":", job.application().project(), "/",
                                            job.application().application().size(), ":",
                                            job.application().application(), "/", job.workspace().workspace()));
}

std::string OperationName(const pb::Job& job) {
  const auto* oneof = pb::Job::descriptor()->FindOneofByName("operation");
  const auto* field = pb::Job::GetReflection()->GetOneofFieldDescriptor(job, oneof);
  return field == nullptr ? "unknown" : field->name();
}

}  // namespace waypoint::jobs
