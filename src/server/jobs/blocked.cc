#include "server/jobs/blocked.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/jobs/book.h"
#include "server/jobs/machine.h"
#include "server/jobs/on_demand_wait.h"

namespace waypoint::jobs {
namespace {

std::string Age(absl::Time since, absl::Time now) {
  return absl::FormatDuration(absl::Trunc(std::max(now - since, absl::ZeroDuration()), absl::Seconds(1)));
}

// The moment since which `other` stands in the way.
google::protobuf::Timestamp Since(const pb::Job& other) {
  if (other.has_ack_time()) return other.ack_time();
  if (other.has_assign_time()) return other.assign_time();
  return other.queue_time();
}

// "job X: deploy of web by Y since 12s"
std::string Describe(const pb::Job& other, const World& world, absl::Time now) {
  std::string text = absl::StrCat("job ", other.id(), ": ", OperationName(other));
  const std::string& app = other.application().application();
  absl::StrAppend(&text, " of ", app.empty() ? other.application().project() : app);
  if (std::string user = world.UserName(other.queued_by()); !user.empty()) absl::StrAppend(&text, " by ", user);
  return absl::StrCat(text, " since ", Age(FromTimestamp(Since(other)), now));
}

// Handed to a runner that has not said yet that it got the job.
Blocked Unacknowledged(const pb::Job& job, absl::Time now) {
  const std::string& runner = job.assigned_runner().id();
  Blocked blocked;
  blocked.set_kind(Blocked::BUSY);
  blocked.set_runner_id(runner);
  *blocked.mutable_since() = job.assign_time();
  blocked.set_message(absl::StrCat("assigned to runner ", runner, " since ", Age(FromTimestamp(job.assign_time()), now),
                                   ", not acknowledged yet"));
  blocked.add_details(absl::StrCat("if the runner does not acknowledge it within ", absl::FormatDuration(kAckTimeout),
                                   " the job goes back to the queue"));
  return blocked;
}

Blocked BlockedBy(Blocked::Kind kind, const pb::Job& other, const World& world, std::string message) {
  Blocked blocked;
  blocked.set_kind(kind);
  blocked.set_message(std::move(message));
  blocked.set_job_id(other.id());
  blocked.set_operation(OperationName(other));
  blocked.set_user(world.UserName(other.queued_by()));
  *blocked.mutable_since() = Since(other);
  return blocked;
}

Blocked Because(Blocked::Kind kind, std::string message) {
  Blocked blocked;
  blocked.set_kind(kind);
  blocked.set_message(std::move(message));
  return blocked;
}

// The on-demand runner is still to be started: by whom, and what that waits for in its turn.
Blocked StartReason(const pb::Job& start, const World& world, absl::Time now) {
  Blocked blocked =
      BlockedBy(Blocked::ON_DEMAND_STARTING, start, world,
                absl::StrCat("waiting for the on-demand runner to be started by ", Describe(start, world, now)));
  if (start.state() != pb::Job::QUEUED && start.state() != pb::Job::WAITING) return blocked;
  Verdict verdict = Consider(start, world, now);
  if (const auto* deeper = std::get_if<Blocked>(&verdict)) {
    blocked.set_message(absl::StrCat(blocked.message(), ", which waits itself: ", deeper->message()));
    blocked.set_runner_id(deeper->runner_id());
    *blocked.mutable_details() = deeper->details();
  }
  return blocked;
}

std::optional<Blocked> DependencyReason(const pb::Job& job, const World& world, absl::Time now) {
  auto unfinished = world.Unfinished(job);
  if (unfinished.empty()) return std::nullopt;
  auto start = world.StartJob(job);
  const bool other_starts = start && start->id() != job.id();
  for (const auto& dependency : unfinished) {
    if (other_starts && dependency->id() == start->id()) return StartReason(*start, world, now);
  }
  std::string more = unfinished.size() > 1 ? absl::StrCat(" and ", unfinished.size() - 1, " more") : "";
  return BlockedBy(Blocked::DEPENDENCY, *unfinished[0], world,
                   absl::StrCat("waiting for ", Describe(*unfinished[0], world, now), more));
}

std::optional<Blocked> LockReason(const pb::Job& job, const World& world, absl::Time now) {
  std::string key = LockKey(job);
  if (key.empty()) return std::nullopt;
  auto holder = world.LockHolder(key);
  if (!holder || holder->id() == job.id()) return std::nullopt;
  return BlockedBy(Blocked::LOCK, *holder, world, absl::StrCat("waiting for ", Describe(*holder, world, now)));
}

void AddEnd(const pb::Job& job, Blocked& blocked) {
  if (!job.has_expire_time()) return;
  blocked.add_details(absl::StrCat(
      "unless it takes the job until ",
      absl::FormatTime("%H:%M:%S UTC", FromTimestamp(job.expire_time()), absl::UTCTimeZone()), " the job ends"));
}

// The runner of this job is made for it alone and has not registered (any more).
std::optional<Blocked> OnDemandReason(const pb::Job& job, const World& world, absl::Time now) {
  if (!job.target_runner().has_id() || job.has_start_task() || job.has_watch_task() || job.has_stop_task()) {
    return std::nullopt;
  }
  auto start = world.StartJob(job);
  if (!start) return std::nullopt;
  const std::string& runner = job.target_runner().id().id();
  auto watch = world.WatchJob(job);
  if (watch && WatcherReported(*watch)) {
    std::string words =
        watch->has_error() ? watch->error().message()
                           : absl::StrCat("it ended with exit code ", watch->result().watch_task().exit_code(),
                                          " before it took the job; its output: waypoint job get-stream ", watch->id());
    Blocked blocked = BlockedBy(Blocked::ON_DEMAND_FAILED, *watch, world,
                                absl::StrCat("the on-demand runner ", runner, " failed: ", words));
    blocked.set_runner_id(runner);
    AddEnd(job, blocked);
    return blocked;
  }
  std::string unwatched;
  if (watch && IsTerminal(watch->state()) && watch->has_blocked()) {
    unwatched = absl::StrCat("; runner ", watch->blocked().runner_id(), ", which watched it, was lost");
  }
  Blocked blocked =
      BlockedBy(Blocked::ON_DEMAND_STARTING, *start, world,
                absl::StrCat("the on-demand runner ", runner, " was started ",
                             Age(FromTimestamp(start->complete_time()), now), " ago and is not connected", unwatched));
  blocked.set_runner_id(runner);
  AddEnd(job, blocked);
  return blocked;
}

struct Survey {
  std::string idle;  // the first that fits and waits
  std::optional<FleetRunner> busy, pending;
  std::vector<std::string> misses;
  size_t online = 0;
};

Survey Ask(const pb::Job& job, const World& world) {
  constexpr size_t kMaxMisses = 20;
  Survey survey;
  world.ForEachRunner([&](const FleetRunner& runner) {
    ++survey.online;
    if (auto miss = Mismatch(job.target_runner(), runner.view)) {
      if (survey.misses.size() < kMaxMisses) {
        survey.misses.push_back(absl::StrCat("runner ", runner.view.id, ": ", *miss));
      }
    } else if (!runner.adopted) {
      if (!survey.pending) survey.pending = runner;
    } else if (runner.idle) {
      survey.idle = runner.view.id;
    } else if (!survey.busy) {
      survey.busy = runner;
    }
    return survey.idle.empty();
  });
  return survey;
}

Verdict RunnerVerdict(const pb::Job& job, const World& world, absl::Time now) {
  Survey survey = Ask(job, world);
  if (!survey.idle.empty()) return Assignable{survey.idle};
  if (survey.busy) {
    Blocked blocked = Because(Blocked::BUSY,
                              absl::StrCat("waiting for runner ", survey.busy->view.id,
                                           survey.busy->busy_job.empty() ? ", which does not ask for a job yet"
                                                                         : ", busy with job " + survey.busy->busy_job));
    blocked.set_runner_id(survey.busy->view.id);
    blocked.set_job_id(survey.busy->busy_job);
    return blocked;
  }
  if (survey.pending) {
    const std::string& id = survey.pending->view.id;
    Blocked blocked = Because(Blocked::NOT_ADOPTED, absl::StrCat("runner ", id,
                                                                 " is online but not adopted; run: "
                                                                 "waypoint runner adopt ",
                                                                 id));
    blocked.set_runner_id(id);
    return blocked;
  }
  if (auto reason = OnDemandReason(job, world, now)) return *reason;
  if (survey.online == 0) return Because(Blocked::NO_RUNNER, "no runner online");
  if (job.target_runner().has_id()) {
    const std::string& id = job.target_runner().id().id();
    Blocked blocked = Because(Blocked::NO_MATCH, absl::StrCat("runner ", id, ", for which the job is, is not online"));
    blocked.set_runner_id(id);
    return blocked;
  }
  Blocked blocked =
      Because(Blocked::NO_MATCH, absl::StrCat("no online runner fits: ", absl::StrJoin(survey.misses, "; ")));
  for (std::string& miss : survey.misses) blocked.add_details(std::move(miss));
  return blocked;
}

}  // namespace

Verdict Consider(const pb::Job& job, const World& world, absl::Time now) {
  if (job.state() == pb::Job::WAITING) return Unacknowledged(job, now);
  if (auto reason = DependencyReason(job, world, now)) return *reason;
  if (auto reason = LockReason(job, world, now)) return *reason;
  return RunnerVerdict(job, world, now);
}

}  // namespace waypoint::jobs
