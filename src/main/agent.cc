#include "main/agent.h"

#include "base/real_clock.h"
#include "base/status.h"
#include "builtin/null/config_sourcer.h"
#include "main/plugins.h"
#include "runner/runner.h"

namespace waypoint::main_parts {

absl::Status RunAgent(client::Channel& channel, Clock& clock, const cli::AgentOptions& options, std::stop_token stop,
                      std::stop_token cancel) {
  using Kind = runner::RunnerOptions::Kind;
  runner::RunnerOptions runner_options;
  runner_options.kind = options.on_demand ? Kind::kOnDemand : Kind::kRemote;
  runner_options.id = options.id;
  runner_options.by_id_only = options.on_demand;
  runner_options.labels = options.labels;
  runner_options.profile_id = options.profile_id;
  runner_options.state_dir = options.state_dir;
  runner_options.token = options.token;
  runner_options.cookie = options.cookie;
  runner_options.liveness_address = options.liveness_address;
  runner_options.working_folder = options.working_folder;
  runner_options.dynamic_config = options.dynamic_config;
  runner_options.sourcers = builtin::null::MakeSourcer;
  runner_options.concurrency = static_cast<int>(options.on_demand ? 1 : options.concurrency);

  const plugin::Registry plugins = Plugins();
  runner::ExecuteOptions execute;
  execute.channel = &channel;
  execute.plugins = &plugins;
  execute.clock = &clock;
  execute.working_folder = options.working_folder;
  execute.on_demand = options.on_demand;
  execute.dynamic_config = options.dynamic_config;
  execute.sourcers = builtin::null::MakeSourcer;
  RealIds ids;
  runner::Runner runner(channel, clock, ids, runner_options, runner::MakeExecutor(execute));
  RETURN_IF_ERROR(runner.Start(stop));
  absl::Status end = runner.Wait(stop);
  runner.Stop(cancel.stop_requested());
  return end;
}

}  // namespace waypoint::main_parts
