// The connection to the server: its configuration comes in, log lines go out, exec sessions run beside.
// It comes and goes; the app never waits for it for long.
//
// Owns:    the channel, made anew after each failure; two threads, and one for each exec session.
// Threads: its own; calls of LinkEvents come from them.
// Units:   tried again after 0.5 s, growing to 5 s; when refused after 1 min, since asking more often helps
//          nobody.
// Errors:  logged when they change; the first one is told to LinkEvents, so that the app can start.
// Spec:    logs-exec-entrypoint.md 13.1, 13.2, 13.4.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/channel.h"
#include "entrypoint/exec.h"
#include "entrypoint/line_queue.h"
#include "entrypoint/own_log.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::entrypoint {

struct LinkSetup {
  std::string instance_id, deployment_id;
  std::string invite_token;
  bool disable_exec = false;
  // Connects with this token ("" = none).
  std::function<absl::StatusOr<std::unique_ptr<client::Channel>>(const std::string& token)> dial;
};

class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  virtual void OnConfig(const pb::EntrypointConfig& config) = 0;
  // No configuration can be had for now, or at all.
  virtual void OnFailure(const absl::Status& why) = 0;
  virtual std::vector<std::string> ExecEnvironment() = 0;
};

class Link {
 public:
  Link(LinkSetup setup, LinkEvents& events, LineQueue& lines, OwnLog& log);
  ~Link();  // ends everything at once

  // The queue is closed: sends what is left, at most until the deadline, then ends everything.
  void Finish(absl::Time deadline);

 private:
  struct Session {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> done;
  };

  void ConfigLoop();
  absl::Status Attach();
  absl::StatusOr<std::shared_ptr<client::Channel>> Connect();
  absl::Status CheckVersion(client::Channel& channel);
  absl::Status Follow(const std::shared_ptr<client::Channel>& channel);
  void StartExecs(const std::shared_ptr<client::Channel>& channel, const pb::EntrypointConfig& config);
  void Report(const absl::Status& status);

  void LogLoop();
  absl::Status SendLines(client::Channel& channel);
  std::shared_ptr<client::Channel> AwaitAttached();
  bool IsAttachedOrOver() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return over_ || attached_ != nullptr; }
  void Pause(absl::Duration duration);
  bool IsOverOrDetached() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return over_ || attached_ == nullptr; }
  bool IsOver() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return over_; }

  const LinkSetup setup_;
  LinkEvents& events_;
  LineQueue& lines_;
  OwnLog& log_;
  std::stop_source stop_;

  // Config thread only.
  std::string token_;  // converted
  std::string last_error_;
  int64_t last_exec_ = 0;
  absl::Duration pause_;
  std::list<Session> sessions_;

  absl::Mutex mu_;
  bool over_ ABSL_GUARDED_BY(mu_) = false;
  std::shared_ptr<client::Channel> attached_ ABSL_GUARDED_BY(mu_);  // the server knows the instance

  std::thread config_thread_, log_thread_;
};

}  // namespace waypoint::entrypoint
