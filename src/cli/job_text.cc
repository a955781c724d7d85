#include "cli/job_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/record_list.h"

namespace waypoint::cli {

namespace pb = ::hashicorp::waypoint;

std::string OperationName(const pb::Job& job) {
  const auto* oneof = pb::Job::descriptor()->FindOneofByName("operation");
  const auto* field = job.GetReflection()->GetOneofFieldDescriptor(job, oneof);
  if (field == nullptr) return "Unknown";
  std::string name;
  for (absl::string_view part : absl::StrSplit(std::string(field->name()), '_')) {
    if (part.empty()) continue;
    name += absl::ascii_toupper(part[0]);
    absl::StrAppend(&name, part.substr(1));
  }
  return name;
}

std::string JobStateName(pb::Job::State state) {
  std::string name = absl::AsciiStrToLower(pb::Job::State_Name(state));
  if (!name.empty()) name[0] = absl::ascii_toupper(name[0]);
  return name;
}

std::string MapText(const google::protobuf::Map<std::string, std::string>& map) {
  std::string out = "map[";
  for (const auto& [key, value] : std::map<std::string, std::string>(map.begin(), map.end())) {
    absl::StrAppend(&out, out.size() > 4 ? " " : "", key, ":", value);
  }
  return out + "]";
}

std::string LabelText(const google::protobuf::Map<std::string, std::string>& map) {
  std::string out;
  for (const auto& [key, value] : std::map<std::string, std::string>(map.begin(), map.end())) {
    absl::StrAppend(&out, key, ":", value, " ");
  }
  return out;
}

std::string TargetText(const pb::Ref::Runner& target) {
  if (target.has_id()) return target.id().id();
  if (target.has_labels()) return LabelText(target.labels().labels());
  return "*";
}

void ShowJob(Session& session, const pb::Job& job) {
  Ui& ui = session.ui();
  ui.Header("Job Configuration");
  ui.NamedValues({{"ID", job.id()},
                  {"Singleton ID", job.singleton_id()},
                  {"Operation", OperationName(job)},
                  {"Target Runner", TargetText(job.target_runner())},
                  {"Workspace", job.workspace().workspace()},
                  {"Project", job.application().project()},
                  {"Application", job.application().application()}});
  ui.Line("");
  if (job.has_pipeline()) {
    ui.Header("Pipeline Info");
    ui.NamedValues({{"ID", job.pipeline().pipeline_id()},
                    {"Name", job.pipeline().pipeline_name()},
                    {"Run Sequence", absl::StrCat(job.pipeline().run_sequence())},
                    {"Step", job.pipeline().step()}});
    ui.Line("");
  }
  // Only of jobs that wait, and of those that the server ended by itself.
  const bool over = job.state() == pb::Job::SUCCESS || job.state() == pb::Job::ERROR;
  ui.Header("Job Results");
  ui.NamedValues({{"State", JobStateName(job.state())},
                  {"Queue Time", TimeCell(session, job.queue_time())},
                  {over ? "Ended Because" : "Waits For", job.blocked().message()},
                  {"Complete Time", TimeCell(session, job.complete_time())},
                  {"Cancel Time", TimeCell(session, job.cancel_time())},
                  {"Error Message", job.error().message()}});
  for (const std::string& detail : job.blocked().details()) ui.Line("  " + detail);
  ui.Line("");
}

}  // namespace waypoint::cli
