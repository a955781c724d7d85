// The rules that builds, artifacts, deployments, releases and status reports share (server-and-state.md 8).
//
// Threads: the store's; within a step or look.
// Errors:  NotFound for what does not exist, naming it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status.h"
#include "ptypes/refs.h"
#include "server/common/operation_index.h"
#include "server/common/pages.h"
#include "server/common/projects.h"
#include "server/common/workspaces.h"
#include "state/store.h"
#include "waypoint/operation.pb.h"

namespace waypoint::server {

namespace pb = ::hashicorp::waypoint;

// "deployment", for messages.
std::string KindName(const OperationIndex& index);
absl::Status NoSuchOperation(const OperationIndex& index, const std::string& which);
// The later of start and complete; nothing if neither is set.
std::optional<google::protobuf::Timestamp> ActivityTime(const pb::Status& status);
absl::StatusOr<std::string> ResolveOperation(const OperationIndex& index, const pb::Ref::Operation& ref);

template <typename Record>
absl::StatusOr<std::shared_ptr<const Record>> GetOperation(const state::View& view, const OperationIndex& index,
                                                           const std::string& id) {
  // The index leaves out what is stored but hidden.
  std::shared_ptr<const Record> record = index.Find(id) == nullptr ? nullptr : view.Get<Record>(id);
  if (record == nullptr) return NoSuchOperation(index, id);
  return record;
}

template <typename Record>
absl::StatusOr<std::shared_ptr<const Record>> FindOperation(const state::View& view, const OperationIndex& index,
                                                            const pb::Ref::Operation& ref) {
  ASSIGN_OR_RETURN(const std::string id, ResolveOperation(index, ref));
  return GetOperation<Record>(view, index, id);
}

template <typename Record>
constexpr bool kHasSequence = requires(Record record) {
  record.set_sequence(1);
};
template <typename Record>
constexpr bool kHasGeneration = requires(Record record) {
  record.mutable_generation();
};

// A generation of its own where the caller names none; `initial_sequence` is that of its first record.
template <typename Record>
void SetGeneration(state::Txn& txn, const OperationIndex& index, Record& record) {
  pb::Generation* generation = record.mutable_generation();
  if (generation->id().empty()) generation->set_id(txn.ids().Ulid());
  generation->set_initial_sequence(index.InitialSequence(ptypes::ApplicationKey(record.application()), generation->id())
                                       .value_or(record.sequence()));
}

template <typename Record>
absl::Status FillAssigned(state::Txn& txn, const OperationIndex& index, Record& record) {
  if (record.id().empty()) {
    record.set_id(txn.ids().Ulid());
    if constexpr (kHasSequence<Record>) {
      record.set_sequence(index.NextSequence(ptypes::ApplicationKey(record.application())));
    }
    if constexpr (kHasGeneration<Record>) SetGeneration(txn, index, record);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const Record> stored, GetOperation<Record>(txn, index, record.id()));
  if constexpr (kHasSequence<Record>) record.set_sequence(stored->sequence());
  if constexpr (kHasGeneration<Record>) *record.mutable_generation() = stored->generation();
  return absl::OkStatus();
}

// Inserts (empty id) or replaces; the application and the workspace learn of it. `record` becomes what was stored.
template <typename Record>
absl::Status UpsertOperation(state::Txn& txn, const OperationIndex& index, Record& record) {
  RETURN_IF_ERROR(FillAssigned(txn, index, record));
  if constexpr (requires { record.clear_preload(); }) record.clear_preload();
  EnsureApplication(txn, record.application());
  NoteActivity(txn, record.workspace(), record.application(), ActivityTime(record.status()));
  txn.Put(record.id(), record);
  return absl::OkStatus();
}

// What of an application a list shows.
struct OperationFilter {
  std::string application;               // ptypes::ApplicationKey
  std::optional<std::string> workspace;  // in lower case; none: any
  OperationTime by = OperationTime::kStart;
  uint32_t limit = 0;  // 0: none
  int physical_state = 0;
  std::vector<pb::StatusFilter> status;
  std::string target_prefix;  // status reports: "deployment/...", "release/..."

  bool Matches(const OperationFacts& facts) const;
};
// `workspace`: null for any.
OperationFilter FilterOf(const pb::Ref::Application& application, const pb::Ref::Workspace* workspace,
                         const pb::OperationOrder& order);

template <typename Request>
const pb::Ref::Workspace* WorkspaceOf(const Request& request) {
  return request.has_workspace() ? &request.workspace() : nullptr;
}

// Lists take what they have of: application, workspace, order, status, physical_state.
template <typename Request>
OperationFilter FilterOf(const Request& request) {
  OperationFilter filter = FilterOf(request.application(), WorkspaceOf(request), request.order());
  if constexpr (requires { request.status(); }) filter.status = {request.status().begin(), request.status().end()};
  if constexpr (requires { request.physical_state(); }) filter.physical_state = request.physical_state();
  return filter;
}

// Ids in list order, of the page: each is offered with `load`, which answers its size or an error.
absl::Status WalkOperations(const OperationIndex& index, const OperationFilter& filter, Page& page,
                            absl::FunctionRef<absl::StatusOr<size_t>(const std::string& id)> load,
                            absl::FunctionRef<void()> drop_last);

// Fills rows of a response: `row(id)` makes one, or says why not.
template <typename Row, typename Request, typename Response, typename MakeRow>
absl::Status ListOperations(const OperationIndex& index, const OperationFilter& filter, const Request& request,
                            google::protobuf::RepeatedPtrField<Row>* rows, Response* response, MakeRow make_row) {
  ASSIGN_OR_RETURN(Page page, Page::Of(request.pagination()));
  RETURN_IF_ERROR(WalkOperations(
      index, filter, page,
      [&](const std::string& id) -> absl::StatusOr<size_t> {
        Row* row = rows->Add();
        RETURN_IF_ERROR(make_row(id, row));
        return row->ByteSizeLong();
      },
      [rows] { rows->RemoveLast(); }));
  if (page.backward()) std::reverse(rows->pointer_begin(), rows->pointer_end());
  if (request.has_pagination() || page.truncated()) page.Finish(response->mutable_pagination());
  return absl::OkStatus();
}

// The newest that completed with SUCCESS.
absl::StatusOr<std::string> LatestOperation(const OperationIndex& index, const pb::Ref::Application& application,
                                            const pb::Ref::Workspace* workspace,
                                            absl::FunctionRef<bool(const OperationFacts&)> matches);
absl::StatusOr<std::string> LatestOperation(const OperationIndex& index, const pb::Ref::Application& application,
                                            const pb::Ref::Workspace* workspace);
inline absl::StatusOr<std::string> LatestOperation(const OperationIndex& index, const pb::Ref::Application& application,
                                                   const pb::Ref::Workspace& workspace) {
  return LatestOperation(index, application, &workspace);
}

}  // namespace waypoint::server
