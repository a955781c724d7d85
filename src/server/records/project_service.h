// Projects and applications (server-and-state.md 6, 9).
//
// Threads: the loop.
#pragma once

#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "server/jobs/queue.h"
#include "server/records/indexes.h"
#include "state/store.h"
#include "waypoint/project.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::server {

class ProjectService {
 public:
  // `queue`: for the Init jobs that a change of a project's source asks for.
  ProjectService(RecordIndexes indexes, jobs::Engine& engine, const jobs::JobQueue& queue)
      : store_(engine.store()), indexes_(indexes), engine_(engine), queue_(queue) {}
  void Register(Table& table);

  void Upsert(const Caller& caller, const ::hashicorp::waypoint::UpsertProjectRequest& request,
              Reply<::hashicorp::waypoint::UpsertProjectResponse> reply);
  void Get(const Caller& caller, const ::hashicorp::waypoint::GetProjectRequest& request,
           Reply<::hashicorp::waypoint::GetProjectResponse> reply);
  void List(const Caller& caller, const ::hashicorp::waypoint::ListProjectsRequest& request,
            Reply<::hashicorp::waypoint::ListProjectsResponse> reply);
  void Destroy(const Caller& caller, const ::hashicorp::waypoint::DestroyProjectRequest& request,
               Reply<google::protobuf::Empty> reply);
  void UiList(const Caller& caller, const ::hashicorp::waypoint::UI::ListProjectsRequest& request,
              Reply<::hashicorp::waypoint::UI::ListProjectsResponse> reply);
  void UiGet(const Caller& caller, const ::hashicorp::waypoint::UI::GetProjectRequest& request,
             Reply<::hashicorp::waypoint::UI::GetProjectResponse> reply);
  void UpsertApplication(const Caller& caller, const ::hashicorp::waypoint::UpsertApplicationRequest& request,
                         Reply<::hashicorp::waypoint::UpsertApplicationResponse> reply);
  void GetApplication(const Caller& caller, const ::hashicorp::waypoint::GetApplicationRequest& request,
                      Reply<::hashicorp::waypoint::GetApplicationResponse> reply);

 private:
  absl::Status Store(jobs::Step& step, const Caller& caller, const ::hashicorp::waypoint::Project& project,
                     ::hashicorp::waypoint::Project* shown) const;
  absl::Status QueueInitJobs(jobs::Step& step, const Caller& caller,
                             const ::hashicorp::waypoint::Project& project) const;

  state::Store& store_;
  const RecordIndexes indexes_;
  jobs::Engine& engine_;
  const jobs::JobQueue& queue_;
};

}  // namespace waypoint::server
