// The two ends of a command inside an instance (logs-exec-entrypoint.md 7): the client's StartExecStream and
// the entrypoint's EntrypointExecStream. Where the platform has an exec of its own, a job is queued first, whose
// runner comes as the instance. Input waits for the entrypoint, output for the client: an end that
// is behind is not read from.
//
// Owns:    the client's end owns the session; both keep what is on its way alive.
// Threads: the loop.
#pragma once

#include <memory>
#include <optional>

#include "server/entrypoints/plugin_job.h"
#include "server/entrypoints/room.h"
#include "server/handler.h"

namespace waypoint::entrypoints {

class StartExecStream : public server::Session<pb::ExecStreamRequest, pb::ExecStreamResponse> {
 public:
  StartExecStream(Room& room, const server::Caller& caller, server::Outbox<pb::ExecStreamResponse> outbox)
      : Session(outbox), room_(room), caller_(caller) {}
  ~StartExecStream() override { Stop(); }

  void OnMessage(pb::ExecStreamRequest message) override;
  void OnHalfClose() override;
  void OnClosed(absl::Status why) override { Stop(); }
  std::optional<pb::ExecStreamResponse> Next() override;
  bool WantsMessage() override;

 private:
  void Start(pb::ExecStreamRequest::Start start);
  void StartPluginJob(const pb::Deployment& deployment);
  void AwaitInstance();
  void Begin(const std::string& instance_id);
  void StopWaiting();
  void Stop();

  Room& room_;
  const server::Caller caller_;
  std::optional<pb::ExecStreamRequest::Start> start_;
  ExecSessionPtr session_;
  // Only for a deployment whose platform has an exec of its own.
  std::unique_ptr<PluginJob> job_;
  Instances::Listener listener_ = 0;
  Clock::TimerId timer_ = 0;
};

class EntrypointExecStream : public server::Session<pb::EntrypointExecRequest, pb::EntrypointExecResponse> {
 public:
  EntrypointExecStream(Room& room, server::Outbox<pb::EntrypointExecResponse> outbox) : Session(outbox), room_(room) {}
  ~EntrypointExecStream() override { Stop(absl::OkStatus()); }

  void OnMessage(pb::EntrypointExecRequest message) override;
  void OnHalfClose() override;
  void OnClosed(absl::Status why) override { Stop(std::move(why)); }
  std::optional<pb::EntrypointExecResponse> Next() override;
  bool WantsMessage() override;

 private:
  void Open(const pb::EntrypointExecRequest::Open& open);
  void Exit(int code, const std::string& reason = "");
  void Stop(absl::Status why);

  Room& room_;
  ExecSessionPtr session_;
  bool exited_ = false;
};

// Where a command runs: in an instance that is connected, or in one that the deployment's platform makes up for it.
struct ExecTarget {
  const Instance* instance = nullptr;
  std::shared_ptr<const pb::Deployment> by_platform;
};
// The code of an error says what a user can do about it.
absl::StatusOr<ExecTarget> PickTarget(const Room& room, const state::View& view,
                                      const pb::ExecStreamRequest::Start& start);

}  // namespace waypoint::entrypoints
