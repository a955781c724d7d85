// What must hold after each step of a simulation, after a restart, and at the end.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/jobs/machine.h"
#include "server/jobs/target.h"
#include "simulation/simulation.h"

namespace waypoint::simulation {
namespace {

bool IsLive(const pb::Job& job) { return job.state() == pb::Job::WAITING || job.state() == pb::Job::RUNNING; }

std::string FirstDifference(const std::string& a, const std::string& b) {
  std::vector<std::string> lines_a = absl::StrSplit(a, '\n'), lines_b = absl::StrSplit(b, '\n');
  for (size_t i = 0; i < std::max(lines_a.size(), lines_b.size()); ++i) {
    const std::string x = i < lines_a.size() ? lines_a[i] : "", y = i < lines_b.size() ? lines_b[i] : "";
    if (x != y) return absl::StrCat("\n  ", x, "\n  ", y);
  }
  return "";
}

template <typename Each>
void ForEachJob(state::Store& store, Each each) {
  store.Look(
      [&](const state::View& view) {
        view.ForEach<pb::Job>("", [&](const std::string&, const pb::Job& job) {
          each(view, job);
          return true;
        });
        return absl::OkStatus();
      },
      [](absl::Status) {});
}

}  // namespace

// Locks exclude, dependencies come first.
void Simulation::CheckRecords() {
  std::map<std::string, std::string> holders;
  ForEachJob(server_.store(), [&](const state::View& view, const pb::Job& job) {
    if (!IsLive(job)) return;
    const std::string lock = jobs::LockKey(job);
    if (!lock.empty() && !holders.emplace(lock, job.id()).second) {
      verdict_.Violated(absl::StrCat("jobs ", holders[lock], " and ", job.id(), " hold the same app lock"));
    }
    for (const std::string& id : job.depends_on()) {
      auto dependency = view.Get<pb::Job>(id);
      if (dependency != nullptr && !jobs::IsTerminal(dependency->state())) {
        verdict_.Violated(absl::StrCat("job ", job.id(), " was assigned before its dependency ", id, " ended"));
      }
    }
  });
}

// Each live job has an end in sight, leases belong to live jobs, a worker holds at most one.
void Simulation::CheckBook() {
  const jobs::Book& book = server_.engine().book();
  for (const std::string& id : server_.index().Live()) {
    if (!book.deadlines.Get(id)) verdict_.Violated(absl::StrCat("job ", id, " is live without a time-out"));
  }
  std::map<jobs::WorkerId, std::string> held;
  for (const auto& [id, lease] : book.leases) {
    if (!server_.index().Unfinished(id)) verdict_.Violated(absl::StrCat("job ", id, " has ended and has a lease"));
    if (lease.worker == 0) continue;
    if (book.fleet.Find(lease.worker) == nullptr) verdict_.Violated(absl::StrCat("the lease of job ", id, " hangs"));
    if (!held.emplace(lease.worker, id).second) {
      verdict_.Violated(absl::StrCat("one stream holds jobs ", held[lease.worker], " and ", id));
    }
    if (book.fleet.IsWaiting(lease.worker)) {
      verdict_.Violated(absl::StrCat("the stream that holds job ", id, " waits for another one"));
    }
  }
}

// A free runner and a job that it may take have met already. After a failed write they do within a second of the moment
// at which the server heard of it.
void Simulation::CheckNoJobWaitsForAWaitingRunner() {
  if (!server_.idle()) return;
  if (std::exchange(failure_unheard_, false)) failed_at_ = elapsed_;
  if (elapsed_ - failed_at_ < absl::Seconds(5)) return;
  const jobs::Book& book = server_.engine().book();
  for (jobs::WorkerId worker : book.fleet.AllWaiting()) {
    if (auto job = server_.index().Best(*book.fleet.RunnerOf(worker))) {
      verdict_.Violated(
          absl::StrCat("job ", *job, " and runner ", book.fleet.RunnerOf(worker)->id, " wait for each other"));
    }
  }
}

// What was acknowledged is on disk, whatever happened since.
void Simulation::CheckAcknowledged() {
  for (const std::string& id : jobs_) {
    pb::Job job;
    if (!backend_.DurableJob(id, &job)) {
      verdict_.Violated(absl::StrCat("job ", id, " was acknowledged and is lost"));
      continue;
    }
    const bool terminal = jobs::IsTerminal(job.state());
    if (cancelled_.count(id) && !terminal && !job.has_cancel_time()) {
      verdict_.Violated(absl::StrCat("the cancel of job ", id, " was acknowledged and is lost"));
    }
    if (finished_.count(id) && !terminal) {
      verdict_.Violated(absl::StrCat("the end of job ", id, " was acknowledged and is lost"));
    }
  }
}

// No more faults: everything that can end must end, the rest must have a reason.
void Simulation::Settle() {
  backend_.Lie(false);
  if (!server_.running()) StartServer();
  for (const auto& runner : runners_) runner->Heal();
  for (const char* id : {"runner2", "runner3"}) {
    pb::AdoptRunnerRequest adopt;
    adopt.set_runner_id(id);
    adopt.set_adopt(true);
    server_.Call("AdoptRunner", adopt.SerializeAsString(), [](absl::Status, std::string) {});
  }
  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds && verdict_.ok(); ++round) {
    for (const auto& runner : runners_) runner->Act();
    for (size_t i = 0; i < pipes_.size(); ++i) {
      auto pipe = pipes_[i];  // more may be dialled meanwhile
      if (pipe->CanOpen()) pipe->Open(server_.stream(pipe->name()), server_.caller());
      while (pipe->Pull() || pipe->DeliverToClient() || pipe->CloseServerSide()) {
      }
      DeliverToServer(*pipe);
    }
    backend_.Sync(backend_.waiting());
    while (server_.RunOne()) {
    }
    DropOldPipes();
    Advance(absl::Seconds(2));
  }
  if (verdict_.ok()) CheckEnd();
}

void Simulation::CheckEnd() {
  while (backend_.waiting() > 0 || server_.RunOne()) backend_.Sync(backend_.waiting());
  ForEachJob(server_.store(), [&](const state::View& view, const pb::Job& job) {
    Note(job.id());
    Note(static_cast<uint64_t>(job.state()));
    if (job.state() == pb::Job::SUCCESS) ++figures_.succeeded;
    if (job.state() == pb::Job::ERROR) ++figures_.failed;
    if (jobs::IsTerminal(job.state())) return;
    const std::string state = pb::Job::State_Name(job.state());
    if (job.state() != pb::Job::QUEUED) {
      verdict_.Violated(absl::StrCat("job ", job.id(), " is ", state, " for ever"));
    } else if (!server_.engine().Explain(view, job)) {
      verdict_.Violated(absl::StrCat("job ", job.id(), " waits without a reason"));
    }
  });
  for (const auto& follower : followers_) {
    if (!follower->ended() && !server_.index().Unfinished(follower->job_id())) {
      verdict_.Violated(absl::StrCat("a follower of job ", follower->job_id(), " was not told its end"));
    }
  }
  CheckAcknowledged();
  CheckReload();
}

// Memory equals what a restart would load.
void Simulation::CheckReload() {
  while (backend_.waiting() > 0 || server_.RunOne()) backend_.Sync(backend_.waiting());
  const std::string before = server_.store().DebugDump();
  KillServer();
  server_.Start(elapsed_);
  const std::string after = server_.store().DebugDump();
  if (after != before)
    verdict_.Violated(absl::StrCat("memory is not what a restart loads: ", FirstDifference(before, after)));
}

}  // namespace waypoint::simulation
