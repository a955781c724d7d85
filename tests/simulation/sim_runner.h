// A runner as the spec describes it (jobs-and-runners.md 7, 11), that crashes, hangs and comes back.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "simulation/pipe.h"
#include "simulation/random.h"
#include "waypoint/runner.pb.h"

namespace waypoint::simulation {

namespace pb = ::hashicorp::waypoint;

class SimRunner {
 public:
  using Dial = std::function<std::shared_ptr<Pipe>(const std::string& method, Pipe::Client client)>;
  // A job that ended well for this runner: the server closed the stream after its last word.
  using Done = std::function<void(const std::string& job_id)>;

  SimRunner(pb::Runner self, Random& random, Dial dial, Done done)
      : self_(std::move(self)), random_(random), dial_(std::move(dial)), done_(std::move(done)) {}

  const std::string& id() const { return self_.id(); }
  // Does something that it may do now.
  void Act();
  void Crash();  // forgets its job, closes nothing properly
  void Heal() { healthy_ = true; }

 private:
  void OpenConfig();
  void OpenJobs();
  void OnMessage(const pb::RunnerJobStreamResponse& message);
  void OnAssignment(const pb::Job& job);
  void OnEnd(const absl::Status& status);
  void Work();
  void SendFinal();
  void Send(const pb::RunnerJobStreamRequest& message);
  void DropJob();

  const pb::Runner self_;
  Random& random_;
  const Dial dial_;
  const Done done_;
  bool healthy_ = false;

  std::shared_ptr<Pipe> config_, jobs_;
  bool configured_ = false;
  uint64_t attempt_ = 0;  // of the job stream: ends of older ones mean nothing
  uint64_t config_attempt_ = 0;
  std::string job_id_;      // acknowledged and not finished
  bool expecting_ = false;  // asked, no assignment yet
  bool cancelled_ = false;
  bool deaf_ = false;  // ignores cancels and says nothing more
  int lines_ = 0;
  std::optional<pb::RunnerJobStreamRequest> final_;  // said, not confirmed
};

}  // namespace waypoint::simulation
