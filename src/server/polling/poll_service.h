// Polling as a part of the server: both queuers, and ExpediteStatusReport for those who do not want to wait
// (pipelines-triggers-polling.md C).
//
// Threads: the loop.
// Errors:  of the RPC: NotFound for the operation, FailedPrecondition without a target or a data source.
#pragma once

#include "server/handler.h"
#include "server/jobs/engine.h"
#include "server/jobs/queue.h"
#include "server/polling/poller.h"
#include "server/records/indexes.h"
#include "waypoint/operation.pb.h"

namespace waypoint::polling {

class PollService {
 public:
  PollService(jobs::Engine& engine, const jobs::JobQueue& queue, server::RecordIndexes indexes);
  void Register(server::Table& table);
  void Start();

  void Expedite(const server::Caller& caller, const ::hashicorp::waypoint::ExpediteStatusReportRequest& request,
                server::Reply<::hashicorp::waypoint::ExpediteStatusReportResponse> reply);

 private:
  absl::Status QueuePoll(jobs::Step& step, const std::string& project) const;
  absl::Status QueueReports(jobs::Step& step, const std::string& project) const;
  absl::StatusOr<jobs::NewJob> Expedited(const state::View& view,
                                         const ::hashicorp::waypoint::ExpediteStatusReportRequest& request) const;

  jobs::Engine& engine_;
  const jobs::JobQueue& queue_;
  const server::RecordIndexes indexes_;
  Poller sources_, applications_;
};

}  // namespace waypoint::polling
