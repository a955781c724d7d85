#include "simulation/sim_follower.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace waypoint::simulation {
namespace {

// States may be coalesced, so any later one may follow; only a requeue leads back.
bool MayFollow(pb::Job::State from, pb::Job::State to) {
  if (from == pb::Job::ERROR || from == pb::Job::SUCCESS) return from == to;
  if (from == pb::Job::RUNNING) return to >= pb::Job::RUNNING;
  return true;
}

}  // namespace

void SimFollower::OnMessage(const std::string& bytes) {
  pb::GetJobStreamResponse message;
  message.ParseFromString(bytes);
  if (completed_) Violated("a message after complete");
  if (!opened_ && !message.has_open()) Violated("does not begin with open");
  opened_ = true;
  if (message.has_state()) OnState(message.state());
  if (message.has_terminal()) OnTerminal(message.terminal());
  if (message.has_complete()) {
    completed_ = true;
    if (state_ != pb::Job::ERROR && state_ != pb::Job::SUCCESS) Violated("complete before the last state");
    if (message.complete().has_error() != (state_ == pb::Job::ERROR)) Violated("complete does not fit the state");
  }
}

void SimFollower::OnState(const pb::GetJobStreamResponse::State& state) {
  if (state.previous() != state_) Violated("previous state is not the one that was told before");
  if (!MayFollow(state_, state.current())) {
    Violated(absl::StrCat(pb::Job::State_Name(state_), " -> ", pb::Job::State_Name(state.current())));
  }
  state_ = state.current();
}

void SimFollower::OnTerminal(const pb::GetJobStreamResponse::Terminal& terminal) {
  if (terminal.events().empty() && !terminal.buffered()) Violated("an empty live batch");
  for (const auto& event : terminal.events()) {
    int line = 0;
    if (!absl::SimpleAtoi(event.line().msg(), &line)) continue;  // a reason
    // A job that was requeued and runs again starts from 1.
    if (line != 1 && line <= last_line_) Violated(absl::StrCat("line ", line, " after line ", last_line_));
    last_line_ = line;
  }
}

void SimFollower::OnEnd(const absl::Status& status) {
  ended_ = true;
  if (status.ok() && !completed_) Violated("ended well without complete");
}

}  // namespace waypoint::simulation
