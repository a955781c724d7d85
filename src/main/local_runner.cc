#include "main/local_runner.h"

#include "base/real_clock.h"
#include "base/status.h"
#include "main/plugins.h"
#include "runner/runner.h"

namespace waypoint::main_parts {
namespace {

class InProcess : public client::LocalRunner {
 public:
  InProcess(client::Channel& channel, Clock& clock, const std::string& working_folder, std::stop_token stop)
      : plugins_(Plugins()),
        runner_(channel, clock, ids_, RunnerOptions(), Executor(channel, clock, working_folder)),
        stop_(stop) {}
  ~InProcess() override {
    // After an interrupt the server has told the job to end; it only remains to wait for that.
    if (started_) runner_.Stop(stop_.stop_requested());
  }

  absl::StatusOr<std::string> Start() override {
    RETURN_IF_ERROR(runner_.Start(stop_));
    started_ = true;
    return runner_.id();
  }

 private:
  static runner::RunnerOptions RunnerOptions() {
    runner::RunnerOptions options;
    options.kind = runner::RunnerOptions::Kind::kLocal;
    options.by_id_only = true;
    options.patience = options.give_up_after = absl::Seconds(20);  // somebody sits here and waits
    return options;
  }
  runner::ExecuteJob Executor(client::Channel& channel, Clock& clock, const std::string& working_folder) {
    runner::ExecuteOptions options;
    options.channel = &channel;
    options.plugins = &plugins_;
    options.clock = &clock;
    options.working_folder = working_folder;
    options.local = true;
    return runner::MakeExecutor(options);
  }

  RealIds ids_;
  plugin::Registry plugins_;
  runner::Runner runner_;
  std::stop_token stop_;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<client::LocalRunner> MakeLocalRunner(client::Channel& channel, Clock& clock,
                                                     const std::string& working_folder, std::stop_token stop) {
  return std::make_unique<InProcess>(channel, clock, working_folder, stop);
}

}  // namespace waypoint::main_parts
