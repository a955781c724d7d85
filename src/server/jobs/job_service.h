// Queueing, cancelling and looking up jobs (jobs-and-runners.md 3, 5, 6).
//
// Threads: the loop.
// Errors:  as the spec says, with the server's reasons in words.
#pragma once

#include <memory>
#include <string>

#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "server/jobs/queue.h"
#include "waypoint/job.pb.h"

namespace waypoint::jobs {

class JobService {
 public:
  JobService(Engine& engine, const JobQueue& queue) : engine_(engine), queue_(queue) {}
  void Register(server::Table& table);

  void Queue(const server::Caller& caller, const pb::QueueJobRequest& request,
             server::Reply<pb::QueueJobResponse> reply);
  void Cancel(const server::Caller& caller, const pb::CancelJobRequest& request,
              server::Reply<google::protobuf::Empty> reply);
  void Get(const server::Caller& caller, const pb::GetJobRequest& request, server::Reply<pb::Job> reply);
  void List(const server::Caller& caller, const pb::ListJobsRequest& request,
            server::Reply<pb::ListJobsResponse> reply);
  void Validate(const server::Caller& caller, const pb::ValidateJobRequest& request,
                server::Reply<pb::ValidateJobResponse> reply);

 private:
  struct Listing;
  // The next slice of a list, and so on until it is whole.
  void ListOn(std::shared_ptr<Listing> list);

  Engine& engine_;
  const JobQueue& queue_;
};

}  // namespace waypoint::jobs
