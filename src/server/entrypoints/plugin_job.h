// The job through which a runner offers what only a deployment's platform can: its exec or its logs
// (logs-exec-entrypoint.md 5, 7.4; jobs-and-runners.md 14).
//
// Owns:    the job, until it is let go: destroying this cancels it, not forced.
// Threads: the loop.
// Errors:  told to the listener: those of queueing; FailedPrecondition when the job ends in error (also when no
//          runner took it within a minute), Internal when it ends without one, NotFound when it is not known any more.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/common/live_query.h"
#include "server/entrypoints/room.h"
#include "server/handler.h"
#include "waypoint/record.pb.h"

namespace waypoint::entrypoints {

class PluginJob {
 public:
  enum class Kind { kExec, kLogs };
  // OK once it runs; an error once it does not (any more). Never called from Start; may destroy this.
  using Listener = std::function<void(absl::Status)>;

  PluginJob(Room& room, Kind kind, Listener listener);
  ~PluginJob();
  PluginJob(const PluginJob&) = delete;
  PluginJob& operator=(const PluginJob&) = delete;

  void Start(const server::Caller& caller, const pb::Deployment& deployment);
  // What the runner names itself on the streams that it opens.
  const std::string& instance_id() const { return instance_id_; }

 private:
  jobs::NewJob Make(const server::Caller& caller, const pb::Deployment& deployment) const;
  void Follow();
  void OnJob(const pb::Job* job);
  void Tell(absl::Status status);

  Room& room_;
  const Kind kind_;
  Listener listener_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  const std::string instance_id_;
  std::string job_id_;
  std::unique_ptr<server::LiveQuery> query_;
  std::shared_ptr<const pb::Job> found_;  // by the query
  bool ran_ = false, over_ = false;
};

}  // namespace waypoint::entrypoints
