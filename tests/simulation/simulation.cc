#include "simulation/simulation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/machine.h"
#include "waypoint/project.pb.h"

namespace waypoint::simulation {
namespace {

pb::Runner RunnerNumber(int i) {
  pb::Runner runner;
  runner.set_id(absl::StrCat("runner", i));
  runner.set_by_id_only(i == 1);
  if (i == 1) {
    runner.mutable_local();
  } else {
    runner.mutable_remote();
  }
  (*runner.mutable_labels())["zone"] = i % 2 == 0 ? "even" : "odd";
  return runner;
}

}  // namespace

Simulation::Simulation(uint64_t seed, Options options) : random_(seed), options_(options) {
  backend_.Lie(options.lying_disk);
  for (int i = 0; i < options.runners; ++i) {
    runners_.push_back(std::make_unique<SimRunner>(
        RunnerNumber(i), random_,
        [this](const std::string& method, Pipe::Client client) { return Dial(method, std::move(client)); },
        [this](const std::string& job_id) { finished_.insert(job_id); }));
  }
  StartServer();
}

Simulation::~Simulation() {
  if (server_.running()) KillServer();
}

std::string Simulation::Run() {
  for (int i = 0; i < options_.steps && verdict_.ok(); ++i) {
    Step();
    ++figures_.steps;
    if (!server_.running()) continue;
    CheckRecords();
    CheckBook();
    CheckNoJobWaitsForAWaitingRunner();
  }
  if (verdict_.ok()) Settle();
  if (backend_.lost_acknowledged()) CheckAcknowledged();
  return verdict_.violation();
}

void Simulation::Step() {
  if (!server_.running() && --down_for_ <= 0) StartServer();
  const int dice = random_.Below(100);
  Note(static_cast<uint64_t>(dice));
  if (dice < 45 && !pipes_.empty()) {
    MovePipe(*pipes_[static_cast<size_t>(random_.Below(static_cast<int>(pipes_.size())))]);
  } else if (dice < 60) {
    for (int i = random_.Below(8); i >= 0; --i) server_.RunOne();
  } else if (dice < 75) {
    runners_[static_cast<size_t>(random_.Below(options_.runners))]->Act();
  } else if (dice < 84) {
    backend_.Sync(static_cast<size_t>(1 + random_.Below(3)));
  } else if (dice < 92) {
    if (server_.running()) ClientActs();
  } else if (dice < 97) {
    Advance(absl::Milliseconds(random_.Below(4000)));
  } else if (options_.faults) {
    Fault();
  }
  DropOldPipes();
}

void Simulation::Fault() {
  const int dice = random_.Below(100);
  if (dice < 8) {
    if (server_.running()) KillServer();
  } else if (dice < 20) {
    if (backend_.waiting() > 0) {
      ++figures_.failed_syncs;
      failure_unheard_ = true;
      backend_.Fail();
    }
  } else if (dice < 35) {
    runners_[static_cast<size_t>(random_.Below(options_.runners))]->Crash();
  } else if (dice < 75) {
    if (pipes_.empty()) return;
    ++figures_.broken_streams;
    pipes_[static_cast<size_t>(random_.Below(static_cast<int>(pipes_.size())))]->Break();
  } else {
    Advance(absl::Seconds(random_.Below(200)));  // a suspended machine
  }
}

void Simulation::MovePipe(Pipe& pipe) {
  if (!server_.running()) return pipe.ServerGone();
  switch (random_.Below(4)) {
    case 0:
      if (pipe.CanOpen()) {
        pipe.Open(server_.stream(pipe.name()), server_.caller());
      } else {
        DeliverToServer(pipe);
      }
      return;
    case 1:
      pipe.Pull();
      return;
    case 2:
      pipe.DeliverToClient();
      return;
    default:
      pipe.CloseServerSide();
      return;
  }
}

// Only the stream that holds a job may move it.
void Simulation::DeliverToServer(Pipe& pipe) {
  auto* worker = dynamic_cast<jobs::Worker*>(pipe.session());
  if (worker == nullptr) {
    pipe.DeliverToServer();
    return;
  }
  std::map<std::string, pb::Job::State> held_by_others;
  for (const auto& [job_id, lease] : server_.engine().book().leases) {
    if (server_.engine().fleet().Find(lease.worker) != worker) held_by_others[job_id] = server_.StateOf(job_id);
  }
  pipe.DeliverToServer();
  for (const auto& [job_id, state] : held_by_others) {
    const pb::Job::State now = server_.StateOf(job_id);
    if (now == state || now == pb::Job::QUEUED) continue;
    verdict_.Violated(
        absl::StrCat("job ", job_id, " became ", pb::Job::State_Name(now), " by a stream that does not hold it"));
  }
}

std::shared_ptr<Pipe> Simulation::Dial(const std::string& method, Pipe::Client client) {
  auto pipe = std::make_shared<Pipe>(method, std::move(client));
  pipes_.push_back(pipe);
  return pipe;
}

void Simulation::DropOldPipes() {
  pipes_.erase(std::remove_if(pipes_.begin(), pipes_.end(), [](const auto& pipe) { return pipe->Over(); }),
               pipes_.end());
}

void Simulation::StartServer() {
  server_.Start(elapsed_);
  auto project = [](jobs::Step& step) {
    if (step.txn().Get<pb::Project>("demo") != nullptr) return absl::OkStatus();
    pb::Project demo;
    demo.set_name("demo");
    demo.mutable_data_source()->mutable_local();
    step.txn().Put("demo", std::move(demo));
    return absl::OkStatus();
  };
  server_.engine().Update(project, [](absl::Status) {});
  CheckAcknowledged();
}

void Simulation::KillServer() {
  ++figures_.crashes;
  // Sessions die with the process; what their ends would write is lost like all that is not synced.
  for (const auto& pipe : pipes_) pipe->ServerGone();
  server_.Kill();
  down_for_ = 1 + random_.Below(20);
}

void Simulation::Advance(absl::Duration by) {
  elapsed_ += by;
  if (server_.running()) server_.Advance(by);
}

void Simulation::ClientActs() {
  const int dice = random_.Below(100);
  if (dice < 50) {
    QueueJob();
  } else if (dice < 65) {
    CancelJob();
  } else if (dice < 95) {
    Follow();
  } else {
    AdoptOrReject();
  }
}

pb::Job Simulation::MakeJob() {
  pb::Job job;
  job.mutable_application()->set_project("demo");
  job.mutable_application()->set_application(random_.Chance(50) ? "web" : "api");
  job.mutable_workspace()->set_workspace("default");
  const int target = random_.Below(100);
  if (target < 60) {
    job.mutable_target_runner()->mutable_any();
  } else if (target < 80) {
    job.mutable_target_runner()->mutable_id()->set_id(absl::StrCat("runner", random_.Below(options_.runners + 1)));
  } else {
    (*job.mutable_target_runner()->mutable_labels()->mutable_labels())["zone"] = random_.Chance(90) ? "even" : "west";
  }
  if (random_.Chance(50)) {
    job.mutable_deploy();
  } else {
    job.mutable_build();
  }
  if (!jobs_.empty() && random_.Chance(30)) {
    job.add_depends_on(jobs_[static_cast<size_t>(random_.Below(static_cast<int>(jobs_.size())))]);
    if (random_.Chance(50)) job.add_depends_on_allow_failure(job.depends_on(0));
  }
  if (random_.Chance(10)) job.set_singleton_id("one");
  return job;
}

void Simulation::QueueJob() {
  pb::QueueJobRequest request;
  *request.mutable_job() = MakeJob();
  if (random_.Chance(15)) request.set_expires_in("30s");
  server_.Call("QueueJob", request.SerializeAsString(), [this](absl::Status status, std::string bytes) {
    Note(static_cast<uint64_t>(status.code()));
    if (!status.ok()) return;
    pb::QueueJobResponse response;
    response.ParseFromString(bytes);
    Note(response.job_id());
    ++figures_.jobs;
    jobs_.push_back(response.job_id());
    pb::Job job;
    if (!options_.lying_disk && !backend_.DurableJob(response.job_id(), &job)) {
      verdict_.Violated(absl::StrCat("job ", response.job_id(), " was acknowledged before it was durable"));
    }
  });
}

void Simulation::CancelJob() {
  if (jobs_.empty()) return;
  pb::CancelJobRequest request;
  request.set_job_id(jobs_[static_cast<size_t>(random_.Below(static_cast<int>(jobs_.size())))]);
  request.set_force(random_.Chance(30));
  server_.Call("CancelJob", request.SerializeAsString(), [this, request](absl::Status status, std::string) {
    if (status.ok()) cancelled_.insert(request.job_id());
  });
}

void Simulation::Follow() {
  if (jobs_.empty()) return;
  followers_.push_back(std::make_unique<SimFollower>(
      jobs_[static_cast<size_t>(random_.Below(static_cast<int>(jobs_.size())))], verdict_));
  SimFollower* follower = followers_.back().get();
  auto pipe = Dial("GetJobStream", {[follower](const std::string& bytes) { follower->OnMessage(bytes); },
                                    [follower](absl::Status status) { follower->OnEnd(status); }});
  pb::GetJobStreamRequest request;
  request.set_job_id(follower->job_id());
  pipe->ClientSend(request.SerializeAsString());
}

void Simulation::AdoptOrReject() {
  pb::AdoptRunnerRequest request;
  request.set_runner_id(absl::StrCat("runner", 2 + random_.Below(2)));
  request.set_adopt(random_.Chance(70));
  server_.Call("AdoptRunner", request.SerializeAsString(), [](absl::Status, std::string) {});
}

void Simulation::Note(const std::string& text) {
  for (unsigned char c : text) Note(static_cast<uint64_t>(c));
}

}  // namespace waypoint::simulation
