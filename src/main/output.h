// Standard output as a Ui: a terminal's, or plain (cli.md 7). NO_COLOR and TERM=dumb mean what they usually do.
//
// Owns:    the Uis; the terminal's only if standard output is one, and then one that suits its TERM.
// Threads: thread-safe, as the Uis are.
#pragma once

#include <memory>
#include <stop_token>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/environment.h"
#include "cli/ui/plain_ui.h"
#include "cli/ui/tty_ui.h"

namespace waypoint::main_parts {

class Output {
 public:
  Output(Clock& clock, const Environment& env, std::stop_token interrupt);

  cli::Ui* best() { return terminal_ != nullptr ? terminal_.get() : plain(); }
  cli::Ui* plain() { return &plain_; }
  cli::Sink sink() const;
  // Fails if standard output did not take all (a full disk). A reader that has left is no failure.
  absl::Status Complete() const;
  // May standard error, where help and logs go, have colours?
  bool error_colors() const { return error_colors_; }

 private:
  cli::PlainUi plain_;
  std::unique_ptr<cli::Ui> terminal_;
  bool error_colors_ = false;
};

}  // namespace waypoint::main_parts
