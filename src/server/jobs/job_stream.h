// One GetJobStream: a cursor over a job's states and its output (jobs-and-runners.md 8).
//
// Owns:    what is to be said next; output itself stays in the job's buffer until it can be sent.
// Threads: the loop.
// Errors:  NotFound for an unknown job. Only durable states are shown.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "server/common/live_query.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "server/jobs/reason_watch.h"
#include "waypoint/job.pb.h"

namespace waypoint::jobs {

class JobStream : public server::Session<pb::GetJobStreamRequest, pb::GetJobStreamResponse> {
 public:
  using Response = pb::GetJobStreamResponse;

  JobStream(Engine& engine, server::Outbox<Response> outbox) : Session(outbox), engine_(engine) {}
  ~JobStream() override { Stop(); }

  void OnMessage(pb::GetJobStreamRequest request) override;
  void OnClosed(absl::Status why) override { Stop(); }
  std::optional<Response> Next() override;

 private:
  using JobPtr = std::shared_ptr<const pb::Job>;

  void Stop();
  void OnSnapshot(JobPtr job);
  void FollowReasons(const pb::Job& job);
  void SayState(const pb::Job& job);
  void SayDownload(const pb::Job& job);
  void StartOutput(const pb::Job& job);
  void SayReason(const Blocked& blocked);
  std::optional<Response> NextOutput();
  void AddEvents(const logbuffer::Batch<TerminalEvent>& batch, Response::Terminal& terminal);
  void NoteGap(Response::Terminal& terminal);
  void SayAllOutput();
  void SayComplete();

  Engine& engine_;
  std::string job_id_;
  std::unique_ptr<server::LiveQuery> query_;
  JobPtr found_;  // by the query

  JobPtr last_;
  JobPtr end_;  // the terminal record, once seen
  bool download_said_ = false;
  bool output_begun_ = false;
  bool replaying_ = false;
  bool finished_ = false;
  std::deque<Response> queue_;
  std::shared_ptr<JobOutput> output_;
  std::unique_ptr<logbuffer::Reader<TerminalEvent>> reader_;
  uint64_t gaps_said_ = 0;
  std::unique_ptr<ReasonWatch> reasons_;
  pb::Job::State reasons_of_ = pb::Job::UNKNOWN;  // the state whose reasons are told
};

class JobStreams {
 public:
  explicit JobStreams(Engine& engine) : engine_(engine) {}
  void Register(server::Table& table);
  std::unique_ptr<server::Session<pb::GetJobStreamRequest, pb::GetJobStreamResponse>> Open(
      const server::Caller& caller, server::Outbox<pb::GetJobStreamResponse> outbox);

 private:
  Engine& engine_;
};

}  // namespace waypoint::jobs
