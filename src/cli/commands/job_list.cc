// waypoint job list
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/job_text.h"
#include "cli/json.h"
#include "cli/record_list.h"
#include "cli/session.h"
#include "waypoint/job.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class JobList : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.EnumList(&states_, {"Success", "Error", "Running", "Waiting", "Queued", "Unknown"},
                   {.name = "state", .usage = "Only jobs in these states."});
    flags.String(&runner_id_, {.name = "target-runner-id", .usage = "Only jobs for this runner; * for any runner."});
    flags.Map(&runner_labels_, {.name = "target-runner-label", .usage = "Only jobs for runners with these labels."});
    flags.String(&pipeline_id_, {.name = "pipeline-id", .usage = "Only jobs of this pipeline."});
    flags.String(&pipeline_name_, {.name = "pipeline-name", .usage = "Only jobs of this pipeline."});
    flags.Int(&run_, {.name = "run", .usage = "Only jobs of this run of the pipeline."});
    flags.Bool(&desc_, {.name = "desc", .usage = "Reverse the order."});
    flags.Bool(&json_, {.name = "json", .usage = "Print JSON."});
    flags.Bool(&verbose_, {.name = "verbose", .usage = "Show application and pipeline."});
    flags.Int(&limit_, {.name = "limit", .usage = "At most so many."});
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("job list takes no arguments");
    if (!runner_id_.empty() && !runner_labels_.empty()) {
      return session.Usage("give -target-runner-id or -target-runner-label, not both");
    }
    if (!pipeline_id_.empty() && !pipeline_name_.empty()) {
      return session.Usage("give -pipeline-id or -pipeline-name, not both");
    }
    if (run_ > 0 && pipeline_id_.empty() && pipeline_name_.empty()) return session.Usage("-run needs a pipeline");
    absl::StatusOr<std::vector<pb::Job>> jobs = Load(session);
    if (!jobs.ok()) return session.Fail(jobs.status());
    Sort(*jobs);
    if (limit_ > 0 && jobs->size() > static_cast<size_t>(limit_)) jobs->resize(limit_);
    if (json_) {
      for (const pb::Job& job : *jobs) session.ui().Raw(ProtoJson(job), false);
      return 0;
    }
    Show(session, *jobs);
    return 0;
  }

 private:
  pb::ListJobsRequest Request(Session& session) const {
    pb::ListJobsRequest request;
    const CommonFlags& flags = session.flags();
    if (!flags.workspace.empty()) request.mutable_workspace()->set_workspace(flags.workspace);
    if (!flags.project.empty()) request.mutable_project()->set_project(flags.project);
    if (!flags.app.empty()) {
      request.mutable_application()->set_application(flags.app);
      request.mutable_application()->set_project(session.project());
    }
    if (runner_id_ == "*") {
      request.mutable_targetrunner()->mutable_any();
    } else if (!runner_id_.empty()) {
      request.mutable_targetrunner()->mutable_id()->set_id(runner_id_);
    }
    for (const auto& [key, value] : runner_labels_) {
      (*request.mutable_targetrunner()->mutable_labels()->mutable_labels())[key] = value;
    }
    if (!pipeline_id_.empty()) request.mutable_pipeline()->set_pipeline_id(pipeline_id_);
    if (!pipeline_name_.empty()) request.mutable_pipeline()->set_pipeline_name(pipeline_name_);
    if (run_ > 0) request.mutable_pipeline()->set_run_sequence(run_);
    for (const std::string& state : states_) {
      pb::Job::State value = pb::Job::UNKNOWN;
      pb::Job::State_Parse(absl::AsciiStrToUpper(state), &value);
      request.add_jobstate(value);
    }
    return request;
  }

  absl::StatusOr<std::vector<pb::Job>> Load(Session& session) const {
    pb::ListJobsRequest request = Request(session);
    std::vector<pb::Job> jobs;
    while (true) {
      ASSIGN_OR_RETURN(auto page, session.Invoke<pb::ListJobsResponse>("ListJobs", request));
      jobs.insert(jobs.end(), page.jobs().begin(), page.jobs().end());
      if (page.pagination().next_page_token().empty()) return jobs;
      request.mutable_pagination()->set_next_page_token(page.pagination().next_page_token());
    }
  }

  // Unfinished ones first, newest first; then the newest completion first.
  void Sort(std::vector<pb::Job>& jobs) const {
    // One that was cancelled in the queue has no time of completion.
    auto key = [](const pb::Job& job) {
      const bool finished = job.state() == pb::Job::SUCCESS || job.state() == pb::Job::ERROR;
      const auto& time = job.has_complete_time() ? job.complete_time() : job.cancel_time();
      return std::make_pair(!finished, ToTime(finished && ToTime(time) > absl::UnixEpoch() ? time : job.queue_time()));
    };
    std::stable_sort(jobs.begin(), jobs.end(), [&](const pb::Job& a, const pb::Job& b) { return key(a) > key(b); });
    if (desc_) std::reverse(jobs.begin(), jobs.end());
  }

  void Show(Session& session, const std::vector<pb::Job>& jobs) const {
    session.ui().Header("Waypoint Jobs");
    if (jobs.empty()) {
      session.ui().Line("No jobs found.");
      return;
    }
    Table table{.headers = {"ID", "Operation", "State", "Time Queued", "Time Completed", "Target Runner", "Project",
                            "Workspace"},
                .rows = {}};
    if (verbose_) table.headers.insert(table.headers.end(), {"Application", "Pipeline"});
    for (const pb::Job& job : jobs) {
      const std::string& project = job.application().project();
      std::vector<Cell> row = {job.id(),
                               OperationName(job),
                               JobStateName(job.state()),
                               TimeCell(session, job.queue_time()),
                               TimeCell(session, job.complete_time()),
                               TargetText(job.target_runner()),
                               project.empty() ? "deleted" : project,
                               job.workspace().workspace()};
      if (verbose_) {
        row.emplace_back(job.application().application());
        row.emplace_back(job.has_pipeline() ? absl::StrCat(job.pipeline().pipeline_name(),
                                                           "[run: ", job.pipeline().run_sequence(), "]")
                                            : "");
      }
      table.rows.push_back(std::move(row));
    }
    session.ui().Show(table);
    for (const pb::Job& job : jobs) {
      if (!job.has_blocked()) continue;
      const bool over = job.state() == pb::Job::SUCCESS || job.state() == pb::Job::ERROR;
      session.ui().Line(absl::StrCat("  ", job.id(), over ? " ended: " : " waits: ", job.blocked().message()));
    }
  }

  std::vector<std::string> states_;
  std::string runner_id_, pipeline_id_, pipeline_name_;
  std::map<std::string, std::string> runner_labels_;
  int64_t run_ = 0, limit_ = 0;
  bool desc_ = false, json_ = false, verbose_ = false;
};

}  // namespace

CommandInfo JobListCommand() {
  return {.words = "job list",
          .arguments = "",
          .synopsis = "List jobs",
          .help = "Lists the jobs of the server, unfinished ones first.",
          .needs = {.config = true, .operation_flags = true},
          .make = Make<JobList>};
}

}  // namespace waypoint::cli
