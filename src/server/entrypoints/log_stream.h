// One GetLogStream: the output of a deployment's or an application's instances, followed until the client
// leaves (logs-exec-entrypoint.md 4).
//
// Owns:    one cursor an instance; lines stay in the instances' buffers until they can be sent.
// Threads: the loop.
// Errors:  NotFound for an unknown deployment, FailedPrecondition without a scope. What a slow client missed
//          is said as a line of its own where it is missing.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "logbuffer/merged_reader.h"
#include "server/common/live_query.h"
#include "server/entrypoints/plugin_job.h"
#include "server/entrypoints/room.h"
#include "server/handler.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::entrypoints {

class LogStream : public server::Session<pb::GetLogStreamRequest, pb::LogBatch> {
 public:
  LogStream(Room& room, const server::Caller& caller, server::Outbox<pb::LogBatch> outbox)
      : Session(outbox), room_(room), caller_(caller) {}
  ~LogStream() override { Stop(); }

  void OnMessage(pb::GetLogStreamRequest request) override;
  void OnClosed(absl::Status why) override { Stop(); }
  std::optional<pb::LogBatch> Next() override;

 private:
  using Entry = pb::LogBatch::Entry;
  struct Source {
    std::string deployment_id, instance_id;
    std::shared_ptr<InstanceLog> log;
    std::unique_ptr<logbuffer::Reader<Entry>> reader;
    uint64_t gaps_said = 0;
    bool queued = false;  // in ready_
    bool ending = false;  // its instance is gone: what is left is still delivered
  };
  // Logs that the platform itself has: a job fetches them as long as this stream lives.
  struct PlatformSource {
    std::unique_ptr<PluginJob> job;
    std::shared_ptr<InstanceLog> log;
    uint64_t number = 0;
    bool running = false;
  };

  absl::Status FindDeployments(const state::View& view);
  void SpawnOrFollow();
  void Spawn(const pb::Deployment& deployment);
  void Follow();
  void AddSource(uint64_t number, const std::string& deployment_id, const std::string& instance_id,
                 std::shared_ptr<InstanceLog> log);
  bool ReplayRound();
  std::optional<pb::LogBatch> NextLive();
  void MakeReady(uint64_t number);
  static void Label(const Source& source, pb::LogBatch& batch);
  void NoteGap(Source& source, pb::LogBatch& batch);
  void Stop();

  Room& room_;
  const server::Caller caller_;
  pb::GetLogStreamRequest request_;
  int backlog_ = 100;
  bool begun_ = false;
  std::unique_ptr<server::LiveQuery> query_;
  std::vector<std::shared_ptr<const pb::Deployment>> deployments_;
  std::map<std::string, PlatformSource> platform_;  // by deployment id
  Instances::Listener listener_ = 0;

  std::map<uint64_t, Source> sources_;  // by the instance's connection; the platform's own come last
  // The backlog of the first sources, in order of arrival; then null.
  std::unique_ptr<logbuffer::MergedReader<Entry>> replay_;
  std::vector<uint64_t> replay_sources_;
  std::deque<uint64_t> ready_;  // sources that may have something, each once
  std::deque<pb::LogBatch> queue_;
};

}  // namespace waypoint::entrypoints
