// A runner: registers, accepts jobs, executes them, reports. The same class inside the CLI (kind local) and in
// `runner agent` (jobs-and-runners.md 10.4, 11).
//
// Owns:    the registration and one thread for each accept loop, plus those of the jobs under way.
// Threads: Start, Stop from one thread. ExecuteJob is called from the loops' threads.
// Errors:  Start: why the server refuses us, or that the id or the state folder can't be used.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "appconfig/sourcer.h"
#include "base/clock.h"
#include "base/ids.h"
#include "client/channel.h"
#include "plugin/terminal.h"
#include "runner/configuration.h"
#include "runner/execute_job.h"
#include "runner/job_stream.h"
#include "runner/liveness.h"
#include "runner/patient_channel.h"
#include "runner/registration.h"
#include "runner/token_channel.h"

namespace waypoint::runner {

struct RunnerOptions {
  enum class Kind { kLocal, kRemote, kOnDemand };
  Kind kind = Kind::kRemote;
  std::string id;  // empty: the state folder's, else a new one
  bool by_id_only = false;
  std::map<std::string, std::string> labels;
  std::string profile_id;  // kOnDemand
  std::string state_dir;   // keeps id and token; empty: nothing is kept
  // With a token here the channel must have been dialled without one. The state folder's token wins.
  std::string token;
  std::string cookie;            // asks to be adopted
  std::string liveness_address;  // host:port of a listener that shows we live; empty: none
  std::string working_folder;    // of configured files
  bool dynamic_config = false;   // follow variables that come from sources
  appconfig::SourcerFactory sourcers;
  int concurrency = 1;
  // Local runners show output here directly; the server gets it too.
  plugin::Terminal* mirror = nullptr;
  absl::Duration heartbeat = absl::Seconds(5);
  absl::Duration on_demand_accept_timeout = absl::Seconds(60);
  // How long an operation's calls wait for a server that restarts.
  absl::Duration patience = absl::Minutes(1);
  // After so long without the server the runner ends, and with it its jobs. Agents wait for ever, people do not.
  absl::Duration give_up_after = absl::InfiniteDuration();
};

class Runner {
 public:
  // All of them outlive the runner.
  Runner(client::Channel& channel, Clock& clock, IdSource& ids, RunnerOptions options, ExecuteJob execute);
  ~Runner();

  // Registered, configured and accepting jobs when it returns.
  absl::Status Start(std::stop_token stop);
  const std::string& id() const { return id_; }
  // Accepts nothing more and waits for the jobs under way; with `cancel` they are told to end at once.
  void Stop(bool cancel);
  // Until the loops have ended by themselves (on-demand: after its job; refused: at once) or `stop`.
  absl::Status Wait(std::stop_token stop);

 private:
  enum class Next { kContinue, kBackOff, kEnd };

  ::hashicorp::waypoint::Runner Describe() const;
  absl::Status Prepare(std::stop_token stop);
  JobStreamOptions StreamOptions() const;
  void Loop(std::stop_token stop);
  Next AcceptAndRun(std::stop_token stop);
  absl::Status RunJob(JobStream& stream, std::stop_token stop);
  Next After(const absl::Status& status) const;

  client::Channel& outer_channel_;
  std::unique_ptr<TokenChannel> channel_;
  std::unique_ptr<PatientChannel> job_channel_;
  Clock& clock_;
  IdSource& ids_;
  RunnerOptions options_;
  const ExecuteJob execute_;
  std::string id_;
  std::unique_ptr<Liveness> liveness_;
  Configuration configuration_;
  std::unique_ptr<Registration> registration_;
  std::vector<std::jthread> loops_;

  absl::Mutex mu_;
  int loops_left_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status end_ ABSL_GUARDED_BY(mu_);
  std::vector<JobStream*> running_ ABSL_GUARDED_BY(mu_);
};

}  // namespace waypoint::runner
