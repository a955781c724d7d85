#include "main/output.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/fd.h"

namespace waypoint::main_parts {
namespace {

std::atomic<int> g_lost = 0;  // why standard output took less than it was given

void WriteAll(absl::string_view bytes, bool is_stderr) {
  const int fd = is_stderr ? STDERR_FILENO : STDOUT_FILENO;
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      // Whoever shares the pipe or terminal with us does not want to be blocked; we do.
      pollfd writable = {fd, POLLOUT, 0};
      poll(&writable, 1, -1);
      continue;
    }
    if (count < 0 && errno != EPIPE && !is_stderr) g_lost = errno;
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

// Byte by byte: what follows the line may be for somebody else. The signal of Ctrl-C does not interrupt a read.
absl::StatusOr<std::string> ReadLine(const std::stop_token& interrupt) {
  const StopFd stopped(interrupt);
  std::string line;
  while (true) {
    pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {stopped.get(), POLLIN, 0}};
    if (poll(fds, 2, -1) < 0) continue;
    char byte = 0;
    if (interrupt.stop_requested()) return absl::CancelledError("no answer was given");
    const ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 && line.empty()) {
      return absl::FailedPreconditionError("no answer was given: the standard input is at its end");
    }
    if (count <= 0 || byte == '\n') return std::string(absl::StripAsciiWhitespace(line));
    line += byte;
  }
}

cli::Icons ChooseIcons(const Environment& env) {
  return {.unicode = !env.GetOr("WAYPOINT_FORCE_EMOJI").empty() || absl::StrContains(env.GetOr("LANG"), "UTF-8")};
}

}  // namespace

Output::Output(Clock& clock, const Environment& env, std::stop_token interrupt) : plain_(WriteAll, ChooseIcons(env)) {
  const bool dumb = env.GetOr("TERM") == "dumb";
  const bool colors = env.GetOr("NO_COLOR").empty() && !dumb;
  error_colors_ = colors && isatty(STDERR_FILENO) == 1;
  const cli::TtySize size = ScreenSize();
  if (isatty(STDOUT_FILENO) != 1 || size.columns == 0 || size.rows == 0) return;
  auto read_line = [interrupt] { return ReadLine(interrupt); };
  if (dumb) {
    terminal_ = std::make_unique<cli::PlainUi>(WriteAll, ChooseIcons(env), read_line);
    return;
  }
  cli::TtyUi::Options options;
  options.sink = WriteAll;
  options.size = ScreenSize;
  options.read_line = read_line;
  options.colors = colors;
  options.icons = ChooseIcons(env);
  terminal_ = std::make_unique<cli::TtyUi>(clock, std::move(options));
}

cli::Sink Output::sink() const { return WriteAll; }

absl::Status Output::Complete() const {
  const int error = g_lost;
  if (error == 0) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("not all of the output could be written to standard output: ", strerror(error)));
}

}  // namespace waypoint::main_parts
