#include "server/rpc/call.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "server/rpc/gate.h"
#include "transport/buffers.h"

namespace waypoint::server {
namespace {

using transport::IsKeepalive;
using transport::KeepaliveBytes;
using transport::TakeBytes;
using transport::ToBuffer;
using transport::ToGrpc;

constexpr size_t kMaxQueuedMessages = 4096;
constexpr size_t kMaxQueuedBytes = 16 << 20;

Presented ReadHeaders(const grpc::ServerContext& context) {
  Presented presented;
  bool waypoint_token = false;
  bool authorized = false;
  for (const auto& [raw_key, raw_value] : context.client_metadata()) {
    const absl::string_view key(raw_key.data(), raw_key.size());
    const absl::string_view value(raw_value.data(), raw_value.size());
    if (key == "client-api-protocol") {
      presented.api_protocol.push_back(value);
    } else if (key == "client-entrypoint-protocol") {
      presented.entrypoint_protocol.push_back(value);
    } else if (key == "waypoint-token") {
      if (!waypoint_token) presented.token = std::string(value);
      waypoint_token = true;
    } else if (key == "authorization") {
      if (!waypoint_token && !authorized) presented.token = std::string(value);
      authorized = true;
    } else if (key == "wpcookie") {
      if (presented.cookie.empty()) presented.cookie = std::string(value);
    } else if (key == "waypoint-runner-id") {
      presented.runner_id = std::string(value);
    } else if (key == "wp-inline-keepalives") {
      presented.keepalives = value == "true";
    }
  }
  return presented;
}

}  // namespace

void Call::Tag::Run(bool ok) {
  --call->tags_out_;
  (call->*done)(ok);
  if (call->over_ && call->tags_out_ == 0) delete call;
}

Call::Call(CallHost& host) : host_(host), stream_(&context_) {
  host_.Began();
  context_.AsyncNotifyWhenDone(static_cast<LoopTag*>(&done_));
  host_.service().RequestCall(&context_, &stream_, host_.call_loop().queue(), host_.call_loop().queue(),
                              Out(accepted_));
}

Call::~Call() {
  if (ref_ != nullptr) ref_->call = nullptr;
  host_.Ended();
}

std::shared_ptr<Call::Ref> Call::self() {
  if (ref_ == nullptr) ref_ = std::make_shared<Ref>(Ref{this});
  return ref_;
}

void Call::OnAccepted(bool ok) {
  if (!ok) {  // the server shuts down; the done tag never comes for a call that never was
    over_ = true;
    return;
  }
  ++tags_out_;  // done_
  host_.Accepted();
  begun_ = host_.Now();
  method_ = host_.table().Find(context_.method());
  if (method_ == nullptr) {
    Finish(absl::UnimplementedError(absl::StrCat("unknown method ", context_.method())));
    return;
  }
  ++method_->stats.active;
  WAYPOINT_LOG(kInfo, "server.grpc", absl::StrCat(method_->path, " request"));
  Admit();
}

void Call::Admit() {
  Presented presented = ReadHeaders(context_);
  if (absl::Status status = Negotiate(*method_, presented); !status.ok()) return Finish(std::move(status));
  keepalives_ = presented.keepalives && method_->server_streams;
  caller_.cookie = presented.cookie;
  caller_.local_runner_id = presented.runner_id;
  if (!method_->guarded) return OnAdmitted(auth::Identity());
  host_.guard().Check(method_->name, method_->needs, presented,
                      [ref = self()](absl::StatusOr<auth::Identity> identity) {
                        if (ref->call != nullptr) ref->call->OnAdmitted(std::move(identity));
                      });
}

void Call::OnAdmitted(absl::StatusOr<auth::Identity> identity) {
  if (status_) return;  // gone while the guard was thinking
  if (!identity.ok()) return Finish(identity.status());
  if (!method_->built()) {
    return Finish(absl::UnimplementedError(absl::StrCat(method_->name, " is not implemented by this server")));
  }
  admitted_ = true;
  caller_.identity = *std::move(identity);
  caller_.peer = context_.peer();
  host_.Opened(this);
  listed_ = true;
  if (is_stream()) {
    session_ = method_->open(caller_, this);
  }
  ReadMore();
  Advance();
}

void Call::ReadMore() {
  if (!admitted_ || reading_ || half_closed_ || status_ || answering_) return;
  if (session_ != nullptr && !session_->WantsMessage()) return;
  reading_ = true;
  stream_.Read(&incoming_, Out(read_));
}

void Call::OnRead(bool ok) {
  reading_ = false;
  if (status_) return;
  if (!ok) {
    half_closed_ = true;
    if (cancelled_) return;
    if (session_ != nullptr) {
      session_->OnHalfClose();
      left_early_ = status_.has_value();
    } else if (!answering_) {
      Finish(absl::InvalidArgumentError("the call carries no request"));
    }
    return;
  }
  std::string bytes = TakeBytes(&incoming_);
  requested_ = true;
  if (method_->unary != nullptr) return RunUnary(bytes);
  if (!IsKeepalive(bytes)) {
    ++method_->stats.received;
    session_->OnBytes(bytes);
  }
  ReadMore();
  Advance();
}

void Call::RunUnary(absl::string_view bytes) {
  ++method_->stats.received;
  answering_ = true;
  method_->unary(caller_, bytes, [ref = self()](absl::Status status, std::string response) {
    Call* call = ref->call;
    if (call == nullptr || call->status_) return;
    if (status.ok()) {
      call->queued_bytes_ += response.size();
      call->queue_.push_back(std::move(response));
    }
    call->Finish(std::move(status));
  });
}

void Call::Send(std::string bytes) {
  if (status_) return;
  queued_bytes_ += bytes.size();
  queue_.push_back(std::move(bytes));
  if (queue_.size() > kMaxQueuedMessages || queued_bytes_ > kMaxQueuedBytes) {
    queue_.clear();
    queued_bytes_ = 0;
    return Finish(absl::ResourceExhaustedError("the peer reads too slowly: too many messages wait for it"));
  }
  if (queue_.size() == 1) Advance();
}

void Call::Wake() {
  // Later: the session may be in the middle of something, and will be asked for its next message.
  if (woken_ || status_) return;
  woken_ = true;
  host_.call_loop().Post([ref = self()] {
    Call* call = ref->call;
    if (call == nullptr) return;
    call->woken_ = false;
    call->ReadMore();
    call->Advance();
  });
}

void Call::Finish(absl::Status status) {
  if (status_) return;
  status_ = std::move(status);
  Advance();
}

void Call::Tick() {
  if (!KeepsUsWaiting()) {
    if (keepalives_) SendKeepalive();
    return;
  }
  WAYPOINT_LOG(kWarn, "server.grpc", absl::StrCat(method_->path, " dropped: the peer keeps the server waiting"),
               {"peer", caller_.peer});
  status_ = absl::ResourceExhaustedError("the peer keeps the server waiting");
  queue_.clear();
  write_begun_ = absl::InfiniteFuture();  // once is enough
  context_.TryCancel();                   // what is under way comes back failed
  Advance();
}

bool Call::KeepsUsWaiting() const {
  if (writing_ || finishing_) return host_.Now() - write_begun_ > host_.patience().write;
  return reading_ && !requested_ && !method_->client_streams && host_.Now() - begun_ > host_.patience().request;
}

void Call::SendKeepalive() {
  if (writing_ || finishing_ || status_ || !queue_.empty()) return;
  ++method_->stats.keepalives;
  StartWrite(KeepaliveBytes());
}

void Call::Advance() {
  if (writing_ || finishing_ || over_) return;
  if (!queue_.empty()) {
    if (status_ && queue_.size() == 1) return StartFinish();
    std::string bytes = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= bytes.size();
    ++method_->stats.sent;
    return StartWrite(std::move(bytes));
  }
  if (status_) return StartFinish();
  if (session_ == nullptr) return;
  if (std::optional<std::string> bytes = session_->NextBytes()) {
    ++method_->stats.sent;
    StartWrite(*std::move(bytes));
  }
}

void Call::StartWrite(std::string bytes) {
  writing_ = true;
  write_begun_ = host_.Now();
  stream_.Write(ToBuffer(std::move(bytes)), Out(written_));
}

void Call::StartFinish() {
  finishing_ = true;
  write_begun_ = host_.Now();
  if (queue_.empty()) {
    stream_.Finish(ToGrpc(*status_), Out(finished_));
    return;
  }
  ++method_->stats.sent;
  stream_.WriteAndFinish(ToBuffer(std::move(queue_.front())), grpc::WriteOptions(), ToGrpc(*status_), Out(finished_));
  queue_.clear();
}

void Call::OnWritten(bool ok) {
  writing_ = false;
  if (!ok && !status_) status_ = absl::CancelledError("the caller is gone");
  if (!ok) queue_.clear();
  Advance();
}

void Call::OnDone(bool /*ok*/) {
  if (finishing_ || !context_.IsCancelled()) return;
  cancelled_ = true;
  if (!status_) status_ = absl::CancelledError("the caller is gone");
  queue_.clear();
  Advance();
}

void Call::OnFinished(bool ok) {
  over_ = true;
  if (!ok) cancelled_ = true;
  if (listed_) host_.Closed(this);
  if (session_ != nullptr) session_->OnClosed(cancelled_ ? absl::CancelledError("the caller is gone") : *status_);
  if (method_ == nullptr) return;
  const absl::Duration took = host_.Now() - begun_;
  --method_->stats.active;
  method_->stats.Ended(status_->code(), took);
  if (status_->code() == absl::StatusCode::kInternal && !left_early_) {
    WAYPOINT_LOG(kError, "server.grpc", absl::StrCat(method_->path, " failed"), {"error", status_->ToString()});
  }
  WAYPOINT_LOG(kInfo, "server.grpc", absl::StrCat(method_->path, " response"),
               {"error", status_->ok() ? "<nil>" : status_->message()}, {"duration", absl::FormatDuration(took)});
}

}  // namespace waypoint::server
