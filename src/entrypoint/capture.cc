#include "entrypoint/capture.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "absl/time/clock.h"
#include "base/status.h"

namespace waypoint::entrypoint {
namespace {

absl::Status MakePipe(UniqueFd* read_end, UniqueFd* write_end) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "create a pipe");
  read_end->Reset(ends[0]);
  write_end->Reset(ends[1]);
  return absl::OkStatus();
}

void WriteThrough(int fd, absl::string_view data) {
  while (!data.empty()) {
    ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {  // whoever shares our terminal made it so
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
      continue;
    }
    if (n < 0) return;  // nobody reads any more
    data.remove_prefix(n);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Capture>> Capture::Start(LineQueue& queue, int64_t output_limit) {
  std::unique_ptr<Capture> capture(new Capture(queue, output_limit));
  RETURN_IF_ERROR(MakePipe(&capture->out_, &capture->child_out_));
  RETURN_IF_ERROR(MakePipe(&capture->err_, &capture->child_err_));
  capture->thread_ = std::thread([raw = capture.get()] { raw->Run(); });
  return capture;
}

Capture::~Capture() { Finish(absl::Now()); }

void Capture::Finish(absl::Time deadline) {
  if (!thread_.joinable()) return;
  child_out_.Reset();
  child_err_.Reset();
  deadline_ms_ = absl::ToUnixMillis(deadline);
  finishing_.Wake();
  thread_.join();
}

bool Capture::PassOn(UniqueFd* from, int to, LineCutter* cutter) {
  char buffer[32 * 1024];
  ssize_t n = ::read(from->get(), buffer, sizeof buffer);
  if (n < 0 && errno == EINTR) return true;
  if (n <= 0) {
    from->Reset();
    return false;
  }
  absl::string_view data(buffer, n);
  WriteThrough(to, data);
  limit_.Wrote(data.size());
  const absl::Time now = absl::Now();
  cutter->Add(data, [&](absl::string_view line) { queue_.Push(line, pb::LogBatch::Entry::APP, now); });
  return true;
}

void Capture::Run() {
  LineCutter out_lines, err_lines;
  bool finishing = false;
  while (out_.valid() || err_.valid()) {
    int timeout = -1;
    if (finishing) {
      int64_t left = deadline_ms_ - absl::ToUnixMillis(absl::Now());
      if (left <= 0) break;
      timeout = static_cast<int>(left);
    }
    pollfd fds[] = {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}, {finishing ? -1 : finishing_.get(), POLLIN, 0}};
    if (::poll(fds, 3, timeout) < 0 && errno != EINTR) break;
    if (fds[2].revents != 0) finishing = true;
    if (fds[0].revents != 0) PassOn(&out_, STDOUT_FILENO, &out_lines);
    if (fds[1].revents != 0) PassOn(&err_, STDERR_FILENO, &err_lines);
  }
  const absl::Time now = absl::Now();
  for (LineCutter* lines : {&out_lines, &err_lines}) {
    lines->Finish([&](absl::string_view line) { queue_.Push(line, pb::LogBatch::Entry::APP, now); });
  }
}

}  // namespace waypoint::entrypoint
