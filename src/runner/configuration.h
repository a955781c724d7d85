// Runner configuration as the server pushes it: variables become environment, files, the log level
// (jobs-and-runners.md 11, "Applying config").
//
// Owns:    the watcher that works values out, a thread for it, and what the environment was before.
// Threads: Update from one thread. The environment of this process is changed from the watcher's, so nothing else may
//          iterate over it then.
// Units:   dynamic values, if enabled, are read again every 15 s.
// Errors:  logged; one bad variable does not keep the others from being applied.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "appconfig/watcher.h"
#include "base/clock.h"
#include "base/thread_executor.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runner {

struct ConfigurationOptions {
  std::string working_folder;          // relative names of files are taken from here
  bool dynamic = false;                // false: variables from sources are left out, with a warning
  appconfig::SourcerFactory sourcers;  // null: no source is known
};

class Configuration {
 public:
  // The clock outlives it.
  Configuration(Clock& clock, ConfigurationOptions options);
  ~Configuration();

  // The first one is applied when it returns, later ones soon after.
  void Update(const ::hashicorp::waypoint::RunnerConfig& config);

 private:
  void WarnOfDynamic(const ::hashicorp::waypoint::RunnerConfig& config) const;
  void Apply(const appconfig::Output& output);

  const ConfigurationOptions options_;
  ThreadExecutor executor_;
  std::shared_ptr<appconfig::Watcher> watcher_;
  absl::Notification applied_;
};

}  // namespace waypoint::runner
