#include "cli/record_list.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "waypoint/job.pb.h"
#include "waypoint/operation.pb.h"

namespace waypoint::cli {

namespace pb = ::hashicorp::waypoint;

void AddLabels(absl::string_view prefix, const google::protobuf::Map<std::string, std::string>& labels,
               std::vector<std::string>& details) {
  constexpr size_t kShown = 30;
  for (const auto& [key, value] : std::map<std::string, std::string>(labels.begin(), labels.end())) {
    if (absl::StartsWith(key, "waypoint/")) continue;
    std::string text = absl::StrCat(prefix, key, ":", value);
    if (text.size() > kShown) text = text.substr(0, kShown) + "...";
    details.push_back(std::move(text));
  }
}

void ListFlags::Add(FlagSet& flags, bool with_states) {
  flags.Bool(&workspace_all, {.name = "workspace-all", .usage = "List across all workspaces of the app."});
  flags.Bool(&verbose, {.name = "verbose", .usage = "Show more details.", .alias = "V"});
  flags.Bool(&json, {.name = "json", .usage = "Print the list as JSON."});
  flags.Bool(&long_ids, {.name = "long-ids", .usage = "Show the full ids beside the numbers."});
  if (with_states) {
    flags.Bool(&url, {.name = "url", .usage = "Show the URL.", .alias = "u"});
    flags.Group("Filter Options");
    flags.EnumList(&states, {"error", "running", "success", "unknown"}, {.name = "state", .usage = "Only these."});
    flags.Enum(&physical_state, {"any", "created", "destroyed", "pending"},
               {.name = "physical-state", .usage = "Only those whose resources are so."});
  }
  flags.Enum(&order_by, {"start-time", "complete-time"}, {.name = "order-by", .usage = "Order by this."});
  flags.Bool(&desc, {.name = "desc", .usage = "Newest first."});
  flags.OptionalUint(&limit, {.name = "limit", .usage = "At most so many."});
}

std::optional<pb::OperationOrder> ListFlags::Order() const {
  if (order_by.empty() && !desc && !limit.has_value()) return std::nullopt;
  pb::OperationOrder order;
  if (order_by == "start-time") order.set_order(pb::OperationOrder::START_TIME);
  if (order_by == "complete-time") order.set_order(pb::OperationOrder::COMPLETE_TIME);
  order.set_desc(desc);
  order.set_limit(static_cast<uint32_t>(limit.value_or(0)));
  return order;
}

std::vector<pb::StatusFilter> ListFlags::Filters() const {
  std::vector<pb::StatusFilter> filters;
  for (const std::string& state : states) {
    filters.emplace_back().add_filters()->set_state(state == "error"     ? pb::Status::ERROR
                                                    : state == "running" ? pb::Status::RUNNING
                                                    : state == "success" ? pb::Status::SUCCESS
                                                                         : pb::Status::UNKNOWN);
  }
  return filters;
}

pb::Operation::PhysicalState ListFlags::Physical() const {
  if (physical_state == "created") return pb::Operation::CREATED;
  if (physical_state == "destroyed") return pb::Operation::DESTROYED;
  if (physical_state == "pending") return pb::Operation::PENDING;
  return pb::Operation::UNKNOWN;
}

absl::StatusOr<std::optional<pb::Deployment>> NewestDeployment(Session& session, const std::string& app) {
  pb::ListDeploymentsRequest request;
  *request.mutable_application() = session.operations().Application(app);
  *request.mutable_workspace() = session.operations().Workspace();
  request.set_physical_state(pb::Operation::CREATED);
  request.mutable_order()->set_order(pb::OperationOrder::COMPLETE_TIME);
  request.mutable_order()->set_desc(true);
  request.mutable_order()->set_limit(1);
  ASSIGN_OR_RETURN(auto list, session.Invoke<pb::ListDeploymentsResponse>("ListDeployments", request));
  if (list.deployments().empty()) return std::optional<pb::Deployment>();
  return std::optional<pb::Deployment>(std::move(*list.mutable_deployments(0)));
}

std::string ShownId(uint64_t sequence, const std::string& id, bool long_ids) {
  return long_ids ? absl::StrCat(sequence, " (", id, ")") : absl::StrCat(sequence);
}

Cell Bullet(const pb::Status& status) {
  switch (status.state()) {
    case pb::Status::RUNNING:
      return Cell("●", "yellow");
    case pb::Status::SUCCESS:
      return Cell("✔", "green");
    case pb::Status::ERROR:
      return Cell("✖", "red");
    default:
      return Cell("?", "yellow");
  }
}

Cell HealthCell(Session& session, const pb::StatusReport& report) {
  const std::string& health = report.health().health_status();
  if (health.empty() && !report.has_generated_time()) return Cell("n/a");
  const bool good = health == "READY" || health == "ALIVE";
  const std::string mark = good ? "✔" : health == "DOWN" ? "✖" : health == "PARTIAL" ? "●" : "?";
  return Cell(absl::StrCat(mark, " - ", session.Ago(ToTime(report.generated_time()))));
}

std::string PipelineOf(Session& session, const std::string& job_id) {
  if (job_id.empty()) return "";
  pb::GetJobRequest request;
  request.set_job_id(job_id);
  auto job = session.Invoke<pb::Job>("GetJob", request);
  if (!job.ok() || !job->has_pipeline()) return "";
  return absl::StrCat("name: ", job->pipeline().pipeline_name(), ", run: ", job->pipeline().run_sequence(),
                      ", step: ", job->pipeline().step());
}

std::string TimeCell(Session& session, const google::protobuf::Timestamp& time) {
  return time.seconds() == 0 && time.nanos() == 0 ? "" : session.Ago(ToTime(time));
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace waypoint::cli
