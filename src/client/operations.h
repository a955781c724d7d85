// Queues jobs for one project and follows each to its end: build, push, deploy, release, destroy, status, up ...
// Decides once where they run (cli.md 6, jobs-and-runners.md 15). Knows nothing of waypoint.hcl.
//
// Owns:    the decision, and through LocalRunner the runner of this process.
// Threads: one.
// Errors:  of the RPCs, of the job itself, or Cancelled.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "client/channel.h"
#include "client/follow.h"
#include "waypoint/job.pb.h"
#include "waypoint/operation.pb.h"

namespace waypoint::client {

// A runner inside this process, started on the first local job.
class LocalRunner {
 public:
  virtual ~LocalRunner() = default;
  // Registered and ready to accept jobs; its id. Called once.
  virtual absl::StatusOr<std::string> Start() = 0;
};

struct ProjectOptions {
  std::string project;
  std::string workspace = "default";
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> source_overrides;
  std::vector<hashicorp::waypoint::Variable> variables;
  std::optional<bool> local;                        // obey, or decide
  std::string project_profile;                      // runner { profile } of the project
  std::map<std::string, std::string> app_profiles;  // of single apps
  std::stop_token interrupt;
  std::stop_token second_interrupt;
  std::function<absl::StatusOr<bool>()> restore;  // as in FollowOptions
};

struct PruneOptions {
  bool prune = true;
  int64_t retain = -1;
};

class Operations {
 public:
  using Job = hashicorp::waypoint::Job;

  Operations(Channel& channel, Clock& clock, ProjectOptions options, LocalRunner* local_runner,
             std::function<std::unique_ptr<FollowEvents>()> events)
      : channel_(channel),
        clock_(clock),
        options_(std::move(options)),
        local_runner_(local_runner),
        make_events_(std::move(events)) {}

  // Decides where jobs run and gets the local runner ready; the first job does it otherwise.
  absl::Status Prepare();
  bool local() const { return local_.value_or(false); }
  // Called before each remote job, for the check of the local git tree.
  void BeforeRemoteJob(std::function<void(const Job&)> hook) { before_remote_ = std::move(hook); }

  absl::StatusOr<Job::Result> Run(Job job, const std::string& app);
  // The same with the operation filled in.
  absl::StatusOr<Job::UpResult> Up(const std::string& app, const PruneOptions& prune);
  absl::StatusOr<Job::BuildResult> Build(const std::string& app, bool push);
  absl::StatusOr<hashicorp::waypoint::PushedArtifact> Push(const std::string& app,
                                                           const hashicorp::waypoint::Build& build);
  absl::StatusOr<hashicorp::waypoint::Deployment> Deploy(const std::string& app,
                                                         const hashicorp::waypoint::PushedArtifact& artifact);
  absl::StatusOr<hashicorp::waypoint::Release> Release(const std::string& app,
                                                       const hashicorp::waypoint::Deployment& deployment,
                                                       const PruneOptions& prune);
  absl::Status DestroyWorkspace(const std::string& app);
  absl::Status DestroyDeployment(const std::string& app, const hashicorp::waypoint::Deployment& deployment);
  absl::Status ReportStatus(const std::string& app, const hashicorp::waypoint::Deployment& deployment);
  absl::Status ReportStatus(const std::string& app, const hashicorp::waypoint::Release& release);

  hashicorp::waypoint::Ref::Application Application(const std::string& app) const;
  hashicorp::waypoint::Ref::Workspace Workspace() const;
  // Options for calls that may make the server send jobs to the runner of this process.
  CallOptions Calls() const;
  const std::string& last_job_id() const { return last_job_id_; }

 private:
  absl::StatusOr<bool> DecideLocal();
  absl::StatusOr<bool> HasRemoteRunner();
  absl::StatusOr<bool> HasProfile();
  std::string ProfileOf(const std::string& app) const;

  Channel& channel_;
  Clock& clock_;
  const ProjectOptions options_;
  LocalRunner* const local_runner_;
  const std::function<std::unique_ptr<FollowEvents>()> make_events_;
  std::function<void(const Job&)> before_remote_;
  std::optional<bool> local_;
  std::string runner_id_;
  std::string last_job_id_;
};

}  // namespace waypoint::client
