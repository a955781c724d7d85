#include "client/channel/grpc_stream.h"

#include <utility>

#include "transport/buffers.h"

namespace waypoint::client {

using transport::FromGrpc;
using transport::IsKeepalive;
using transport::KeepaliveBytes;
using transport::TakeBytes;
using transport::ToBuffer;

void StreamCall::Tag::Run(bool ok) {
  std::shared_ptr<StreamCall> last;  // let go after the lock
  absl::MutexLock lock(&call->mu_);
  --call->tags_out_;
  (call->*done)(ok);
  if (call->finishing_ && call->tags_out_ == 0) {
    call->status_ = FromGrpc(call->grpc_status_);
    call->done_ = true;
    last = std::move(call->self_);
  }
}

std::shared_ptr<StreamCall> StreamCall::Start(grpc::GenericStub& stub, const std::string& path,
                                              std::unique_ptr<grpc::ClientContext> context) {
  std::shared_ptr<StreamCall> call(new StreamCall(std::move(context)));
  absl::MutexLock lock(&call->mu_);
  call->self_ = call;
  call->stream_ = stub.PrepareCall(call->context_.get(), path, ClientQueue());
  call->sending_ = true;  // nothing may be written before the headers are
  call->stream_->StartCall(call->Out(call->sent_));
  call->Read();
  return call;
}

bool StreamCall::Send(const Message& message) {
  std::string bytes = message.SerializeAsString();
  absl::MutexLock lock(&mu_, absl::Condition(this, &StreamCall::MayWrite));
  if (finishing_ || close_wanted_) return false;
  Write(std::move(bytes));
  return true;
}

bool StreamCall::SendKeepalive() {
  absl::MutexLock lock(&mu_);
  if (finishing_ || close_wanted_) return false;
  if (!sending_) Write(KeepaliveBytes());
  return true;
}

void StreamCall::Write(std::string bytes) {
  sending_ = true;
  stream_->Write(ToBuffer(std::move(bytes)), Out(sent_));
}

void StreamCall::CloseSend() {
  absl::MutexLock lock(&mu_);
  if (finishing_ || close_wanted_) return;
  close_wanted_ = true;
  if (sending_) return;  // OnSent goes on
  OnSent(true);
}

// A failed write is followed by a failed read, which ends the call.
void StreamCall::OnSent(bool /*ok*/) {
  sending_ = false;
  if (!close_wanted_ || closed_ || finishing_) return;
  closed_ = sending_ = true;
  stream_->WritesDone(Out(sent_));
}

absl::StatusOr<bool> StreamCall::Receive(Message* message) {
  while (true) {
    std::string bytes;
    {
      absl::MutexLock lock(&mu_, absl::Condition(this, &StreamCall::HasNews));
      if (!received_) {
        if (status_.ok()) return false;
        return status_;
      }
      received_ = false;
      bytes = TakeBytes(&incoming_);
      if (!finishing_) Read();
    }
    if (IsKeepalive(bytes)) continue;
    if (message->ParseFromString(bytes)) return true;
    Cancel();
    return absl::InternalError("the server sent a message that cannot be decoded");
  }
}

void StreamCall::Read() { stream_->Read(&incoming_, Out(read_)); }

void StreamCall::OnRead(bool ok) {
  received_ = ok;
  if (!ok || abandoned_) Finish();
}

void StreamCall::Finish() {
  if (finishing_) return;
  finishing_ = true;
  stream_->Finish(&grpc_status_, Out(finished_));
}

void StreamCall::OnFinished(bool /*ok*/) {}

void StreamCall::Abandon() {
  Cancel();
  absl::MutexLock lock(&mu_);
  // With a message waiting, or one that comes just now, no read is under way that could notice the end.
  abandoned_ = true;
  if (received_) Finish();
  mu_.Await(absl::Condition(&done_));
}

}  // namespace waypoint::client
