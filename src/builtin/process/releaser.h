// Releaser: one stable port an app, kept by a front that sends each request to the released deployment.
#pragma once

#include <stop_token>
#include <string>

#include "builtin/process/front/front_client.h"
#include "builtin/process/plugin.h"
#include "builtin/process/settings.h"
#include "plugin/native.h"

namespace waypoint::builtin::process {

class Releaser {
 public:
  struct Config {
    uint32_t port = 0;
    std::string address, protocol;
  };
  // `by_default`: the app has no release block; then an app that does not listen is no error.
  Releaser(Options options, bool by_default) : options_(std::move(options)), by_default_(by_default) {}

  absl::Status Validate();
  absl::StatusOr<plugin::Outcome<pb::Release>> Release(plugin::Ui& ui, const plugin::sdk::Args::JobInfo& job,
                                                       const pb::Deployment& target, std::stop_token stop);
  absl::StatusOr<plugin::sdk::Destroy::Resp> Destroy(plugin::Ui& ui, const pb::Release& release);
  absl::Status DestroyWorkspace(plugin::Ui& ui, const plugin::sdk::Args::JobInfo& job);
  absl::StatusOr<plugin::sdk::StatusReport> Status(plugin::Ui& ui, const pb::Release& release);

  Config config;

 private:
  absl::StatusOr<FrontClient> OpenFront(const std::string& folder, uint16_t* port);
  Options options_;
  bool by_default_;
};

plugin::NativeType ReleaserType(const Options& options);
// Of the platform, for apps without a release block: no configuration.
plugin::NativeType DefaultReleaserType(const Options& options);

}  // namespace waypoint::builtin::process
