#include "runner/job_stream.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "core/rpc_status.h"
#include "runner/valid_text.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr int kMaxEventsAMessage = 64;
constexpr size_t kMaxBytesAMessage = 1 << 20;

bool Retryable(const absl::Status& status) { return absl::IsUnavailable(status) || absl::IsNotFound(status); }

// What the server must know once; output and heartbeats are not repeated.
bool IsFact(const JobStream::Request& message) { return !message.has_terminal() && !message.has_heartbeat(); }

}  // namespace

JobStream::JobStream(client::Channel& channel, Registration& registration, const Clock& clock, JobStreamOptions options)
    : channel_(channel), registration_(registration), clock_(clock), options_(std::move(options)) {}

JobStream::~JobStream() {
  abandon_.request_stop();
  {
    absl::MutexLock lock(&mu_);
    ended_ = true;
    if (stream_ != nullptr) stream_->Cancel();
  }
  if (reader_.joinable()) reader_.join();
  if (writer_.joinable()) writer_.join();
}

absl::StatusOr<std::unique_ptr<JobStream>> JobStream::Accept(client::Channel& channel, Registration& registration,
                                                             const Clock& clock, JobStreamOptions options,
                                                             std::stop_token stop) {
  std::unique_ptr<JobStream> stream(new JobStream(channel, registration, clock, std::move(options)));
  // Only waiting ends with `stop`; a job once taken is finished.
  std::stop_callback give_up(stop, [abandon = stream->abandon_]() mutable { abandon.request_stop(); });
  while (true) {
    absl::Status status = stream->AcceptOnce();
    if (stop.stop_requested()) return absl::CancelledError("the runner stops");
    if (status.ok()) return stream;
    if (!Retryable(status)) return status;
    absl::Status registered = registration.AwaitLater(stream->epoch_, stream->options_.registration_patience, stop);
    if (absl::IsDeadlineExceeded(registered)) return status;  // the caller knows how to back off
    if (!registered.ok()) return registered;
  }
}

absl::Status JobStream::Open(const std::string& reattach) {
  epoch_ = registration_.epoch();
  client::CallOptions call = options_.call;
  call.stop = abandon_.get_token();
  std::shared_ptr<client::Stream> stream = channel_.Open("RunnerJobStream", call);
  {
    absl::MutexLock lock(&mu_);
    stream_ = stream;
  }
  Request request;
  request.mutable_request()->set_runner_id(options_.runner_id);
  request.mutable_request()->set_reattach_job_id(reattach);
  request.mutable_request()->set_heartbeat_timeout_seconds(options_.heartbeat_timeout_seconds);
  stream->Send(request);
  pb::RunnerJobStreamResponse response;
  ASSIGN_OR_RETURN(bool got, stream->Receive(&response));
  if (!got) return absl::UnavailableError("the server closed the stream instead of assigning a job");
  if (!response.has_assignment()) return absl::InternalError("the server sent no assignment first");
  if (reattach.empty()) {
    assignment_ = std::move(*response.mutable_assignment());
  } else if (response.assignment().job().id() != reattach) {
    return absl::AbortedError(absl::StrCat("asked for job ", reattach, ", got ", response.assignment().job().id()));
  }
  return absl::OkStatus();
}

absl::Status JobStream::AcceptOnce() {
  RETURN_IF_ERROR(Open(""));
  if (options_.expected_job_id.empty() || job().id() == options_.expected_job_id) return absl::OkStatus();
  absl::Status other = absl::AbortedError(
      absl::StrCat("this runner exists for job ", options_.expected_job_id, ", not for ", job().id()));
  Refuse(other);
  return other;
}

absl::Status JobStream::Ack(std::stop_token stop) {
  // A server that restarted keeps the job for us. One that lost the stream only has given it away, and says so.
  if (!SendAck()) {
    std::stop_callback give_up(stop, [abandon = abandon_]() mutable { abandon.request_stop(); });
    RETURN_IF_ERROR(Reattach());
  }
  reader_ = std::thread([this] { ReadLoop(); });
  writer_ = std::thread([this] { WriteLoop(); });
  return absl::OkStatus();
}

bool JobStream::SendAck() {
  Request ack;
  ack.mutable_ack();
  absl::MutexLock lock(&mu_);
  if (!stream_->Send(ack)) return false;
  attached_ = true;
  next_heartbeat_ = clock_.Now() + options_.heartbeat;
  return true;
}

void JobStream::Refuse(const absl::Status& why) {
  Request refusal;
  *refusal.mutable_error()->mutable_error() = core::ToRpcStatus(why);
  std::shared_ptr<client::Stream> stream;
  {
    absl::MutexLock lock(&mu_);
    stream = stream_;
  }
  pb::RunnerJobStreamResponse rest;
  if (stream->Send(refusal)) {
    while (stream->Receive(&rest).value_or(false)) {
    }
  }
}

void JobStream::Send(Request message) {
  RepairTexts(&message);
  absl::MutexLock lock(&mu_);
  auto room = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) { return ended_ || queue_bytes_ < options_.queue_limit_bytes; };
  mu_.Await(absl::Condition(&room));
  if (ended_) return;
  queue_bytes_ += message.ByteSizeLong();
  queue_.push_back(std::move(message));
}

absl::Status JobStream::Finish(const absl::StatusOr<pb::Job::Result>& outcome) {
  Request message;
  if (outcome.ok()) {
    *message.mutable_complete()->mutable_result() = *outcome;
  } else {
    *message.mutable_error()->mutable_error() = core::ToRpcStatus(outcome.status());
  }
  RepairTexts(&message);
  absl::MutexLock lock(&mu_);
  if (!ended_) {
    finishing_ = true;
    queue_.push_back(std::move(message));
    mu_.Await(absl::Condition(&ended_));
  }
  return end_;
}

void JobStream::End(absl::Status status) {
  absl::MutexLock lock(&mu_);
  if (ended_) return;
  ended_ = true;
  // A job that had ended already when we reported again is a success of the first report.
  end_ = finishing_ && attachment_ > 0 && absl::IsFailedPrecondition(status) ? absl::OkStatus() : std::move(status);
}

absl::StatusOr<bool> JobStream::ReadOne() {
  std::shared_ptr<client::Stream> stream;
  {
    absl::MutexLock lock(&mu_);
    stream = stream_;
  }
  pb::RunnerJobStreamResponse response;
  ASSIGN_OR_RETURN(bool got, stream->Receive(&response));
  if (response.has_cancel()) {
    {
      absl::MutexLock lock(&mu_);
      canceled_ = true;
    }
    cancel_.request_stop();
  }
  return got;
}

void JobStream::ReadLoop() {
  while (true) {
    absl::StatusOr<bool> got = ReadOne();
    if (got.ok() && *got) continue;
    absl::Status status = got.status();
    if (Retryable(status) && !abandon_.stop_requested()) {
      WAYPOINT_LOG(kWarn, "runner", "lost the stream of a job, attaching again", {"job", job().id()},
                   {"error", status.ToString()});
      status = Reattach();
      if (status.ok()) continue;
    }
    End(status);
    cancel_.request_stop();
    return;
  }
}

absl::Status JobStream::Reattach() {
  {
    absl::MutexLock lock(&mu_);
    attached_ = false;
  }
  while (true) {
    absl::Status registered = registration_.AwaitLater(epoch_, options_.registration_patience, abandon_.get_token());
    if (!registered.ok() && !absl::IsDeadlineExceeded(registered)) return registered;
    absl::Status status = ReattachOnce();
    if (status.ok() || !Retryable(status)) return status;
  }
}

absl::Status JobStream::ReattachOnce() {
  RETURN_IF_ERROR(Open(job().id()));
  Request ack;
  ack.mutable_ack();
  absl::MutexLock lock(&mu_);
  if (!stream_->Send(ack)) return absl::UnavailableError("the new stream broke at once");
  queue_.insert(queue_.begin(), std::make_move_iterator(kept_.begin()), std::make_move_iterator(kept_.end()));
  kept_.clear();
  ++attachment_;
  attached_ = true;
  next_heartbeat_ = clock_.Now();
  return absl::OkStatus();
}

// Output that waits already goes as one message.
void JobStream::MergeTerminal() {
  if (!queue_.front().has_terminal()) return;
  auto* events = queue_.front().mutable_terminal()->mutable_events();
  while (queue_.size() > 1 && queue_[1].has_terminal() && events->size() < kMaxEventsAMessage &&
         queue_.front().ByteSizeLong() + queue_[1].ByteSizeLong() < kMaxBytesAMessage) {
    for (auto& event : *queue_[1].mutable_terminal()->mutable_events()) *events->Add() = std::move(event);
    queue_.erase(queue_.begin() + 1);
  }
}

bool JobStream::NextMessage(Request* message, std::shared_ptr<client::Stream>* stream, uint64_t* attachment) {
  absl::MutexLock lock(&mu_);
  while (true) {
    if (ended_) return false;
    const absl::Time now = clock_.Now();
    const bool beat = attached_ && !canceled_ && now >= next_heartbeat_;
    if (beat) {
      message->mutable_heartbeat();
      next_heartbeat_ = now + options_.heartbeat;
    } else if (attached_ && !queue_.empty()) {
      MergeTerminal();
      *message = queue_.front();
    } else {
      auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) { return ended_ || (attached_ && !queue_.empty()); };
      mu_.AwaitWithTimeout(absl::Condition(&ready), attached_ ? next_heartbeat_ - now : options_.heartbeat);
      continue;
    }
    *stream = stream_;
    *attachment = attachment_;
    return true;
  }
}

void JobStream::Sent(const Request& message, uint64_t attachment, bool ok) {
  absl::MutexLock lock(&mu_);
  if (!ok) {
    if (attachment == attachment_) attached_ = false;  // the reader notices too and attaches again
    return;
  }
  if (message.has_heartbeat()) return;
  // Repeated facts may stand before it by now, if the stream was replaced meanwhile: then it goes once more.
  if (attachment != attachment_) return;
  if (IsFact(message)) kept_.push_back(message);
  queue_.pop_front();
  queue_bytes_ = queue_.empty() ? 0 : queue_bytes_ - std::min(queue_bytes_, message.ByteSizeLong());
}

void JobStream::WriteLoop() {
  while (true) {
    Request message;
    std::shared_ptr<client::Stream> stream;
    uint64_t attachment = 0;
    if (!NextMessage(&message, &stream, &attachment)) return;
    Sent(message, attachment, stream->Send(message));
  }
}

}  // namespace waypoint::runner
