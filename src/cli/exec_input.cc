#include "cli/exec_input.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"

namespace waypoint::cli {

namespace pb = ::hashicorp::waypoint;

namespace {
// SIGWINCH is one signal for a whole process that has threads of several libraries; looking is simpler and enough.
constexpr int kLookAtSizeMs = 200;
}  // namespace

bool EscapeDetector::Feed(absl::string_view keys) {
  for (char key : keys) {
    if (seen_ == Seen::kTilde && key == '.') return true;
    if (seen_ == Seen::kEnter && key == '~') {
      seen_ = Seen::kTilde;
    } else {
      seen_ = key == '\r' || key == '\n' ? Seen::kEnter : Seen::kNothing;
    }
  }
  return false;
}

std::optional<pb::ExecStreamRequest::WindowSize> TerminalSize() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return std::nullopt;
  pb::ExecStreamRequest::WindowSize out;
  out.set_rows(size.ws_row);
  out.set_cols(size.ws_col);
  out.set_width(size.ws_xpixel);
  out.set_height(size.ws_ypixel);
  return out;
}

RawTerminal::RawTerminal() {
  termios mode{};
  if (::tcgetattr(STDIN_FILENO, &mode) != 0) return;
  saved_ = mode;
  ::cfmakeraw(&mode);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
}

RawTerminal::~RawTerminal() {
  if (saved_.has_value()) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*saved_);
}

ExecInput::ExecInput(client::Stream& stream, bool pty) : stream_(stream), pty_(pty) {
  if (auto size = TerminalSize()) last_size_ = size->SerializeAsString();
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

ExecInput::~ExecInput() = default;

void ExecInput::Run(const std::stop_token& stop) {
  // Without a PTY at the other end nothing there expects a terminal's keys.
  bool open = pty_ || ::isatty(STDIN_FILENO) == 0;
  StopFd stopped(stop);
  while (!stop.stop_requested()) {
    pollfd fds[] = {{stopped.get(), POLLIN, 0}, {open ? STDIN_FILENO : -1, POLLIN, 0}};
    ::poll(fds, 2, pty_ ? kLookAtSizeMs : -1);
    if (stop.stop_requested()) return;
    if (pty_) SendSizeIfChanged();
    if (fds[1].revents != 0) open = Forward();
  }
}

bool ExecInput::Forward() {
  char buffer[4096];
  const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  pb::ExecStreamRequest request;
  if (n <= 0) {
    request.mutable_input_eof();
    stream_.Send(request);
    return false;
  }
  const absl::string_view keys(buffer, static_cast<size_t>(n));
  if (pty_ && escape_.Feed(keys)) {
    disconnected_ = true;
    stream_.Cancel();
    return false;
  }
  request.mutable_input()->set_data(keys.data(), keys.size());
  return stream_.Send(request);
}

void ExecInput::SendSizeIfChanged() {
  const auto size = TerminalSize();
  if (!size.has_value()) return;
  std::string bytes = size->SerializeAsString();
  if (bytes == last_size_) return;
  last_size_ = std::move(bytes);
  pb::ExecStreamRequest request;
  *request.mutable_winch() = *size;
  stream_.Send(request);
}

}  // namespace waypoint::cli
