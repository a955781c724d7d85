#include "main/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace waypoint::main_parts {
namespace {

void WriteAll(absl::string_view bytes, bool is_stderr) {
  const int fd = is_stderr ? STDERR_FILENO : STDOUT_FILENO;
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EPIPE && !is_stderr) {
      // Whoever read us has left (waypoint logs | head): end as if interrupted, so that jobs are cancelled in order.
      static std::once_flag once;
      std::call_once(once, [] { kill(getpid(), SIGINT); });
    }
    if (count <= 0) return;
    bytes.remove_prefix(count);
  }
}

cli::TtySize ScreenSize() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {0, 0};
  return {size.ws_col, size.ws_row};
}

absl::StatusOr<std::string> ReadLine() {
  std::string line;
  if (!std::getline(std::cin, line)) return absl::CancelledError("no answer was given");
  return std::string(absl::StripAsciiWhitespace(line));
}

cli::Icons ChooseIcons(const Environment& env) {
  return {.unicode = !env.GetOr("WAYPOINT_FORCE_EMOJI").empty() || absl::StrContains(env.GetOr("LANG"), "UTF-8")};
}

}  // namespace

Output::Output(Clock& clock, const Environment& env) : plain_(WriteAll, ChooseIcons(env)) {
  const cli::TtySize size = ScreenSize();
  if (isatty(STDOUT_FILENO) != 1 || size.columns == 0 || size.rows == 0) return;
  cli::TtyUi::Options options;
  options.sink = WriteAll;
  options.size = ScreenSize;
  options.read_line = ReadLine;
  options.colors = env.GetOr("NO_COLOR").empty() && env.GetOr("TERM") != "dumb";
  options.icons = ChooseIcons(env);
  tty_ = std::make_unique<cli::TtyUi>(clock, std::move(options));
}

cli::Sink Output::sink() const { return WriteAll; }

}  // namespace waypoint::main_parts
