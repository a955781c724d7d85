#include "entrypoint/link.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "client/channel/grpc_channel.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/token.pb.h"
#include "waypoint/transport.pb.h"

namespace waypoint::entrypoint {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(500);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
constexpr absl::Duration kRefusedPause = absl::Minutes(1);
constexpr absl::Duration kUnimplementedPause = absl::Minutes(5);
constexpr absl::Duration kCallTimeout = absl::Seconds(10);
constexpr size_t kLinesPerBatch = 64;
constexpr absl::Duration kLook = absl::Seconds(1);

bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsAborted(status) || status.ok();
}

}  // namespace

Link::Link(LinkSetup setup, LinkEvents& events, LineQueue& lines, OwnLog& log)
    : setup_(std::move(setup)), events_(events), lines_(lines), log_(log), pause_(kFirstPause) {
  config_thread_ = std::thread([this] { ConfigLoop(); });
  log_thread_ = std::thread([this] { LogLoop(); });
}

Link::~Link() { Finish(absl::Now()); }

void Link::Finish(absl::Time deadline) {
  if (!config_thread_.joinable()) return;
  {
    absl::MutexLock lock(&mu_);
    // Only lines can still want time, and only while a server takes them.
    mu_.AwaitWithDeadline(absl::Condition(this, &Link::IsOverOrDetached), deadline);
    over_ = true;
  }
  stop_.request_stop();
  log_thread_.join();
  config_thread_.join();
  for (Session& session : sessions_) session.thread.join();
}

void Link::Pause(absl::Duration duration) {
  absl::MutexLock lock(&mu_);
  mu_.AwaitWithTimeout(absl::Condition(this, &Link::IsOver), duration);
}

// --- Configuration.

void Link::ConfigLoop() {
  while (!stop_.stop_requested()) {
    absl::Status status = Attach();
    {
      absl::MutexLock lock(&mu_);
      attached_ = nullptr;
    }
    if (stop_.stop_requested()) return;
    Report(status);
    events_.OnFailure(status);
    Pause(IsTransient(status) ? pause_ : kRefusedPause);
    pause_ = std::min(pause_ * 1.6, kLongestPause);
  }
}

absl::Status Link::Attach() {
  ASSIGN_OR_RETURN(std::shared_ptr<client::Channel> channel, Connect());
  return Follow(channel);
}

absl::StatusOr<std::shared_ptr<client::Channel>> Link::Connect() {
  if (!setup_.invite_token.empty() && token_.empty()) {
    ASSIGN_OR_RETURN(std::unique_ptr<client::Channel> guest, setup_.dial(""));
    pb::ConvertInviteTokenRequest request;
    request.set_token(setup_.invite_token);
    client::CallOptions options;
    options.timeout = kCallTimeout;
    options.stop = stop_.get_token();
    absl::StatusOr<pb::NewTokenResponse> converted =
        client::Invoke<pb::NewTokenResponse>(*guest, "ConvertInviteToken", request, options);
    if (!converted.ok()) return Annotate(converted.status(), "exchange the invite token");
    token_ = converted->token();
  }
  ASSIGN_OR_RETURN(std::unique_ptr<client::Channel> made, setup_.dial(token_));
  std::shared_ptr<client::Channel> channel = std::move(made);
  RETURN_IF_ERROR(CheckVersion(*channel));
  return channel;
}

absl::Status Link::CheckVersion(client::Channel& channel) {
  client::CallOptions options;
  options.timeout = kCallTimeout;
  options.stop = stop_.get_token();
  google::protobuf::Empty nothing;
  absl::StatusOr<pb::GetVersionInfoResponse> version =
      client::Invoke<pb::GetVersionInfoResponse>(channel, "GetVersionInfo", nothing, options);
  if (!version.ok()) return version.status();
  const pb::VersionInfo::ProtocolVersion& spoken = version->info().entrypoint();
  if (spoken.minimum() > 1) {
    return absl::FailedPreconditionError(absl::StrCat("the server needs entrypoint protocol ", spoken.minimum(),
                                                      " or newer; deploy again with a newer "
                                                      "waypoint"));
  }
  return absl::OkStatus();
}

absl::Status Link::Follow(const std::shared_ptr<client::Channel>& channel) {
  client::CallOptions options;
  options.stop = stop_.get_token();
  std::unique_ptr<client::Stream> stream = channel->Open("EntrypointConfig", options);
  pb::EntrypointConfigRequest request;
  request.set_deployment_id(setup_.deployment_id);
  request.set_instance_id(setup_.instance_id);
  request.set_type(pb::Instance::LONG_RUNNING);
  request.set_disable_exec(setup_.disable_exec);
  stream->Send(request);
  stream->CloseSend();
  while (true) {
    pb::EntrypointConfigResponse response;
    ASSIGN_OR_RETURN(bool more, stream->Receive(&response));
    if (!more) return absl::UnavailableError("the server ended the configuration stream");
    pause_ = kFirstPause;
    if (!last_error_.empty()) log_.Info("server", "connected again");
    last_error_.clear();
    {
      absl::MutexLock lock(&mu_);
      attached_ = channel;
    }
    events_.OnConfig(response.config());
    StartExecs(channel, response.config());
  }
}

void Link::StartExecs(const std::shared_ptr<client::Channel>& channel, const pb::EntrypointConfig& config) {
  for (auto it = sessions_.begin(); it != sessions_.end();) {
    if (*it->done) it->thread.join();
    it = *it->done ? sessions_.erase(it) : std::next(it);
  }
  int64_t highest = last_exec_;
  for (const pb::EntrypointConfig::Exec& exec : config.exec()) {
    if (exec.index() <= last_exec_) continue;
    highest = std::max(highest, exec.index());
    if (setup_.disable_exec) {
      log_.Warn("exec", "a session was asked for, but exec is disabled here");
      continue;
    }
    ExecSetup setup{setup_.instance_id, exec, events_.ExecEnvironment()};
    auto done = std::make_shared<std::atomic<bool>>(false);
    sessions_.push_back({std::thread([this, channel, setup, done] {
                           RunExec(*channel, setup, log_, stop_.get_token());
                           *done = true;
                         }),
                         done});
  }
  last_exec_ = highest;
}

void Link::Report(const absl::Status& status) {
  if (!IsTransient(status)) token_.clear();  // it may be what is wrong
  const std::string text(status.message());
  if (text == last_error_) return;
  last_error_ = text;
  if (IsTransient(status)) {
    log_.Warn("server", absl::StrCat("no connection to the server, trying again: ", text));
  } else {
    log_.Error("server", absl::StrCat("the server refuses this instance: ", text));
  }
}

// --- Log lines.

std::shared_ptr<client::Channel> Link::AwaitAttached() {
  absl::MutexLock lock(&mu_, absl::Condition(this, &Link::IsAttachedOrOver));
  return over_ ? nullptr : attached_;
}

void Link::LogLoop() {
  while (!stop_.stop_requested()) {
    // Without a server what is left at the end is lost, and nobody is kept waiting for it.
    std::shared_ptr<client::Channel> channel = AwaitAttached();
    if (channel == nullptr) break;
    absl::Status status = SendLines(*channel);
    if (lines_.drained()) break;
    if (absl::IsUnimplemented(status)) {
      log_.Debug("logs", "the server takes no logs");
      Pause(kUnimplementedPause);
    } else {
      Pause(kFirstPause);
    }
  }
  absl::MutexLock lock(&mu_);
  over_ = true;
}

// Until the stream ends, or everything is sent.
absl::Status Link::SendLines(client::Channel& channel) {
  client::CallOptions options;
  options.stop = stop_.get_token();
  std::unique_ptr<client::Stream> stream = channel.Open("EntrypointLogStream", options);
  google::protobuf::Empty answer;
  bool open = true;
  while (open && !lines_.drained() && !stop_.stop_requested()) {
    std::vector<pb::LogBatch::Entry> lines = lines_.Take(kLinesPerBatch, absl::Now() + kLook);
    if (lines.empty()) {
      absl::MutexLock lock(&mu_);
      if (attached_.get() != &channel) return absl::UnavailableError("disconnected");
      continue;
    }
    pb::EntrypointLogBatch batch;
    batch.set_instance_id(setup_.instance_id);
    for (const pb::LogBatch::Entry& line : lines) *batch.add_lines() = line;
    open = stream->Send(batch);
    if (!open) lines_.Return(std::move(lines));
  }
  stream->CloseSend();
  return stream->Receive(&answer).status();
}

}  // namespace waypoint::entrypoint
