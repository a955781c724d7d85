// Shows one followed job on the Ui: its terminal events, where it runs, why nothing happens yet (cli.md 6).
//
// Threads: as client/follow.h calls it.
#pragma once

#include <string>

#include "cli/ui/event_player.h"
#include "client/follow.h"

namespace waypoint::cli {

class JobView : public client::FollowEvents {
 public:
  explicit JobView(Ui& ui) : ui_(ui), player_(ui) {}

  void OnTerminal(const EventPlayer::Event& event) override { player_.Play(event); }
  void OnAssigned(const client::Place& place) override;
  void OnDownload(const hashicorp::waypoint::Job::DataSource::Ref& ref) override;
  void OnWaiting() override;
  void OnStuck() override;
  void OnServerLost() override;
  void OnCanceling() override;
  void OnEnd(bool failed) override { player_.Finish(failed); }

 private:
  Ui& ui_;
  EventPlayer player_;
};

}  // namespace waypoint::cli
