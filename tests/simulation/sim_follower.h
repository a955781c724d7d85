// One reader of GetJobStream, who checks what it is told (jobs-and-runners.md 8).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "simulation/verdict.h"
#include "waypoint/job.pb.h"

namespace waypoint::simulation {

namespace pb = ::hashicorp::waypoint;

class SimFollower {
 public:
  SimFollower(std::string job_id, Verdict& verdict) : job_id_(std::move(job_id)), verdict_(verdict) {}

  const std::string& job_id() const { return job_id_; }
  void OnMessage(const std::string& bytes);
  void OnEnd(const absl::Status& status);
  bool ended() const { return ended_; }
  bool completed() const { return completed_; }

 private:
  void OnState(const pb::GetJobStreamResponse::State& state);
  void OnTerminal(const pb::GetJobStreamResponse::Terminal& terminal);
  void Violated(const std::string& what) { verdict_.Violated("GetJobStream of " + job_id_ + ": " + what); }

  const std::string job_id_;
  Verdict& verdict_;
  bool opened_ = false, completed_ = false, ended_ = false;
  pb::Job::State state_ = pb::Job::UNKNOWN;
  int last_line_ = 0;
};

}  // namespace waypoint::simulation
