#include "runner/dispatch.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "core/app.h"
#include "core/build.h"
#include "core/component_tour.h"
#include "core/config_sync.h"
#include "core/deploy.h"
#include "core/destroy.h"
#include "core/destroy_project.h"
#include "core/init.h"
#include "core/pipeline_step.h"
#include "core/platform_session.h"
#include "core/poll.h"
#include "core/release.h"
#include "core/status_report.h"
#include "core/tasks.h"
#include "core/up.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;
using Result = pb::Job::Result;

absl::Status UnknownOperation(const pb::Job& job) {
  const auto* field = pb::Job::descriptor()->FindFieldByNumber(job.operation_case());
  return absl::AbortedError(absl::StrCat("this runner does not know the job's operation ",
                                         field != nullptr ? field->name() : "(none)", "; a newer runner may"));
}

absl::StatusOr<Result> ForProject(const core::Project& project, const pb::Job& job) {
  Result result;
  switch (job.operation_case()) {
    case pb::Job::kNoop:
      return result;
    case pb::Job::kValidate:
      result.mutable_validate();
      return result;
    case pb::Job::kInit: {
      RETURN_IF_ERROR(core::Init(project));
      result.mutable_init();
      return result;
    }
    case pb::Job::kConfigSync: {
      ASSIGN_OR_RETURN(*result.mutable_pipeline_config_sync(), core::SyncConfig(project));
      result.mutable_config_sync();
      return result;
    }
    case pb::Job::kQueueProject: {
      ASSIGN_OR_RETURN(*result.mutable_queue_project(), core::QueueProject(project, job.queue_project()));
      return result;
    }
    case pb::Job::kDestroyProject: {
      ASSIGN_OR_RETURN(*result.mutable_project_destroy(), core::DestroyProject(project, job.destroy_project()));
      return result;
    }
    case pb::Job::kPipelineStep:
      return core::RunPipelineStep(project, job);
    default:
      return UnknownOperation(job);
  }
}

absl::StatusOr<Result> ForApp(const core::App& app, const pb::Job& job) {
  Result result;
  switch (job.operation_case()) {
    case pb::Job::kUp:
      return core::Up(app, job.up());
    case pb::Job::kBuild: {
      ASSIGN_OR_RETURN(*result.mutable_build(), core::BuildAndPush(app, job.build()));
      return result;
    }
    case pb::Job::kPush: {
      ASSIGN_OR_RETURN(*result.mutable_push()->mutable_artifact(), core::Push(app, job.push().build()));
      return result;
    }
    case pb::Job::kDeploy: {
      ASSIGN_OR_RETURN(*result.mutable_deploy(), core::DeployAndReport(app, job.deploy()));
      return result;
    }
    case pb::Job::kRelease: {
      ASSIGN_OR_RETURN(*result.mutable_release(), core::ReleaseAndPrune(app, job.release()));
      return result;
    }
    case pb::Job::kDestroy: {
      RETURN_IF_ERROR(core::Destroy(app, job.destroy()));
      return result;
    }
    case pb::Job::kStatusReport: {
      ASSIGN_OR_RETURN(*result.mutable_status_report(), core::ReportStatus(app, job.status_report()));
      return result;
    }
    case pb::Job::kAuth: {
      ASSIGN_OR_RETURN(*result.mutable_auth(), core::Authenticate(app, job.auth()));
      return result;
    }
    case pb::Job::kExec: {
      RETURN_IF_ERROR(core::ExecByPlatform(app, job.exec()));
      return result;
    }
    case pb::Job::kLogs: {
      RETURN_IF_ERROR(core::LogsByPlatform(app, job.logs()));
      return result;
    }
    case pb::Job::kDocs: {
      ASSIGN_OR_RETURN(*result.mutable_docs(), core::Document(app));
      return result;
    }
    default:
      return UnknownOperation(job);
  }
}

bool IsForProject(const pb::Job& job) {
  switch (job.operation_case()) {
    case pb::Job::kNoop:
    case pb::Job::kValidate:
    case pb::Job::kInit:
    case pb::Job::kConfigSync:
    case pb::Job::kDestroyProject:
    case pb::Job::kPipelineStep:
    case pb::Job::kQueueProject:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool NeedsSource(const pb::Job& job) {
  switch (job.operation_case()) {
    case pb::Job::kPoll:
    case pb::Job::kStartTask:
    case pb::Job::kStopTask:
    case pb::Job::kWatchTask:
      return false;
    default:
      return true;
  }
}

absl::StatusOr<Result> DispatchWithoutSource(const core::JobEnvironment& environment, const pb::Job& job) {
  Result result;
  switch (job.operation_case()) {
    case pb::Job::kStartTask: {
      ASSIGN_OR_RETURN(*result.mutable_start_task(), core::StartTask(environment, job.start_task()));
      return result;
    }
    case pb::Job::kWatchTask: {
      ASSIGN_OR_RETURN(*result.mutable_watch_task(), core::WatchTask(environment, job.watch_task()));
      return result;
    }
    case pb::Job::kStopTask: {
      RETURN_IF_ERROR(core::StopTask(environment, job.stop_task()));
      return result;
    }
    case pb::Job::kPoll: {
      ASSIGN_OR_RETURN(*result.mutable_poll(), core::Poll(environment, job));
      return result;
    }
    default:
      return UnknownOperation(job);
  }
}

absl::StatusOr<Result> Dispatch(const core::Project& project, const pb::Job& job) {
  for (const std::string& name : project.config().app_names()) {
    ASSIGN_OR_RETURN([[maybe_unused]] std::unique_ptr<core::App> checked, project.OpenApp(name));
  }
  if (IsForProject(job)) return ForProject(project, job);
  ASSIGN_OR_RETURN(std::unique_ptr<core::App> app, project.OpenApp(job.application().application()));
  return ForApp(*app, job);
}

}  // namespace waypoint::runner
