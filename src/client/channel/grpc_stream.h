// One stream over a completion queue, made blocking.
//
// Owns:    its context and at most one message in each direction; gRPC holds the rest back by flow control.
// Threads: as client/channel.h; the client loop's thread only flips flags here.
// Errors:  Receive gives the call's status.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/channel.h"
#include "client/channel/client_loop.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"

namespace waypoint::client {

class StreamCall {
 public:
  // The call lives until gRPC is done with it and nobody refers to it.
  static std::shared_ptr<StreamCall> Start(grpc::GenericStub& stub, const std::string& path,
                                           std::unique_ptr<grpc::ClientContext> context);

  bool Send(const Message& message);
  void CloseSend();
  absl::StatusOr<bool> Receive(Message* message);
  void Cancel() { context_->TryCancel(); }
  // Cancels, and waits until gRPC is done.
  void Abandon();
  // False when no more keepalives are wanted. Never blocks: while a message is on its way none is needed.
  bool SendKeepalive();

 private:
  struct Tag final : ClientTag {
    Tag(StreamCall* call, void (StreamCall::*done)(bool)) : call(call), done(done) {}
    void Run(bool ok) override;
    StreamCall* const call;
    void (StreamCall::*const done)(bool);
  };

  explicit StreamCall(std::unique_ptr<grpc::ClientContext> context) : context_(std::move(context)) {}

  void OnSent(bool ok) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);  // also: started, closed
  void OnRead(bool ok) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OnFinished(bool ok) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  void Write(std::string bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Read() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Finish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool MayWrite() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return !sending_ || finishing_; }
  bool HasNews() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return received_ || done_; }
  void* Out(Tag& tag) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    ++tags_out_;
    return static_cast<ClientTag*>(&tag);
  }

  const std::unique_ptr<grpc::ClientContext> context_;
  Tag sent_{this, &StreamCall::OnSent}, read_{this, &StreamCall::OnRead}, finished_{this, &StreamCall::OnFinished};

  absl::Mutex mu_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream_ ABSL_GUARDED_BY(mu_);
  grpc::ByteBuffer incoming_ ABSL_GUARDED_BY(mu_);  // gRPC's while a read is under way
  bool received_ ABSL_GUARDED_BY(mu_) = false;      // incoming_ holds a message, no read is under way
  bool sending_ ABSL_GUARDED_BY(mu_) = false;       // sent_ is out
  bool close_wanted_ ABSL_GUARDED_BY(mu_) = false;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  bool finishing_ ABSL_GUARDED_BY(mu_) = false;
  bool abandoned_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;  // no tag is out any more, status_ is known
  int tags_out_ ABSL_GUARDED_BY(mu_) = 0;
  grpc::Status grpc_status_ ABSL_GUARDED_BY(mu_);
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<StreamCall> self_ ABSL_GUARDED_BY(mu_);  // until done_
};

class GrpcStream : public Stream {
 public:
  GrpcStream(std::shared_ptr<StreamCall> call, std::stop_token stop)
      : call_(std::move(call)), on_stop_(std::move(stop), Canceller{call_.get()}) {}
  ~GrpcStream() override { call_->Abandon(); }
  bool Send(const Message& message) override { return call_->Send(message); }
  void CloseSend() override { call_->CloseSend(); }
  absl::StatusOr<bool> Receive(Message* message) override { return call_->Receive(message); }
  void Cancel() override { call_->Cancel(); }

 private:
  struct Canceller {
    StreamCall* call;
    void operator()() const { call->Cancel(); }
  };
  const std::shared_ptr<StreamCall> call_;
  std::stop_callback<Canceller> on_stop_;
};

}  // namespace waypoint::client
