// The two ends of a command inside an instance (logs-exec-entrypoint.md 7): the client's StartExecStream and
// the entrypoint's EntrypointExecStream. Input waits for the entrypoint, output for the client: an end that
// is behind is not read from.
//
// Owns:    the client's end owns the session; both keep what is on its way alive.
// Threads: the loop.
#pragma once

#include <memory>
#include <optional>

#include "server/entrypoints/entrypoint_config_stream.h"
#include "server/handler.h"

namespace waypoint::entrypoints {

class StartExecStream : public server::Session<pb::ExecStreamRequest, pb::ExecStreamResponse> {
 public:
  StartExecStream(Room& room, server::Outbox<pb::ExecStreamResponse> outbox) : Session(outbox), room_(room) {}
  ~StartExecStream() override { Stop(); }

  void OnMessage(pb::ExecStreamRequest message) override;
  void OnHalfClose() override;
  void OnClosed(absl::Status why) override { Stop(); }
  std::optional<pb::ExecStreamResponse> Next() override;
  bool WantsMessage() override;

 private:
  void Start(const pb::ExecStreamRequest::Start& start);
  void Stop();

  Room& room_;
  ExecSessionPtr session_;
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

// Which instance runs the command; the code says what a user can do about it.
absl::StatusOr<const Instance*> PickInstance(const Room& room, const state::View& view,
                                             const pb::ExecStreamRequest::Start& start);

}  // namespace waypoint::entrypoints
