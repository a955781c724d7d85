#include "core/pipeline_step.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "core/rpc_status.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/job.pb.h"

namespace waypoint::core {
namespace {

pb::QueueJobRequest TaskOf(const pb::Job& job) {
  const pb::Pipeline::Step::Exec& exec = job.pipeline_step().step().exec();
  pb::QueueJobRequest request;
  pb::Job& task = *request.mutable_job();
  task.mutable_target_runner()->mutable_any();
  *task.mutable_application() = job.application();
  *task.mutable_workspace() = job.workspace();
  *task.mutable_labels() = job.labels();
  *task.mutable_data_source() = job.data_source();
  *task.mutable_data_source_overrides() = job.data_source_overrides();
  *task.mutable_variables() = job.variables();
  if (job.has_waypoint_hcl()) *task.mutable_waypoint_hcl() = job.waypoint_hcl();
  if (job.has_ondemand_runner()) *task.mutable_ondemand_runner() = job.ondemand_runner();
  task.mutable_noop();
  task.mutable_ondemand_runner_task()->set_skip_operation(true);
  auto* launch = task.mutable_ondemand_runner_task()->mutable_launch_info();
  launch->set_oci_url(exec.image());
  if (!exec.command().empty()) launch->add_entrypoint(exec.command());
  *launch->mutable_arguments() = exec.args();
  return request;
}

void Cancel(const Project& project, const std::string& job_id) {
  pb::CancelJobRequest request;
  request.set_job_id(job_id);
  client::CallOptions call;
  call.timeout = absl::Seconds(2);
  auto cancelled = client::Invoke<google::protobuf::Empty>(*project.environment().channel, "CancelJob", request, call);
  if (!cancelled.ok()) WAYPOINT_LOG(kWarn, "core", "step not cancelled", {"error", cancelled.status().ToString()});
}

// The end of the task: its result or error.
absl::StatusOr<pb::GetJobStreamResponse::Complete> Follow(const Project& project, const std::string& job_id) {
  pb::GetJobStreamRequest request;
  request.set_job_id(job_id);
  std::unique_ptr<client::Stream> stream = project.environment().channel->Open("GetJobStream", project.call_options());
  stream->Send(request);
  stream->CloseSend();
  while (true) {
    pb::GetJobStreamResponse response;
    ASSIGN_OR_RETURN(bool got, stream->Receive(&response));
    if (!got) return absl::UnavailableError("the step's output ended before the step did");
    for (const auto& event : response.terminal().events()) project.environment().terminal->Send(event);
    if (response.has_error()) return FromRpcStatus(response.error().error());
    if (response.has_complete()) return std::move(*response.mutable_complete());
  }
}

}  // namespace

absl::StatusOr<pb::Job::Result> RunPipelineStep(const Project& project, const pb::Job& job) {
  if (!job.pipeline_step().step().has_exec()) {
    return absl::FailedPreconditionError("a pipeline step job carries a step of kind exec, this one does not");
  }
  absl::StatusOr<pb::QueueJobResponse> queued = project.Invoke<pb::QueueJobResponse>("QueueJob", TaskOf(job));
  if (!queued.ok()) return Annotate(queued.status(), "queue step \"", job.pipeline_step().step().name(), "\"");
  absl::StatusOr<pb::GetJobStreamResponse::Complete> end = Follow(project, queued->job_id());
  if (!end.ok()) {
    if (project.environment().stop.stop_requested()) Cancel(project, queued->job_id());
    return end.status();
  }
  pb::Job::Result result;
  if (end->has_error()) {
    *result.mutable_pipeline_step()->mutable_result() = end->error();
    return result;
  }
  result = end->result();
  *result.mutable_pipeline_step()->mutable_result() = ToRpcStatus(absl::OkStatus());
  return result;
}

}  // namespace waypoint::core
