#include "server/records/operations.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "errors/details.h"
#include "ptypes/names.h"

namespace waypoint::server {
namespace {

bool Later(const google::protobuf::Timestamp& a, const google::protobuf::Timestamp& b) {
  return std::make_pair(a.seconds(), a.nanos()) > std::make_pair(b.seconds(), b.nanos());
}

bool GroupMatches(const pb::StatusFilter& group, int state) {
  return std::all_of(group.filters().begin(), group.filters().end(), [state](const pb::StatusFilter::Filter& filter) {
    return filter.has_state() && filter.state() == state;
  });
}

// Cursor of a page: "rank/id".
std::string CursorOf(const ListPosition& position) { return absl::StrCat(position.rank, "/", position.id); }

absl::StatusOr<ListPosition> PositionAt(const std::string& cursor) {
  const size_t slash = cursor.find('/');
  ListPosition position;
  if (slash == std::string::npos || !absl::SimpleAtoi(cursor.substr(0, slash), &position.rank)) {
    return absl::InvalidArgumentError("the page token belongs to another list");
  }
  position.id = cursor.substr(slash + 1);
  return position;
}

}  // namespace

std::string KindName(const OperationIndex& index) {
  return absl::StrReplaceAll(state::TableName(index.table()), {{"_", " "}});
}

absl::Status NoSuchOperation(const OperationIndex& index, const std::string& which) {
  return WithDetail(absl::NotFoundError(absl::StrCat(KindName(index), " ", which, " does not exist")), "id", which);
}

std::optional<google::protobuf::Timestamp> ActivityTime(const pb::Status& status) {
  if (!status.has_start_time() && !status.has_complete_time()) return std::nullopt;
  if (!status.has_start_time()) return status.complete_time();
  if (!status.has_complete_time()) return status.start_time();
  return Later(status.complete_time(), status.start_time()) ? status.complete_time() : status.start_time();
}

absl::StatusOr<std::string> ResolveOperation(const OperationIndex& index, const pb::Ref::Operation& ref) {
  if (ref.has_id()) {
    if (index.Find(ref.id()) == nullptr) return NoSuchOperation(index, ref.id());
    return ref.id();
  }
  const std::optional<std::string> id =
      index.BySequence(ptypes::ApplicationKey(ref.sequence().application()), ref.sequence().number());
  if (!id) return NoSuchOperation(index, ptypes::Describe(ref));
  return *id;
}

bool OperationFilter::Matches(const OperationFacts& facts) const {
  if (workspace && facts.workspace != *workspace) return false;
  if (physical_state != 0 && facts.physical_state != physical_state) return false;
  if (!absl::StartsWith(facts.target, target_prefix)) return false;
  return status.empty() || std::any_of(status.begin(), status.end(),
                                       [&](const pb::StatusFilter& group) { return GroupMatches(group, facts.state); });
}

OperationFilter FilterOf(const pb::Ref::Application& application, const pb::Ref::Workspace* workspace,
                         const pb::OperationOrder& order) {
  OperationFilter filter;
  filter.application = ptypes::ApplicationKey(application);
  if (workspace != nullptr) filter.workspace = ptypes::FoldCase(workspace->workspace());
  if (order.order() == pb::OperationOrder::COMPLETE_TIME) filter.by = OperationTime::kComplete;
  filter.limit = order.limit();
  return filter;
}

absl::Status WalkOperations(const OperationIndex& index, const OperationFilter& filter, Page& page,
                            absl::FunctionRef<absl::StatusOr<size_t>(const std::string& id)> load,
                            absl::FunctionRef<void()> drop_last) {
  ListPosition from;
  if (page.cursor()) {
    ASSIGN_OR_RETURN(from, PositionAt(*page.cursor()));
  }
  absl::Status result;
  uint32_t shown = 0;
  auto each = [&](const ListPosition& position, const OperationFacts& facts) {
    if (!filter.Matches(facts)) return true;
    if (filter.limit > 0 && shown == filter.limit) return false;
    const absl::StatusOr<size_t> size = load(position.id);
    if (!size.ok()) {
      result = size.status();
      return false;
    }
    if (!page.Take(CursorOf(position), *size)) {
      drop_last();
      return false;
    }
    ++shown;
    return true;
  };
  if (page.backward()) {
    index.ForEachBackward(filter.application, filter.by, from, each);
  } else {
    index.ForEach(filter.application, filter.by, page.cursor() ? &from : nullptr, each);
  }
  return result;
}

absl::StatusOr<std::string> LatestOperation(const OperationIndex& index, const pb::Ref::Application& application,
                                            const pb::Ref::Workspace* workspace,
                                            absl::FunctionRef<bool(const OperationFacts&)> matches) {
  OperationFilter filter = FilterOf(application, workspace, {});
  std::optional<std::string> found;
  index.ForEach(filter.application, OperationTime::kComplete, nullptr,
                [&](const ListPosition& position, const OperationFacts& facts) {
                  if (facts.state == pb::Status::SUCCESS && filter.Matches(facts) && matches(facts))
                    found = position.id;
                  return !found.has_value();
                });
  if (found) return *found;
  std::string place = ptypes::Describe(application);
  if (workspace != nullptr) absl::StrAppend(&place, " in workspace ", workspace->workspace());
  return WithDetail(absl::NotFoundError(absl::StrCat("no ", KindName(index), " of ", place, " has succeeded yet")),
                    "application", application.application());
}

absl::StatusOr<std::string> LatestOperation(const OperationIndex& index, const pb::Ref::Application& application,
                                            const pb::Ref::Workspace* workspace) {
  return LatestOperation(index, application, workspace, [](const OperationFacts&) { return true; });
}

}  // namespace waypoint::server
