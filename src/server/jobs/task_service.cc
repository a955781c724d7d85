#include "server/jobs/task_service.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "errors/details.h"
#include "server/common/pages.h"
#include "server/jobs/job_retention.h"

namespace waypoint::jobs {
namespace {

using server::Caller;
using server::Needs;
using server::Reply;

absl::Status NoRef() { return InvalidFields({{"ref", "cannot be blank"}}); }

// Tasks in one turn of the loop: each has four jobs, which may come from disk.
constexpr size_t kListSlice = 50;

absl::StatusOr<std::shared_ptr<const pb::Task>> FindTask(const state::View& view, const pb::Ref::Task& ref) {
  if (ref.ref_case() == pb::Ref::Task::REF_NOT_SET) {
    return absl::FailedPreconditionError("ref names no task: give its id, or the id of its main job");
  }
  std::shared_ptr<const pb::Task> task;
  if (ref.ref_case() == pb::Ref::Task::kJobId) {
    // By its main job, which knows its task; other jobs of a task do not lead to it.
    auto job = view.Get<pb::Job>(ref.job_id());
    if (job != nullptr) task = view.Get<pb::Task>(absl::AsciiStrToLower(job->task().id()));
    if (task != nullptr && task->task_job().id() != ref.job_id()) task = nullptr;
  } else {
    task = view.Get<pb::Task>(absl::AsciiStrToLower(ref.id()));
  }
  if (task != nullptr) return task;
  return absl::NotFoundError(
      absl::StrCat("there is no task ", ref.ref_case() == pb::Ref::Task::kJobId ? "of job " + ref.job_id() : ref.id()));
}

// The job behind a reference that may be absent; old jobs of a task may be deleted already.
absl::Status LoadJob(const state::View& view, const pb::Ref::Job& ref, pb::Job* (pb::GetTaskResponse::*field)(),
                     pb::GetTaskResponse& response) {
  if (ref.id().empty()) return absl::OkStatus();
  if (auto job = view.Get<pb::Job>(ref.id()); job != nullptr) {
    *(response.*field)() = *job;
    return absl::OkStatus();
  }
  if (WasDeleted(view, ref.id())) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("job ", ref.id(), " of the task does not exist"));
}

absl::Status Load(const state::View& view, const pb::Task& task, pb::GetTaskResponse& response) {
  using Response = pb::GetTaskResponse;
  *response.mutable_task() = task;
  RETURN_IF_ERROR(LoadJob(view, task.task_job(), &Response::mutable_task_job, response));
  RETURN_IF_ERROR(LoadJob(view, task.start_job(), &Response::mutable_start_job, response));
  RETURN_IF_ERROR(LoadJob(view, task.stop_job(), &Response::mutable_stop_job, response));
  return LoadJob(view, task.watch_job(), &Response::mutable_watch_job, response);
}

}  // namespace

// One answer that is being put together.
struct TaskService::Listing {
  std::vector<std::string> keys;  // still to come, oldest first
  std::vector<pb::GetTaskResponse> rows;
  size_t bytes = 0;
  Reply<pb::ListTaskResponse> reply;
};

void TaskService::Register(server::Table& table) {
  table.Unary("GetTask", Needs::kUser, *this, &TaskService::Get);
  table.Unary("ListTask", Needs::kUser, *this, &TaskService::List);
  table.Unary("CancelTask", Needs::kUser, *this, &TaskService::Cancel);
}

void TaskService::Get(const Caller& caller, const pb::GetTaskRequest& request, Reply<pb::GetTaskResponse> reply) {
  if (!request.has_ref()) return reply(NoRef());
  auto response = std::make_shared<pb::GetTaskResponse>();
  auto look = [&](const state::View& view) -> absl::Status {
    ASSIGN_OR_RETURN(auto task, FindTask(view, request.ref()));
    return Load(view, *task, *response);
  };
  engine_.store().Look(look,
                       [reply, response](absl::Status status) { status.ok() ? reply(*response) : reply(status); });
}

void TaskService::List(const Caller& caller, const pb::ListTaskRequest& request, Reply<pb::ListTaskResponse> reply) {
  auto list = std::make_shared<Listing>(Listing{{}, {}, 0, std::move(reply)});
  auto look = [&](const state::View& view) {
    const auto& states = request.taskstate();
    view.ForEach<pb::Task>("", [&](const std::string& key, const pb::Task& task) {
      bool wanted = states.empty() || std::find(states.begin(), states.end(), task.job_state()) != states.end();
      if (wanted) list->keys.push_back(key);
      return true;
    });
    return absl::OkStatus();
  };
  engine_.store().Look(look, [this, list](absl::Status status) {
    if (!status.ok()) return list->reply(std::move(status));
    ListOn(list);
  });
}

// Newest first, so that what does not fit is the oldest; whatever came in the meantime has its turn before each slice.
void TaskService::ListOn(std::shared_ptr<Listing> list) {
  auto look = [&](const state::View& view) -> absl::Status {
    for (size_t i = 0; i < kListSlice && !list->keys.empty(); ++i) {
      const auto task = view.Get<pb::Task>(list->keys.back());
      list->keys.pop_back();
      if (task == nullptr) continue;  // gone since the list began
      pb::GetTaskResponse row;
      RETURN_IF_ERROR(Load(view, *task, row));
      const size_t bytes = row.ByteSizeLong() + 8;
      if (list->bytes > 0 && list->bytes + bytes > server::kMaxListBytes) {
        list->keys.clear();
        break;
      }
      list->bytes += bytes;
      list->rows.push_back(std::move(row));
    }
    return absl::OkStatus();
  };
  engine_.store().Look(look, [this, list](absl::Status status) {
    if (!status.ok()) return list->reply(std::move(status));
    if (!list->keys.empty()) return ListOn(list);
    pb::ListTaskResponse response;
    for (auto row = list->rows.rbegin(); row != list->rows.rend(); ++row) *response.add_tasks() = std::move(*row);
    list->reply(response);
  });
}

// Start, main, watch, stop. The first failure ends it; what was cancelled before stays so.
void TaskService::Cancel(const Caller& caller, const pb::CancelTaskRequest& request,
                         Reply<google::protobuf::Empty> reply) {
  if (!request.has_ref()) return reply(NoRef());
  auto refused = std::make_shared<absl::Status>();
  auto cancel = [&](Step& step) -> absl::Status {
    ASSIGN_OR_RETURN(auto task, FindTask(step.txn(), request.ref()));
    for (const pb::Ref::Job* job : {&task->start_job(), &task->task_job(), &task->watch_job(), &task->stop_job()}) {
      if (!job->id().empty()) *refused = step.Apply(job->id(), event::Cancel{false});
      if (!refused->ok()) break;
    }
    return absl::OkStatus();
  };
  engine_.Update(cancel, [reply, refused](absl::Status status) {
    if (status.ok()) status = *refused;
    status.ok() ? reply(google::protobuf::Empty()) : reply(status);
  });
}

}  // namespace waypoint::jobs
