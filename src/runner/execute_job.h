// Does what one job asks for: source, waypoint.hcl, variables, operation (jobs-and-runners.md 12).
//
// Owns:    nothing; a JobRun lives for one call.
// Threads: the calling thread, which blocks. Reports are made from it.
// Errors:  of the operation; they become the job's error.
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "appconfig/sourcer.h"
#include "base/clock.h"
#include "client/channel.h"
#include "plugin/registry.h"
#include "plugin/terminal.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runner {

// What the server wants to know while the job runs.
struct JobReports {
  std::function<void(const ::hashicorp::waypoint::Job::DataSource::Ref&)> download;
  std::function<void(const ::hashicorp::waypoint::Job::Config&)> config_load;
  std::function<void(const std::map<std::string, ::hashicorp::waypoint::Variable::FinalValue>&)> variables;
};

struct JobRun {
  const ::hashicorp::waypoint::RunnerJobStreamResponse::JobAssignment* assignment = nullptr;
  plugin::Terminal* terminal = nullptr;
  client::Channel* channel = nullptr;  // with the runner's own token; null: the executor's
  std::stop_token stop;
  JobReports reports;
};

struct ExecuteOptions {
  client::Channel* channel = nullptr;
  const plugin::Registry* plugins = nullptr;
  const Clock* clock = nullptr;
  std::string working_folder;  // of local data sources
  bool local = false;          // the user's own runner, inside the CLI
  bool on_demand = false;
  bool dynamic_config = false;         // commands get values from sources too
  appconfig::SourcerFactory sourcers;  // for defaults of input variables; null: none
};

using ExecuteJob = std::function<absl::StatusOr<::hashicorp::waypoint::Job::Result>(const JobRun&)>;

// The real thing.
ExecuteJob MakeExecutor(ExecuteOptions options);

}  // namespace waypoint::runner
