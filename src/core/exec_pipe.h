// One command that a client runs through a platform's own exec: the session as the component sees it, over an
// EntrypointExecStream of the server (logs-exec-entrypoint.md 7.2, 7.4).
//
// Owns:    the stream and a thread that reads it.
// Threads: Read belongs to one thread; Write and Exit may come from any.
// Units:   at most 16 messages of input wait for the component; then the server is not read from.
// Errors:  of the stream.
#pragma once

#include <deque>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "client/channel.h"
#include "plugin/exec_session.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::core {

class ExecPipe : public plugin::ExecSession {
 public:
  using Exec = ::hashicorp::waypoint::EntrypointConfig::Exec;
  using Input = ::hashicorp::waypoint::sdk::ExecSession::InputRequest;

  static absl::StatusOr<std::unique_ptr<ExecPipe>> Open(client::Channel& channel, const std::string& instance_id,
                                                        const Exec& exec, const std::vector<std::string>& env,
                                                        std::stop_token stop);
  ~ExecPipe() override;

  const ::hashicorp::waypoint::sdk::Args::ExecSessionInfo& info() const override { return info_; }
  absl::Status Write(absl::string_view data, bool is_stderr) override;
  absl::StatusOr<bool> Read(Input* input) override;

  // Requested when the client or the job is gone.
  std::stop_token stop() const { return gone_.get_token(); }
  // Ends the session; returns when the server has taken note.
  void Exit(int code);

 private:
  ExecPipe(std::unique_ptr<client::Stream> stream, const Exec& exec, const std::vector<std::string>& env);
  void Receive();
  void Take(const ::hashicorp::waypoint::EntrypointExecResponse& response);
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mu_);
  bool HasInput() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return ended_ || !waiting_.empty(); }
  bool HasEnded() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return ended_; }

  const std::unique_ptr<client::Stream> stream_;
  ::hashicorp::waypoint::sdk::Args::ExecSessionInfo info_;
  std::stop_source gone_;
  absl::Mutex mu_;
  std::deque<Input> waiting_ ABSL_GUARDED_BY(mu_);
  bool over_ ABSL_GUARDED_BY(mu_) = false;   // nobody reads any more
  bool ended_ ABSL_GUARDED_BY(mu_) = false;  // the stream
  std::thread reader_;
};

}  // namespace waypoint::core
