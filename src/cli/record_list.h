// What the lists of artifacts, deployments and releases have in common: flags, bullets, cells (cli.md 7, 9).
//
// Threads: one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/flags.h"
#include "cli/session.h"
#include "cli/ui/ui.h"
#include "waypoint/record.pb.h"

namespace waypoint::cli {

struct ListFlags {
  bool workspace_all = false;
  bool verbose = false;
  bool url = false;
  bool json = false;
  bool long_ids = false;
  std::vector<std::string> states;
  std::string physical_state = "created";
  std::string order_by;
  bool desc = false;
  std::optional<uint64_t> limit;

  void Add(FlagSet& flags, bool with_states);
  // Fills what the request has: workspace, order, filters.
  std::optional<hashicorp::waypoint::OperationOrder> Order() const;
  std::vector<hashicorp::waypoint::StatusFilter> Filters() const;
  hashicorp::waypoint::Operation::PhysicalState Physical() const;
};

// Of those whose resources exist, the one that was completed last; nothing if there is none.
absl::StatusOr<std::optional<hashicorp::waypoint::Deployment>> NewestDeployment(Session& session,
                                                                                const std::string& app);
// "12", or "12 (01H...)" with -long-ids.
std::string ShownId(uint64_t sequence, const std::string& id, bool long_ids);
Cell Bullet(const hashicorp::waypoint::Status& status);
Cell HealthCell(Session& session, const hashicorp::waypoint::StatusReport& report);
// "artifact.KEY:VALUE" of every label that is not Waypoint's own.
void AddLabels(absl::string_view prefix, const google::protobuf::Map<std::string, std::string>& labels,
               std::vector<std::string>& details);
// "name: release-it, run: 2, step: release", "" for jobs of no pipeline.
std::string PipelineOf(Session& session, const std::string& job_id);
std::string TimeCell(Session& session, const google::protobuf::Timestamp& time);
absl::Time ToTime(const google::protobuf::Timestamp& time);

}  // namespace waypoint::cli
