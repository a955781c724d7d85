#include "core/exec_pipe.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace waypoint::core {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr size_t kMaxWaiting = 16;
constexpr absl::Duration kServerCloses = absl::Seconds(5);

void SetSize(const pb::ExecStreamRequest::WindowSize& from, pb::sdk::WindowSize* to) {
  to->set_height(std::max(from.height(), 0));
  to->set_width(std::max(from.width(), 0));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ExecPipe>> ExecPipe::Open(client::Channel& channel, const std::string& instance_id,
                                                         const Exec& exec, const std::vector<std::string>& env,
                                                         std::stop_token stop) {
  client::CallOptions call;
  call.stop = std::move(stop);
  std::unique_ptr<client::Stream> stream = channel.Open("EntrypointExecStream", call);
  pb::EntrypointExecRequest open;
  open.mutable_open()->set_instance_id(instance_id);
  open.mutable_open()->set_index(exec.index());
  stream->Send(open);
  pb::EntrypointExecResponse opened;
  ASSIGN_OR_RETURN(bool more, stream->Receive(&opened));
  if (!more || !opened.opened()) return absl::AbortedError("the server did not open the exec session as it should");
  return std::unique_ptr<ExecPipe>(new ExecPipe(std::move(stream), exec, env));
}

ExecPipe::ExecPipe(std::unique_ptr<client::Stream> stream, const Exec& exec, const std::vector<std::string>& env)
    : stream_(std::move(stream)) {
  *info_.mutable_args() = exec.args();
  for (const std::string& variable : env) info_.add_env(variable);
  if (exec.pty().enable()) {
    info_.set_is_tty(true);
    info_.set_term_type(exec.pty().term());
    SetSize(exec.pty().window_size(), info_.mutable_initial_window());
  }
  reader_ = std::thread([this] { Receive(); });
}

ExecPipe::~ExecPipe() {
  {
    absl::MutexLock lock(&mu_);
    over_ = true;
  }
  stream_->Cancel();
  reader_.join();
}

bool ExecPipe::HasRoom() const { return over_ || waiting_.size() < kMaxWaiting; }

void ExecPipe::Receive() {
  while (true) {
    pb::EntrypointExecResponse response;
    absl::StatusOr<bool> more = stream_->Receive(&response);
    if (!more.ok() || !*more) break;
    Take(response);
  }
  gone_.request_stop();  // first, so that whoever reads the end knows
  absl::MutexLock lock(&mu_);
  ended_ = true;
}

void ExecPipe::Take(const pb::EntrypointExecResponse& response) {
  Input input;
  if (response.event_case() == pb::EntrypointExecResponse::kInput) {
    input.set_data(response.input());
  } else if (response.has_winch()) {
    SetSize(response.winch(), input.mutable_window_size());
  } else if (response.has_input_eof()) {
    input.set_input_closed(true);
  } else {
    return;
  }
  absl::MutexLock lock(&mu_, absl::Condition(this, &ExecPipe::HasRoom));
  if (!over_) waiting_.push_back(std::move(input));
}

absl::Status ExecPipe::Write(absl::string_view data, bool is_stderr) {
  pb::EntrypointExecRequest message;
  auto* output = message.mutable_output();
  output->set_channel(is_stderr ? pb::EntrypointExecRequest::Output::STDERR
                                : pb::EntrypointExecRequest::Output::STDOUT);
  output->set_data(std::string(data));
  return stream_->Send(message) ? absl::OkStatus() : absl::CancelledError("the exec session has ended");
}

absl::StatusOr<bool> ExecPipe::Read(Input* input) {
  absl::MutexLock lock(&mu_, absl::Condition(this, &ExecPipe::HasInput));
  if (waiting_.empty()) return false;
  *input = std::move(waiting_.front());
  waiting_.pop_front();
  return true;
}

void ExecPipe::Exit(int code) {
  pb::EntrypointExecRequest message;
  message.mutable_exit()->set_code(code);
  stream_->Send(message);
  absl::MutexLock lock(&mu_);
  over_ = true;  // what the client still sends is of no use
  waiting_.clear();
  mu_.AwaitWithTimeout(absl::Condition(this, &ExecPipe::HasEnded), kServerCloses);
}

}  // namespace waypoint::core
