#include "core/operation.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "core/hooks.h"
#include "core/rpc_status.h"

namespace waypoint::core {
namespace {

constexpr absl::Duration kLastWordAfterCancel = absl::Seconds(2);

// The "Running build v3" line, when the record has a sequence.
class RunningStep {
 public:
  RunningStep(const Operation& operation, plugin::Terminal& terminal) {
    if (operation.sequence() == 0) return;
    group_.emplace(terminal);
    step_ = group_->Add("Running ", operation.name(), " v", operation.sequence());
  }
  void End(bool ok) {
    ok ? step_.Done() : step_.Abort();
    if (group_.has_value()) group_->Close();
  }

 private:
  std::optional<plugin::StepGroup> group_;
  plugin::Step step_;
};

const config::Labels& LabelsOf(const Operation& operation) {
  static const auto* const kNone = new config::Labels();
  return operation.component() != nullptr ? operation.component()->labels : *kNone;
}

absl::Status Hooks(const Operation& operation, const Project& project, absl::string_view when) {
  if (operation.component() == nullptr) return absl::OkStatus();
  return RunHooks(operation.component()->hooks, when, project.ui(), project.environment().stop);
}

// After a cancel the record still deserves its end; a moment is spent on it.
client::CallOptions LastCall(const Project& project) {
  client::CallOptions options = project.call_options();
  if (!project.environment().stop.stop_requested()) return options;
  options.stop = {};
  options.timeout = kLastWordAfterCancel;
  return options;
}

void Succeeded(Operation& operation, const Project& project) {
  if (pb::Status* record = operation.status()) {
    record->set_state(pb::Status::SUCCESS);
    *record->mutable_complete_time() = ToTimestamp(project.environment().clock->Now());
  }
}

void Failed(Operation& operation, const Project& project, const absl::Status& why) {
  operation.StoreProduced(nullptr);
  if (pb::Status* record = operation.status()) {
    record->set_state(pb::Status::ERROR);
    *record->mutable_error() = ToRpcStatus(why);
    *record->mutable_complete_time() = ToTimestamp(project.environment().clock->Now());
  }
}

}  // namespace

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp out;
  const int64_t nanos = absl::ToUnixNanos(time);
  out.set_seconds(nanos / 1000000000);
  out.set_nanos(static_cast<int32_t>(nanos % 1000000000));
  return out;
}

config::Labels RecordLabels(const App& app, const config::Labels& component, const config::Labels& result) {
  const config::Labels workspace = {{"waypoint/workspace", app.project().workspace()}};
  return config::MergeLabels(
      {&workspace, &app.project().labels(), &app.labels(), &component, &result, &app.project().override_labels()});
}

absl::Status RunOperation(Operation& operation) {
  const App& app = operation.app();
  const Project& project = app.project();
  RETURN_IF_ERROR(operation.Init());
  operation.SetLabels(RecordLabels(app, LabelsOf(operation), {}));
  operation.SetJobId(project.environment().job.id);
  if (pb::Status* record = operation.status()) {
    record->set_state(pb::Status::RUNNING);
    *record->mutable_start_time() = ToTimestamp(project.environment().clock->Now());
  }
  RETURN_IF_ERROR(Annotate(operation.Upsert(project.call_options()), "store the ", operation.name()));

  RunningStep step(operation, *project.environment().terminal);
  absl::Status status = operation.AfterFirstUpsert();
  if (status.ok()) status = Hooks(operation, project, "before");
  if (status.ok()) status = operation.Do();
  if (status.ok()) {
    operation.SetLabels(RecordLabels(app, LabelsOf(operation), operation.produced_.labels));
    operation.StoreProduced(&operation.produced_);
    Succeeded(operation, project);
    status = Hooks(operation, project, "after");
  }
  if (!status.ok()) Failed(operation, project, status);
  absl::Status stored = operation.Upsert(LastCall(project));
  if (!stored.ok()) {
    WAYPOINT_LOG(kError, "core", "the end of an operation could not be stored", {"operation", operation.name()},
                 {"error", stored.ToString()});
  }
  step.End(status.ok());
  return status;
}

}  // namespace waypoint::core
