// On-demand tasks as clients see them (jobs-and-runners.md 5, 6, 9). Tasks are made by the server only.
//
// Threads: the loop.
// Errors:  NotFound for an unknown task, or one whose jobs are gone.
#pragma once

#include <memory>

#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "waypoint/runner.pb.h"

namespace waypoint::jobs {

class TaskService {
 public:
  explicit TaskService(Engine& engine) : engine_(engine) {}
  void Register(server::Table& table);

 private:
  void Get(const server::Caller& caller, const pb::GetTaskRequest& request, server::Reply<pb::GetTaskResponse> reply);
  void List(const server::Caller& caller, const pb::ListTaskRequest& request,
            server::Reply<pb::ListTaskResponse> reply);
  void Cancel(const server::Caller& caller, const pb::CancelTaskRequest& request,
              server::Reply<google::protobuf::Empty> reply);

  struct Listing;
  // The next slice of a list, and so on until it is whole.
  void ListOn(std::shared_ptr<Listing> list);

  Engine& engine_;
};

}  // namespace waypoint::jobs
