#include "server/jobs/on_demand.h"

#include <utility>

#include "absl/status/status.h"

namespace waypoint::jobs {
namespace {

pb::Job Helper(const pb::Job& source, const pb::Ref::Runner& target, std::string id, const std::string& task) {
  pb::Job job;
  job.set_id(std::move(id));
  *job.mutable_workspace() = source.workspace();
  *job.mutable_application() = source.application();
  *job.mutable_target_runner() = target;
  job.mutable_task()->set_id(task);
  job.set_queued_by(source.queued_by());
  return job;
}

pb::TaskLaunchInfo LaunchInfo(const pb::Job& source, const pb::OnDemandRunnerConfig& profile,
                              const std::string& runner_id, const std::map<std::string, std::string>& environment) {
  const pb::TaskLaunchInfo given = source.ondemand_runner_task().launch_info();
  pb::TaskLaunchInfo info = given;
  if (given.oci_url().empty()) {
    info.set_oci_url(profile.oci_url());
    info.clear_arguments();
    for (const char* word : {"runner", "agent", "-vv", "-id"}) info.add_arguments(word);
    info.add_arguments(runner_id);
    for (const char* word : {"-odr", "-odr-profile-id"}) info.add_arguments(word);
    info.add_arguments(profile.id());
  }
  auto& merged = *info.mutable_environment_variables();
  merged.clear();
  for (const auto& [name, value] : environment) merged[name] = value;
  for (const auto& [name, value] : profile.environment_variables()) merged[name] = value;
  for (const auto& [name, value] : given.environment_variables()) merged[name] = value;
  return info;
}

void AllowAllToFail(pb::Job& job) { *job.mutable_depends_on_allow_failure() = job.depends_on(); }

}  // namespace

absl::StatusOr<OnDemandChain> WrapOnDemand(pb::Job source, const pb::OnDemandRunnerConfig& profile,
                                           const OnDemandIds& ids,
                                           const std::map<std::string, std::string>& environment) {
  const bool skip = source.ondemand_runner_task().skip_operation();
  if (skip && !source.has_noop()) {
    return absl::FailedPreconditionError("skip_operation is for a no-op job only: the task is all that would run");
  }
  pb::Ref::Runner target = profile.target_runner();
  if (target.target_case() == pb::Ref::Runner::TARGET_NOT_SET) target.mutable_any();
  pb::Job::TaskPluginParams params;
  params.set_plugin_type(profile.plugin_type());
  params.set_hcl_config(profile.plugin_config());
  params.set_hcl_format(profile.config_format());

  pb::Job start = Helper(source, target, ids.start, ids.task);
  *start.mutable_depends_on() = source.depends_on();
  *start.mutable_depends_on_allow_failure() = source.depends_on_allow_failure();
  *start.mutable_start_task()->mutable_info() = LaunchInfo(source, profile, ids.runner, environment);
  *start.mutable_start_task()->mutable_params() = params;

  pb::Job watch = Helper(source, target, ids.watch, ids.task);
  watch.add_depends_on(ids.start);
  watch.mutable_watch_task()->mutable_start_job()->set_id(ids.start);

  pb::Job stop = Helper(source, target, ids.stop, ids.task);
  stop.add_depends_on(ids.start);
  stop.add_depends_on(ids.watch);
  if (!skip) stop.add_depends_on(source.id());
  AllowAllToFail(stop);
  *stop.mutable_stop_task()->mutable_params() = params;
  stop.mutable_stop_task()->set_start_job_id(ids.start);

  OnDemandChain chain;
  chain.main_job_id = skip ? ids.watch : source.id();
  chain.task.set_id(ids.task);
  chain.task.set_job_state(pb::Task::PENDING);
  chain.task.mutable_start_job()->set_id(ids.start);
  chain.task.mutable_watch_job()->set_id(ids.watch);
  chain.task.mutable_stop_job()->set_id(ids.stop);
  chain.task.mutable_task_job()->set_id(chain.main_job_id);
  chain.jobs = {std::move(start), std::move(watch)};
  if (!skip) {
    source.add_depends_on(ids.start);
    source.mutable_target_runner()->mutable_id()->set_id(ids.runner);
    source.mutable_task()->set_id(ids.task);
    chain.jobs.push_back(std::move(source));
  }
  chain.jobs.push_back(std::move(stop));
  return chain;
}

}  // namespace waypoint::jobs
