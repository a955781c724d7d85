#include "entrypoint/exec.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <deque>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/fd.h"
#include "base/subprocess.h"

namespace waypoint::entrypoint {
namespace {

constexpr absl::Duration kDrain = absl::Seconds(1);
constexpr int kKilled = -1;  // what the wire says of a command that a signal ended

absl::StatusOr<std::unique_ptr<Process>> StartCommand(const ExecSetup& setup) {
  const pb::EntrypointConfig::Exec& exec = setup.session;
  SpawnOptions options;
  options.argv.assign(exec.args().begin(), exec.args().end());
  options.env = setup.env;
  if (exec.pty().enable()) {
    const auto& size = exec.pty().window_size();
    options.terminal = WindowSize{static_cast<uint16_t>(size.rows()), static_cast<uint16_t>(size.cols()),
                                  static_cast<uint16_t>(size.width()), static_cast<uint16_t>(size.height())};
    if (!exec.pty().term().empty()) options.env = MergeEnvironment(setup.env, {"TERM=" + exec.pty().term()});
  } else {
    options.in = options.out = options.err = Stdio::Pipe();
    options.group = SpawnOptions::Group::kNewGroup;
  }
  return Process::Spawn(options);
}

// Input on its way to the command: taken from the stream at once, written when the command reads, so
// that a command that does not read holds up neither the stream nor its own end.
class InputPump {
 public:
  explicit InputPump(UniqueFd fd) : fd_(std::move(fd)), wake_(std::stop_token()) {
    ::fcntl(fd_.get(), F_SETFL, ::fcntl(fd_.get(), F_GETFL) | O_NONBLOCK);
    thread_ = std::thread([this] { Run(); });
  }
  ~InputPump() {
    {
      absl::MutexLock lock(&mu_);
      stopped_ = true;
    }
    wake_.Wake();
    thread_.join();
  }
  void Write(absl::string_view data) {
    {
      absl::MutexLock lock(&mu_, absl::Condition(this, &InputPump::HasRoom));
      waiting_.append(data.data(), data.size());
    }
    wake_.Wake();
  }
  void Finish(bool close) {
    {
      absl::MutexLock lock(&mu_);
      finished_ = true;
      close_ = close;
    }
    wake_.Wake();
  }
  // The stream's reader must not wait for a command that never reads.
  void Abandon() {
    absl::MutexLock lock(&mu_);
    stopped_ = true;
  }

 private:
  static constexpr size_t kRoom = 256 * 1024;
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return stopped_ || waiting_.size() < kRoom; }

  // False: nothing more to do.
  bool WriteSome(bool* blocked) {
    absl::MutexLock lock(&mu_);
    if (stopped_) return false;
    *blocked = false;
    if (!waiting_.empty()) {
      ssize_t n = ::write(fd_.get(), waiting_.data(), waiting_.size());
      if (n > 0) waiting_.erase(0, n);
      if (n < 0 && errno != EAGAIN && errno != EINTR) {
        waiting_.clear();
        stopped_ = true;
        return false;
      }
      *blocked = !waiting_.empty();
    }
    if (waiting_.empty() && finished_) {
      if (close_) fd_.Reset();
      return false;
    }
    return true;
  }
  void Run() {
    bool blocked = false;
    while (WriteSome(&blocked)) {
      pollfd fds[] = {{wake_.get(), POLLIN, 0}, {blocked ? fd_.get() : -1, POLLOUT, 0}};
      ::poll(fds, 2, -1);
      wake_.Clear();
    }
  }

  UniqueFd fd_;
  StopFd wake_;
  absl::Mutex mu_;
  std::string waiting_ ABSL_GUARDED_BY(mu_);
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  bool close_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

class ExecSession {
 public:
  ExecSession(client::Stream& stream, std::unique_ptr<Process> process, bool pty)
      : stream_(stream), process_(std::move(process)), pty_(pty), input_(std::move(process_->in)) {}

  void Run() {
    std::thread reader([this] { TakeInput(); });
    PassOutput();
    absl::StatusOr<ExitStatus> ended = process_->Wait();
    pb::EntrypointExecRequest exit;
    const bool killed = ended.ok() && ended->signal != 0;
    exit.mutable_exit()->set_code(!ended.ok() ? 1 : killed ? kKilled : ended->code);
    stream_.Send(exit);
    stream_.CloseSend();
    input_.Abandon();
    reader.join();  // the server ends the stream after an exit
  }

 private:
  void TakeInput() {
    pb::EntrypointExecResponse response;
    while (true) {
      absl::StatusOr<bool> more = stream_.Receive(&response);
      if (!more.ok() || !*more) break;
      if (response.has_winch() && pty_) {
        const auto& size = response.winch();
        process_
            ->Resize({static_cast<uint16_t>(size.rows()), static_cast<uint16_t>(size.cols()),
                      static_cast<uint16_t>(size.width()), static_cast<uint16_t>(size.height())})
            .IgnoreError();
      } else if (response.event_case() == pb::EntrypointExecResponse::kInput) {
        input_.Write(response.input());
      } else if (response.has_input_eof()) {
        input_.Finish(/*close=*/!pty_);  // a terminal stays: its end would be a hang-up
      }
    }
    process_->SignalGroup(SIGKILL).IgnoreError();  // nobody listens any more
  }

  bool PassOne(UniqueFd* fd, pb::EntrypointExecRequest::Output::Channel channel) {
    char buffer[32 * 1024];
    ssize_t n = ::read(fd->get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) {  // a terminal's end is an error
      fd->Reset();
      return false;
    }
    pb::EntrypointExecRequest request;
    request.mutable_output()->set_channel(channel);
    request.mutable_output()->set_data(buffer, n);
    stream_.Send(request);
    return true;
  }

  // Until the pipes end; after the command's end at most kDrain longer, since others may hold them.
  void PassOutput() {
    absl::Time drain_until = absl::InfiniteFuture();
    while (process_->out.valid() || process_->err.valid()) {
      const bool ended = drain_until != absl::InfiniteFuture();
      int timeout = ended                      ? static_cast<int>(absl::ToInt64Milliseconds(drain_until - absl::Now()))
                    : process_->exit_fd() >= 0 ? -1
                                               : 20;
      if (ended && timeout <= 0) return;
      pollfd fds[] = {{process_->out.get(), POLLIN, 0},
                      {process_->err.get(), POLLIN, 0},
                      {ended ? -1 : process_->exit_fd(), POLLIN, 0}};
      ::poll(fds, 3, timeout);
      if (fds[0].revents != 0) PassOne(&process_->out, pb::EntrypointExecRequest::Output::STDOUT);
      if (fds[1].revents != 0) PassOne(&process_->err, pb::EntrypointExecRequest::Output::STDERR);
      if (!ended && process_->TryWait().has_value()) drain_until = absl::Now() + kDrain;
    }
  }

  client::Stream& stream_;
  std::unique_ptr<Process> process_;
  const bool pty_;
  InputPump input_;
};

void SendError(client::Stream& stream, const absl::Status& why) {
  pb::EntrypointExecRequest request;
  auto* error = request.mutable_error()->mutable_error();
  error->set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
  error->set_message(std::string(why.message()));
  stream.Send(request);
  stream.CloseSend();
  pb::EntrypointExecResponse ignored;
  for (absl::StatusOr<bool> more = stream.Receive(&ignored); more.ok() && *more;) more = stream.Receive(&ignored);
}

}  // namespace

void RunExec(client::Channel& channel, const ExecSetup& setup, OwnLog& log, std::stop_token stop) {
  client::CallOptions options;
  options.stop = stop;
  std::unique_ptr<client::Stream> stream = channel.Open("EntrypointExecStream", options);
  pb::EntrypointExecRequest open;
  open.mutable_open()->set_instance_id(setup.instance_id);
  open.mutable_open()->set_index(setup.session.index());
  stream->Send(open);
  absl::StatusOr<std::unique_ptr<Process>> process = StartCommand(setup);
  if (!process.ok()) {
    log.Warn("exec", absl::StrCat("cannot start: ", process.status().message()));
    SendError(*stream, process.status());
    return;
  }
  log.Info("exec", absl::StrCat("started: pid=", (*process)->pid()));
  ExecSession(*stream, *std::move(process), setup.session.pty().enable()).Run();
}

}  // namespace waypoint::entrypoint
