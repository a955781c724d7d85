// What the user types into a command that runs in a deployment: bytes, window sizes, the end; and the way out.
//
// Owns:    one thread that reads standard input; the terminal's mode while raw.
// Threads: made and destroyed by one; sends from its own, as client::Stream allows.
// Errors:  none; what cannot be read counts as the end of the input.
// Spec:    cli.md 9 exec.
#pragma once

#include <termios.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "client/channel.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::cli {

// Finds Enter, "~", "." in a stream of keys.
class EscapeDetector {
 public:
  // True once the sequence is complete.
  bool Feed(absl::string_view keys);

 private:
  enum class Seen { kNothing, kEnter, kTilde };
  Seen seen_ = Seen::kEnter;  // the first line counts too
};

// The terminal's size; nothing where there is none.
std::optional<hashicorp::waypoint::ExecStreamRequest::WindowSize> TerminalSize();

// Keys go to the program at the other end while this lives.
class RawTerminal {
 public:
  RawTerminal();
  ~RawTerminal();

 private:
  std::optional<termios> saved_;
};

class ExecInput {
 public:
  // `pty`: sizes are sent too, and the escape sequence cancels the stream.
  ExecInput(client::Stream& stream, bool pty);
  ~ExecInput();
  bool disconnected() const { return disconnected_; }

 private:
  void Run(const std::stop_token& stop);
  bool Forward();  // false: the input is over
  void SendSizeIfChanged();

  client::Stream& stream_;
  const bool pty_;
  EscapeDetector escape_;
  std::string last_size_;
  std::atomic<bool> disconnected_ = false;
  std::jthread thread_;
};

}  // namespace waypoint::cli
