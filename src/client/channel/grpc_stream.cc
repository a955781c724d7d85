#include "client/channel/grpc_stream.h"

#include <utility>

#include "transport/buffers.h"

namespace waypoint::client {

using transport::FromGrpc;
using transport::IsKeepalive;
using transport::KeepaliveBytes;
using transport::TakeBytes;
using transport::ToBuffer;

std::shared_ptr<StreamCall> StreamCall::Start(grpc::GenericStub& stub, const std::string& path,
                                              std::unique_ptr<grpc::ClientContext> context) {
  std::shared_ptr<StreamCall> call(new StreamCall(std::move(context)));
  {
    absl::MutexLock lock(&call->mu_);
    call->self_ = call;
  }
  stub.PrepareBidiStreamingCall(call->context_.get(), path, {}, call.get());
  call->AddHold();
  call->StartRead(&call->reading_);
  call->StartCall();
  return call;
}

bool StreamCall::Send(const Message& message) {
  grpc::ByteBuffer buffer = ToBuffer(message.SerializeAsString());
  {
    absl::MutexLock lock(&mu_, absl::Condition(this, &StreamCall::MayWrite));
    if (ended_ || close_wanted_) return false;
    StartWriteLocked(std::move(buffer));
  }
  StartWrite(&sending_);
  Started();
  return true;
}

bool StreamCall::SendKeepalive() {
  {
    absl::MutexLock lock(&mu_);
    if (ended_ || close_wanted_) return false;
    if (writing_) return true;
    StartWriteLocked(ToBuffer(KeepaliveBytes()));
  }
  StartWrite(&sending_);
  Started();
  return true;
}

void StreamCall::StartWriteLocked(grpc::ByteBuffer message) {
  sending_.Swap(&message);
  writing_ = true;
  ++starting_;
}

void StreamCall::CloseSend() {
  {
    absl::MutexLock lock(&mu_);
    if (ended_ || close_wanted_) return;
    close_wanted_ = true;
    if (writing_) return;  // OnWriteDone goes on
    ++starting_;
  }
  StartWritesDone();
  Started();
}

absl::StatusOr<bool> StreamCall::Receive(Message* message) {
  std::string bytes;
  while (true) {
    bool more = false;
    {
      absl::MutexLock lock(&mu_, absl::Condition(this, &StreamCall::HasNews));
      if (!received_) {
        if (status_.ok()) return false;
        return status_;
      }
      received_ = false;
      bytes = TakeBytes(&reading_);
      more = !ended_;
      if (more) ++starting_;
    }
    if (more) {
      StartRead(&reading_);
      Started();
    }
    if (IsKeepalive(bytes)) continue;
    if (message->ParseFromString(bytes)) return true;
    Cancel();
    return absl::InternalError("the server sent a message that cannot be decoded");
  }
}

void StreamCall::Abandon() {
  {
    absl::MutexLock lock(&mu_);
    // With a message waiting no read is under way that could notice the end.
    if (received_) ended_ = true;
  }
  Cancel();
  ReleaseIfOver();
  absl::MutexLock lock(&mu_, absl::Condition(&done_));
}

void StreamCall::OnReadDone(bool ok) {
  {
    absl::MutexLock lock(&mu_);
    if (ok) {
      received_ = true;
    } else {
      ended_ = true;
    }
  }
  if (!ok) ReleaseIfOver();
}

void StreamCall::OnWriteDone(bool /*ok*/) {  // a failed write is followed by a failed read
  {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    sending_.Clear();
    if (!close_wanted_ || ended_) return;
    ++starting_;
  }
  StartWritesDone();
  Started();
}

void StreamCall::Started() {
  {
    absl::MutexLock lock(&mu_);
    --starting_;
  }
  ReleaseIfOver();
}

void StreamCall::ReleaseIfOver() {
  {
    absl::MutexLock lock(&mu_);
    if (!ended_ || starting_ > 0 || released_) return;
    released_ = true;
  }
  RemoveHold();
}

void StreamCall::OnDone(const grpc::Status& status) {
  std::shared_ptr<StreamCall> last;  // released after the lock
  absl::MutexLock lock(&mu_);
  status_ = FromGrpc(status);
  ended_ = true;
  done_ = true;
  last = std::move(self_);
}

}  // namespace waypoint::client
