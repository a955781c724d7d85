// Builder: runs a command in the app's folder if one is given, then keeps a copy of its output.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "builtin/process/plugin.h"
#include "builtin/process/settings.h"
#include "plugin/native.h"

namespace waypoint::builtin::process {

class Builder {
 public:
  struct Config {
    Words command;
    std::string output;
    std::vector<std::string> ignore;
    std::map<std::string, std::string> env;
  };
  explicit Builder(Options options) : options_(std::move(options)) {}

  absl::StatusOr<pb::Artifact> Build(plugin::Ui& ui, const plugin::sdk::Args::Source& source,
                                     const plugin::sdk::Args::JobInfo& job, std::stop_token stop);

  Config config;

 private:
  absl::Status Run(plugin::StepGroup& steps, const std::string& folder, std::stop_token stop);
  Options options_;
};

plugin::NativeType BuilderType(const Options& options);

}  // namespace waypoint::builtin::process
