#include "builtin/process/probe.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/socket.h"
#include "base/status.h"

namespace waypoint::builtin::process {
namespace {

constexpr char kHost[] = "127.0.0.1";
constexpr absl::Duration kFirstPause = absl::Milliseconds(10);
constexpr size_t kStatusLineLimit = 4096;

absl::StatusOr<std::string> ReadStatusLine(int fd, absl::Time deadline, const std::stop_token& stop) {
  std::string text;
  char buffer[512];
  while (!absl::StrContains(text, "\n") && text.size() < kStatusLineLimit) {
    RETURN_IF_ERROR(WaitReadable(fd, deadline, stop));
    ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n <= 0) return absl::UnavailableError("closed the connection without an answer");
    text.append(buffer, n);
  }
  return text.substr(0, text.find_first_of("\r\n"));
}

absl::Status AskHttp(int fd, const HealthCheck& check, uint16_t port, absl::Time deadline,
                     const std::stop_token& stop) {
  std::string path = absl::StartsWith(check.http_path, "/") ? check.http_path : absl::StrCat("/", check.http_path);
  RETURN_IF_ERROR(SendAll(fd,
                          absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost:", port,
                                       "\r\nUser-Agent: waypoint-health\r\nConnection: close\r\n\r\n"),
                          deadline, stop));
  ASSIGN_OR_RETURN(std::string line, ReadStatusLine(fd, deadline, stop));
  std::vector<absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(' ', 2));
  int code = 0;
  if (!absl::StartsWith(line, "HTTP/1.") || parts.size() < 2 || !absl::SimpleAtoi(parts[1], &code)) {
    return absl::UnavailableError(absl::StrCat("GET ", path, " was answered by something that is not HTTP"));
  }
  if (code >= 200 && code < 400) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("GET ", path, " was answered with status ", code));
}

void Pause(absl::Duration pause, const std::stop_token& stop) {
  StopFd stopped(stop);
  pollfd fd{stopped.get(), POLLIN, 0};
  ::poll(&fd, 1, static_cast<int>(absl::ToInt64Milliseconds(pause)));
}

}  // namespace

absl::Status Probe(const HealthCheck& check, uint16_t port, std::stop_token stop) {
  absl::Time deadline = absl::Now() + check.timeout;
  ASSIGN_OR_RETURN(UniqueFd fd, ConnectTcp(kHost, port, deadline, stop));
  if (check.http_path.empty()) return absl::OkStatus();
  absl::Status answer = AskHttp(fd.get(), check, port, deadline, stop);
  if (!absl::IsDeadlineExceeded(answer)) return answer;
  return absl::UnavailableError(
      absl::StrCat("no answer to GET ", check.http_path, " within ", absl::FormatDuration(check.timeout)));
}

absl::Status WaitHealthy(const HealthCheck& check, uint16_t port, const std::function<absl::Status()>& running,
                         std::stop_token stop) {
  const absl::Time end = absl::Now() + check.interval * std::max(check.retries, 1);
  absl::Duration pause = std::min(kFirstPause, check.interval);
  while (true) {
    RETURN_IF_ERROR(running());
    absl::Status answer = Probe(check, port, stop);
    if (answer.ok()) return running();  // something else may have taken the port
    if (stop.stop_requested()) return absl::CancelledError("stopped while waiting for the app to get healthy");
    if (absl::Now() >= end) {
      return absl::DeadlineExceededError(absl::StrCat(answer.message()));
    }
    Pause(std::min(pause, end - absl::Now() + absl::Milliseconds(1)), stop);
    pause = std::min(pause * 2, check.interval);
  }
}

}  // namespace waypoint::builtin::process
