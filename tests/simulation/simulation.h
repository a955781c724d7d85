// A server with many runners and clients in one process, from one seed: crashes, delays, lost connections,
// jumps of the clock and a full disk, with invariants checked after every step (issue "Jobs and runners").
//
// A seed replays exactly: hash() of two runs is the same.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "simulation/pipe.h"
#include "simulation/random.h"
#include "simulation/sim_backend.h"
#include "simulation/sim_follower.h"
#include "simulation/sim_runner.h"
#include "simulation/sim_server.h"
#include "simulation/verdict.h"

namespace waypoint::simulation {

struct Options {
  int steps = 600;
  int runners = 4;
  bool faults = true;
  bool lying_disk = false;  // must be caught
};

struct Figures {
  uint64_t steps = 0, jobs = 0, succeeded = 0, failed = 0, crashes = 0, failed_syncs = 0, broken_streams = 0;
};

class Simulation {
 public:
  Simulation(uint64_t seed, Options options);
  ~Simulation();

  // Empty: no violation.
  std::string Run();
  uint64_t hash() const { return hash_; }
  const Figures& figures() const { return figures_; }

 private:
  void Step();
  void Fault();
  void ClientActs();
  void MovePipe(Pipe& pipe);
  void DeliverToServer(Pipe& pipe);
  void StartServer();
  void KillServer();
  void Advance(absl::Duration by);
  std::shared_ptr<Pipe> Dial(const std::string& method, Pipe::Client client);
  void DropOldPipes();

  void QueueJob();
  void CancelJob();
  void Follow();
  void AdoptOrReject();
  pb::Job MakeJob();

  void Settle();
  void CheckRecords();
  void CheckBook();
  void CheckNoJobWaitsForAWaitingRunner();
  void CheckAcknowledged();
  void CheckEnd();
  void CheckReload();
  void Note(uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3u; }
  void Note(const std::string& text);

  Random random_;
  const Options options_;
  Verdict verdict_;
  Figures figures_;
  uint64_t hash_ = 0xcbf29ce484222325u;
  SimBackend backend_{verdict_};
  testing::CountingIds ids_;
  SimServer server_{backend_, ids_};
  absl::Duration elapsed_;
  absl::Time Now() const { return absl::FromUnixSeconds(1704164645) + elapsed_; }
  int down_for_ = 0;                            // steps until the server is started again
  bool failure_unheard_ = false;                // a sync failed, and the server may not know yet
  absl::Duration failed_at_ = -absl::Hours(1);  // when it knew

  std::vector<std::shared_ptr<Pipe>> pipes_;
  std::vector<std::unique_ptr<SimRunner>> runners_;
  std::vector<std::unique_ptr<SimFollower>> followers_;
  std::vector<std::string> jobs_;    // acknowledged
  std::set<std::string> cancelled_;  // acknowledged cancels
  std::set<std::string> finished_;   // the runner was told that its last word arrived
};

}  // namespace waypoint::simulation
