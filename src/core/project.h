// One project as an operation sees it: its waypoint.hcl, where its data lies, who may be asked
// (core-and-plugins.md A1, A2).
//
// Owns:    nothing it is given; all of it outlives the project. Apps are made on demand.
// Threads: one.
// Errors:  NotFound: app. Problems with plugins are reported all at once.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "appconfig/sourcer.h"
#include "base/clock.h"
#include "client/channel.h"
#include "config/config.h"
#include "plugin/registry.h"
#include "plugin/terminal.h"
#include "waypoint/record.pb.h"

namespace waypoint::core {

namespace pb = ::hashicorp::waypoint;
namespace sdk = ::hashicorp::waypoint::sdk;

struct JobInfo {
  std::string id;
  bool local = false;      // the user's own runner
  bool on_demand = false;  // a runner started for this job: builders use BuildODR
};

// What is the same for everything one job does.
struct JobEnvironment {
  client::Channel* channel = nullptr;
  const plugin::Registry* plugins = nullptr;
  plugin::Terminal* terminal = nullptr;
  const Clock* clock = nullptr;
  std::stop_token stop;
  JobInfo job;
  const appconfig::SourcerFactory* sourcers = nullptr;  // of an app's dynamic configuration; null: it is not resolved
};

class App;

class Project {
 public:
  // `data_dir`: absolute, such as WD/.waypoint; made if absent.
  static absl::StatusOr<std::unique_ptr<Project>> Open(JobEnvironment environment, const config::Config* config,
                                                       std::string workspace, config::Labels override_labels,
                                                       std::string data_dir);

  const JobEnvironment& environment() const { return environment_; }
  const config::Config& config() const { return *config_; }
  const std::string& name() const { return config_->project(); }
  const std::string& workspace() const { return workspace_; }
  const config::Labels& labels() const { return labels_; }
  const config::Labels& override_labels() const { return override_labels_; }
  const std::string& data_dir() const { return data_dir_; }
  // Every plugin the file uses takes part with its mappers.
  const std::vector<std::shared_ptr<const plugin::Plugin>>& mapper_plugins() const { return mapper_plugins_; }

  absl::StatusOr<std::unique_ptr<App>> OpenApp(const std::string& name) const;

  plugin::Ui ui() const { return plugin::Ui(*environment_.terminal); }
  client::CallOptions call_options() const {
    client::CallOptions options;
    options.stop = environment_.stop;
    return options;
  }

  template <typename Res>
  absl::StatusOr<Res> Invoke(absl::string_view method, const google::protobuf::MessageLite& request) const {
    return client::Invoke<Res>(*environment_.channel, method, request, call_options());
  }

 private:
  Project() = default;
  absl::Status FindPlugins();

  JobEnvironment environment_;
  const config::Config* config_ = nullptr;
  std::string workspace_;
  config::Labels labels_, override_labels_;
  std::string data_dir_;
  std::vector<std::shared_ptr<const plugin::Plugin>> mapper_plugins_;
};

}  // namespace waypoint::core
