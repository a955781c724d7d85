// Plays the terminal events of a job on a Ui (jobs-and-runners.md 8.1).
//
// Owns:    the spinner, the current step group and its open steps.
// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "cli/ui/ui.h"
#include "waypoint/job.pb.h"

namespace waypoint::cli {

class EventPlayer {
 public:
  using Event = hashicorp::waypoint::GetJobStreamResponse::Terminal::Event;

  explicit EventPlayer(Ui& ui) : ui_(ui) {}
  void Play(const Event& event);
  // Ends whatever the job left open, as it will hear no more.
  void Finish(bool failed);

 private:
  void PlayStatus(const hashicorp::waypoint::GetJobStreamResponse::Terminal::Event::Status& status);
  void PlayStep(const hashicorp::waypoint::GetJobStreamResponse::Terminal::Event::Step& step);
  void PlayTable(const hashicorp::waypoint::GetJobStreamResponse::Terminal::Event::Table& table);

  Ui& ui_;
  std::unique_ptr<StatusLine> status_;
  std::unique_ptr<StepGroup> group_;
  std::map<int32_t, std::shared_ptr<Step>> steps_;
};

Style StyleOfName(absl::string_view name);

}  // namespace waypoint::cli
