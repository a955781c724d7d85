// On-demand runner profiles as records (jobs-and-runners.md 9, "Runner profiles").
//
// Threads: the loop.
// Errors:  InvalidArgument naming the fields; NotFound.
#pragma once

#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runners {

namespace pb = ::hashicorp::waypoint;

class ProfileService {
 public:
  explicit ProfileService(jobs::Engine& engine) : engine_(engine) {}
  void Register(server::Table& table);

 private:
  using Profile = pb::OnDemandRunnerConfig;

  void Upsert(const server::Caller& caller, const pb::UpsertOnDemandRunnerConfigRequest& request,
              server::Reply<pb::UpsertOnDemandRunnerConfigResponse> reply);
  void Get(const server::Caller& caller, const pb::GetOnDemandRunnerConfigRequest& request,
           server::Reply<pb::GetOnDemandRunnerConfigResponse> reply);
  void GetDefault(const server::Caller& caller, const google::protobuf::Empty& request,
                  server::Reply<pb::GetOnDemandRunnerConfigResponse> reply);
  void Delete(const server::Caller& caller, const pb::DeleteOnDemandRunnerConfigRequest& request,
              server::Reply<pb::DeleteOnDemandRunnerConfigResponse> reply);
  void List(const server::Caller& caller, const google::protobuf::Empty& request,
            server::Reply<pb::ListOnDemandRunnerConfigsResponse> reply);

  jobs::Engine& engine_;
};

absl::Status CheckProfile(const pb::OnDemandRunnerConfig& profile);

}  // namespace waypoint::runners
