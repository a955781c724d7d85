// waypoint task list, inspect and cancel: the work of on-demand runners.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/job_text.h"
#include "cli/json.h"
#include "cli/record_list.h"
#include "cli/session.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/runner.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class List : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.EnumList(
        &states_, {"UNKNOWN", "PENDING", "STARTING", "STARTED", "RUNNING", "COMPLETED", "STOPPING", "STOPPED", "MIXED"},
        {.name = "state", .usage = "Only tasks in these states."});
    flags.Bool(&desc_, {.name = "desc", .usage = "Reverse the order."});
    flags.Bool(&json_, {.name = "json", .usage = "Print JSON."});
    flags.Int(&limit_, {.name = "limit", .usage = "At most so many."});
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("task list takes no arguments");
    pb::ListTaskRequest request;
    for (const std::string& name : states_) {
      pb::Task::State state;
      if (pb::Task::State_Parse(name, &state)) request.add_taskstate(state);
    }
    auto list = session.Invoke<pb::ListTaskResponse>("ListTask", request);
    if (!list.ok()) return session.Fail(list.status());
    std::vector<pb::GetTaskResponse> tasks(list->tasks().begin(), list->tasks().end());
    std::stable_sort(tasks.begin(), tasks.end(), [this](const auto& a, const auto& b) {
      const absl::Time first = ToTime(a.start_job().queue_time()), second = ToTime(b.start_job().queue_time());
      return desc_ ? first < second : second < first;
    });
    if (limit_ > 0 && tasks.size() > static_cast<size_t>(limit_)) tasks.resize(static_cast<size_t>(limit_));
    if (json_) {
      for (const auto& task : tasks) session.ui().Raw(ProtoJson(task), false);
    } else if (!tasks.empty()) {
      Show(session, tasks);
    }
    return 0;
  }

 private:
  static void Show(Session& session, const std::vector<pb::GetTaskResponse>& tasks) {
    Table table{
        .headers = {"ID", "Run Job Operation", "Pipeline", "Task State", "Project", "Time Created", "Time Completed"},
        .rows = {}};
    for (const pb::GetTaskResponse& task : tasks) {
      const pb::Job& run = task.task_job();
      table.rows.push_back(
          {task.task().id(), OperationName(run),
           run.has_pipeline()
               ? absl::StrCat(run.pipeline().pipeline_name(), "[run: ", run.pipeline().run_sequence(), "]")
               : "",
           pb::Task::State_Name(task.task().job_state()), run.application().project(),
           TimeCell(session, task.start_job().queue_time()), TimeCell(session, task.stop_job().complete_time())});
    }
    session.ui().Header("Waypoint Tasks");
    session.ui().Show(table);
  }

  std::vector<std::string> states_;
  bool desc_ = false, json_ = false;
  int64_t limit_ = 0;
};

// A task is named by its id or by the job it runs; the id wins.
class OneTask : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&run_job_, {.name = "run-job-id", .usage = "The task that runs this job."});
  }

 protected:
  absl::StatusOr<pb::Ref::Task> Which(Session& session) const {
    pb::Ref::Task ref;
    if (session.args().size() > 1 || (session.args().empty() && run_job_.empty())) {
      return absl::InvalidArgumentError("name one task by its id, or by -run-job-id");
    }
    if (session.args().empty()) {
      ref.set_job_id(run_job_);
    } else {
      ref.set_id(session.args()[0]);
    }
    return ref;
  }

 private:
  std::string run_job_;
};

class Inspect : public OneTask {
 public:
  void Flags(FlagSet& flags) override {
    OneTask::Flags(flags);
    flags.Bool(&json_, {.name = "json", .usage = "Print JSON."});
  }
  int Run(Session& session) override {
    absl::StatusOr<pb::Ref::Task> ref = Which(session);
    if (!ref.ok()) return session.Usage(ref.status().message());
    pb::GetTaskRequest request;
    *request.mutable_ref() = *ref;
    auto task = session.Invoke<pb::GetTaskResponse>("GetTask", request);
    if (!task.ok()) return session.Fail(task.status());
    if (json_) {
      session.ui().Raw(ProtoJson(*task), false);
      return 0;
    }
    session.ui().Header("Task Configuration");
    session.ui().NamedValues({{"ID", task->task().id()},
                              {"Resource Name", task->task().resource_name()},
                              {"State", pb::Task::State_Name(task->task().job_state())},
                              {"Run Job ID", task->task().task_job().id()},
                              {"Watch Job ID", task->task().watch_job().id()},
                              {"Start Job ID", task->task().start_job().id()},
                              {"Stop Job ID", task->task().stop_job().id()}});
    ShowPart(session, "Run", task->task_job());
    ShowPart(session, "Watch", task->watch_job());
    ShowPart(session, "Start", task->start_job());
    ShowPart(session, "Stop", task->stop_job());
    return 0;
  }

 private:
  static void ShowPart(Session& session, absl::string_view part, const pb::Job& job) {
    if (job.id().empty()) return;
    session.ui().Line("");
    session.ui().Header(absl::StrCat(part, " Job"));
    ShowJob(session, job);
  }

  bool json_ = false;
};

class Cancel : public OneTask {
 public:
  int Run(Session& session) override {
    absl::StatusOr<pb::Ref::Task> ref = Which(session);
    if (!ref.ok()) return session.Usage(ref.status().message());
    pb::CancelTaskRequest request;
    *request.mutable_ref() = *ref;
    auto done = session.Invoke<google::protobuf::Empty>("CancelTask", request);
    if (!done.ok()) return session.Fail(done.status());
    session.ui().Success(
        absl::StrCat("The jobs of task \"", ref->has_id() ? ref->id() : ref->job_id(), "\" were asked to end."));
    return 0;
  }
};

}  // namespace

std::vector<CommandInfo> TaskCommands() {
  constexpr Needs kNeeds{.config = true, .operation_flags = true};
  return {{.words = "task list",
           .arguments = "",
           .synopsis = "List tasks of on-demand runners",
           .help = "Lists the on-demand runners that were started, with the job each was started for, newest first.",
           .needs = kNeeds,
           .make = Make<List>},
          {.words = "task inspect",
           .arguments = "[ID]",
           .synopsis = "Show one task with its jobs",
           .help = "Shows a task and the jobs that start, watch and stop its runner.",
           .needs = kNeeds,
           .make = Make<Inspect>},
          {.words = "task cancel",
           .arguments = "[ID]",
           .synopsis = "Cancel a task",
           .help = "Cancels the jobs of a task. Its runner is stopped.",
           .needs = kNeeds,
           .make = Make<Cancel>}};
}

}  // namespace waypoint::cli
