// The job system of a server in one test process: store, book-keeper, services, and peers to talk to them.
//
// Owns:    all of it; Restart() loses memory and keeps what the backend made durable.
// Threads: the test's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/jobs/engine.h"
#include "server/jobs/job_service.h"
#include "server/jobs/job_stream.h"
#include "server/jobs/queue.h"
#include "server/jobs/task_service.h"
#include "server/runners/profile_service.h"
#include "server/runners/runner_service.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"
#include "support/session_peer.h"
#include "support/test_table.h"

namespace waypoint::testing {

namespace pb = ::hashicorp::waypoint;

using JobStreamPeer = SessionPeer<pb::GetJobStreamRequest, pb::GetJobStreamResponse>;
using RunnerJobPeer = SessionPeer<pb::RunnerJobStreamRequest, pb::RunnerJobStreamResponse>;
using RunnerConfigPeer = SessionPeer<pb::RunnerConfigRequest, pb::RunnerConfigResponse>;
using RunnerTokenPeer = SessionPeer<pb::RunnerTokenRequest, pb::RunnerTokenResponse>;

class JobServer {
 public:
  explicit JobServer(MemoryBackend::Syncs syncs = MemoryBackend::Syncs::kAtOnce);
  ~JobServer();

  // Like kill -9 and a new start: peers of before must be gone.
  void Restart();
  void Run() { executor.RunAll(); }
  void Advance(absl::Duration by);

  // A unary call that is answered later, when the executor runs.
  template <typename Res, typename Req>
  std::shared_ptr<std::optional<absl::StatusOr<Res>>> Begin(const std::string& method, const Req& request,
                                                            const server::Caller& caller);
  // A unary call, answered. Runs the executor.
  template <typename Req, typename Res>
  absl::StatusOr<Res> Call(const std::string& method, const Req& request, const server::Caller& caller);
  template <typename Res, typename Req>
  absl::StatusOr<Res> Call(const std::string& method, const Req& request) {
    return Call<Req, Res>(method, request, user);
  }
  template <typename Peer>
  std::unique_ptr<Peer> Open(const std::string& method) {
    return Open<Peer>(method, user);
  }
  template <typename Peer>
  std::unique_ptr<Peer> Open(const std::string& method, const server::Caller& caller) {
    return std::make_unique<Peer>(executor,
                                  [&](server::RawOutbox* outbox) { return table_->stream(method)(caller, outbox); });
  }

  // Frequent moves.
  void AddProject(const std::string& name);
  std::string QueueBuild(const std::string& app = "web");
  absl::StatusOr<std::string> Queue(pb::Job job, const std::string& expires_in = "");
  pb::Job Get(const std::string& id);
  std::unique_ptr<RunnerConfigPeer> Register(pb::Runner runner);
  std::unique_ptr<RunnerJobPeer> AskForJob(const std::string& runner_id);
  std::unique_ptr<JobStreamPeer> Follow(const std::string& job_id);

  ManualExecutor executor;
  FakeClock clock{executor};
  CountingIds ids;
  MemoryBackend backend;
  server::Caller user;  // a login token
  std::unique_ptr<jobs::Engine> engine;
  jobs::JobIndex* index = nullptr;

 private:
  void Start();

  std::unique_ptr<state::Store> store_;
  std::unique_ptr<jobs::JobQueue> queue_;
  std::unique_ptr<jobs::JobService> jobs_;
  std::unique_ptr<jobs::JobStreams> streams_;
  std::unique_ptr<jobs::TaskService> tasks_;
  std::unique_ptr<runners::ProfileService> profiles_;
  std::unique_ptr<runners::RunnerService> runners_;
  std::unique_ptr<HandlerTable> table_;
};

template <typename Res, typename Req>
std::shared_ptr<std::optional<absl::StatusOr<Res>>> JobServer::Begin(const std::string& method, const Req& request,
                                                                     const server::Caller& caller) {
  auto answer = std::make_shared<std::optional<absl::StatusOr<Res>>>();
  table_->unary(method)(caller, request.SerializeAsString(), [answer](absl::Status status, std::string bytes) {
    Res response;
    response.ParseFromString(bytes);
    if (status.ok()) {
      *answer = std::move(response);
    } else {
      *answer = std::move(status);
    }
  });
  return answer;
}

template <typename Req, typename Res>
absl::StatusOr<Res> JobServer::Call(const std::string& method, const Req& request, const server::Caller& caller) {
  const auto answer = Begin<Res>(method, request, caller);
  Run();
  if (!*answer) return absl::DeadlineExceededError("not answered");
  return **answer;
}

pb::Job BuildJob(const std::string& app = "web");
pb::Job DeployJob(const std::string& app = "web");
pb::Runner LocalRunner(const std::string& id);
pb::Runner RemoteRunner(const std::string& id);
pb::RunnerJobStreamRequest Ack();
pb::RunnerJobStreamRequest Heartbeat();
pb::RunnerJobStreamRequest Complete();
pb::RunnerJobStreamRequest Failure(const std::string& text);
pb::RunnerJobStreamRequest Print(const std::string& line);

}  // namespace waypoint::testing
