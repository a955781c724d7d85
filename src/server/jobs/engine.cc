#include "server/jobs/engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/common/config_resolve.h"
#include "server/jobs/knowledge.h"

namespace waypoint::jobs {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(1);
constexpr absl::Duration kReasonInterval = absl::Seconds(1);
// Each looks at the whole fleet.
constexpr int kReasonsPerExpiry = 200;
constexpr char kMatchChore[] = "match";
constexpr char kReasonChore[] = "reasons";

void Ignore(absl::Status) {}

std::vector<pb::ConfigSource> SourcesOfJob(const state::View& view, const pb::Job& job) {
  server::SourceScope scope;
  scope.project = job.application().project();
  scope.application = job.application().application();
  scope.workspace = job.workspace().workspace();
  return server::ResolveSources(view, scope);
}

}  // namespace

Engine::Engine(state::Store& store, JobIndex& index, Clock& clock, IdSource& ids, EngineOptions options)
    : store_(store),
      clock_(clock),
      ids_(ids),
      options_([&] {
        if (!options.sources) options.sources = SourcesOfJob;
        return std::move(options);
      }()),
      book_(index, clock, [this](std::vector<std::string> ids) { OnDue(ids); }),
      expiry_(clock, [this](std::vector<std::string>) { OnExpiry(); }),
      chores_(clock,
              [this](std::vector<std::string> chores) {
                for (const std::string& chore : chores) {
                  if (chore == kMatchChore) RetryMatch();
                  if (chore == kReasonChore) {
                    for (auto it = listeners_.begin(); it != listeners_.end();) {
                      Listener id = it->first;
                      auto listener = it->second;  // may remove itself
                      listener();
                      it = listeners_.upper_bound(id);
                    }
                  }
                }
              }),
      retention_(store, clock, index, options_.retention, [this](const std::string& id) { book_.outputs.erase(id); }) {}

Engine::~Engine() = default;

void Engine::Start() {
  auto look = [this](const state::View& view) {
    for (const std::string& id : book_.index.Live()) {
      auto job = view.Get<pb::Job>(id);
      if (job == nullptr) continue;
      bool running = job->state() == pb::Job::RUNNING;
      book_.deadlines.Set(id, clock_.Now() + (running ? kHeartbeatTimeout : kAckTimeout));
      if (running) book_.outputs[id] = std::make_shared<JobOutput>();
    }
    return absl::OkStatus();
  };
  (void)store_.Peek(look);
  ArmExpiry();
  retention_.Start();
}

void Engine::Update(absl::FunctionRef<absl::Status(Step&)> change, state::Done done) {
  auto effects = std::make_shared<std::vector<std::function<void()>>>();
  auto step = [&](state::Txn& txn) {
    Step job_step(txn, book_, options_.sources);
    absl::Status status = change(job_step);
    if (!status.ok()) return status;
    job_step.Match();
    *effects = job_step.TakeEffects();
    return absl::OkStatus();
  };
  store_.Update(step, [this, effects, done = std::move(done)](absl::Status status) {
    if (status.ok()) {
      for (const auto& effect : *effects) effect();
    } else if (absl::IsUnavailable(status)) {
      chores_.Set(kMatchChore, clock_.Now() + kRetry);
    }
    done(std::move(status));
  });
  ArmExpiry();
  NoteReasons();
}

void Engine::Apply(const std::string& job_id, const JobEvent& event, state::Done done) {
  Update([&](Step& step) { return step.Apply(job_id, event); }, std::move(done));
}

WorkerId Engine::Join(Worker* worker, const RunnerView& runner, absl::Duration silence) {
  return book_.fleet.Join(worker, runner, silence);
}

void Engine::Ask(WorkerId worker) {
  const RunnerView* runner = book_.fleet.RunnerOf(worker);
  if (runner == nullptr) return;
  if (!book_.index.Best(*runner)) {  // nothing to write
    book_.fleet.Wait(worker);
    NoteReasons();
    return;
  }
  auto assign = [&](Step& step) {
    step.AssignBest(worker);
    return absl::OkStatus();
  };
  Update(assign, Ignore);
}

void Engine::AwaitReattach(const state::View& view, const std::string& runner_id) {
  const absl::Time soon = clock_.Now() + kReattachTimeout;
  for (const std::string& id : book_.index.LiveJobsOf(runner_id)) {
    if (book_.LeaseOf(id).worker != 0) continue;
    auto job = view.Get<pb::Job>(id);
    std::optional<absl::Time> deadline = book_.deadlines.Get(id);
    if (job == nullptr || job->state() != pb::Job::WAITING || !deadline) continue;
    book_.deadlines.Set(id, std::min(*deadline, soon));
  }
}

Lease Engine::TakeOver(WorkerId worker, const std::string& job_id) {
  Worker* old_holder = book_.fleet.Find(book_.LeaseOf(job_id).worker);
  Lease number = ++book_.last_lease;
  book_.SetLease(job_id, LeaseState{number, worker, book_.fleet.SilenceOf(worker)});
  if (old_holder != nullptr) {
    old_holder->Evicted(absl::AbortedError("another stream of this runner took the job over"));
  }
  return number;
}

void Engine::Leave(WorkerId worker) {
  book_.fleet.Leave(worker);
  if (auto it = book_.held.find(worker); it != book_.held.end()) {
    const std::string job_id = it->second;
    LeaseState lease = book_.LeaseOf(job_id);
    lease.worker = 0;
    book_.SetLease(job_id, lease);
    // A RUNNING one stays: only silence ends it. The machine refuses the event for those.
    Apply(job_id, event::Nack{lease.number}, Ignore);
  }
  NoteReasons();
}

// Nothing is written, and nothing needs undoing: a later time-out is a later time-out.
void Engine::Heartbeat(const std::string& job_id, Lease lease) {
  if (!Holds(job_id, lease) || !book_.deadlines.Get(job_id)) return;
  book_.deadlines.Set(job_id, clock_.Now() + book_.LeaseOf(job_id).heartbeat_timeout);
}

void Engine::Print(const std::string& job_id, Lease lease, std::vector<TerminalEvent> events) {
  if (!Holds(job_id, lease)) return;
  if (auto output = book_.OutputOf(job_id)) output->Write(clock_.Now(), std::move(events));
}

std::optional<Blocked> Engine::Explain(const state::View& view, const pb::Job& job) const {
  if (job.state() != pb::Job::QUEUED && job.state() != pb::Job::WAITING) return std::nullopt;
  Verdict verdict = Consider(job, Knowledge(view, book_), clock_.Now());
  if (auto* blocked = std::get_if<Blocked>(&verdict)) return std::move(*blocked);
  return std::nullopt;
}

Engine::Listener Engine::OnReasonsChanged(std::function<void()> listener) {
  listeners_[++last_listener_] = std::move(listener);
  return last_listener_;
}

void Engine::RemoveListener(Listener id) { listeners_.erase(id); }

void Engine::NoteReasons() {
  if (listeners_.empty() || chores_.Get(kReasonChore)) return;
  chores_.Set(kReasonChore, clock_.Now() + kReasonInterval);
}

void Engine::OnDue(const std::vector<std::string>& job_ids) {
  for (const std::string& id : job_ids) {
    auto expire = [&](Step& step) {
      auto job = step.Get(id);
      if (!job.ok()) return absl::OkStatus();  // pruned
      bool running = (*job)->state() == pb::Job::RUNNING;
      return running ? step.Apply(id, event::HeartbeatTimeout{book_.LeaseOf(id).heartbeat_timeout})
                     : step.Apply(id, event::AckTimeout{});
    };
    Update(expire, [this, id](absl::Status status) {
      // Not written down: the job is as it was, and so is its deadline, which has passed.
      if (!status.ok()) book_.deadlines.Set(id, clock_.Now() + kRetry);
    });
  }
}

void Engine::ArmExpiry() {
  auto next = book_.index.NextExpiry();
  expiry_.Set("next", next ? std::optional<absl::Time>(next->first) : std::nullopt);
}

void Engine::OnExpiry() {
  // One transaction for all that is due.
  auto expire = [this](Step& step) {
    int reasons_left = kReasonsPerExpiry;
    while (auto next = book_.index.NextExpiry()) {
      if (next->first > clock_.Now()) break;
      absl::Status status = Expire(step, next->second, reasons_left);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  };
  Update(expire, [this](absl::Status status) {
    if (!status.ok()) expiry_.Set("next", clock_.Now() + kRetry);
  });
}

absl::Status Engine::Expire(Step& step, const std::string& job_id, int& reasons_left) {
  auto job = step.Get(job_id);
  if (!job.ok()) return job.status();
  const bool wants_reason = (*job)->has_task() || reasons_left-- > 0;
  if ((*job)->state() != pb::Job::QUEUED || !wants_reason) return step.Apply(job_id, event::Expire{});
  std::optional<Blocked> why = Explain(step.txn(), **job);
  if (why && why->kind() == Blocked::ON_DEMAND_FAILED) return step.Apply(job_id, event::OnDemandFailed{*why});
  if (why) why->set_message(absl::StrCat("the job was not started in time: ", why->message()));
  return step.Apply(job_id, event::Expire{std::move(why)});
}

void Engine::RetryMatch() {
  for (WorkerId worker : book_.fleet.AllWaiting()) {
    if (!book_.fleet.IsWaiting(worker)) continue;  // got a job in the transaction of an earlier one
    book_.fleet.StopWaiting(worker);
    Ask(worker);
  }
}

}  // namespace waypoint::jobs
