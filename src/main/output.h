// Standard output as a Ui: a terminal's, or plain (cli.md 7).
//
// Owns:    both Uis; the terminal's only if standard output is one.
// Threads: thread-safe, as the Uis are.
#pragma once

#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "base/environment.h"
#include "cli/ui/plain_ui.h"
#include "cli/ui/tty_ui.h"

namespace waypoint::main_parts {

class Output {
 public:
  Output(Clock& clock, const Environment& env, std::stop_token interrupt);

  cli::Ui* best() { return tty_ != nullptr ? static_cast<cli::Ui*>(tty_.get()) : plain(); }
  cli::Ui* plain() { return &plain_; }
  cli::Sink sink() const;

 private:
  cli::PlainUi plain_;
  std::unique_ptr<cli::TtyUi> tty_;
};

}  // namespace waypoint::main_parts
