// One stream over gRPC's callback API, made blocking.
//
// Owns:    its context and at most one message in each direction; gRPC holds the rest back by flow control.
// Threads: as client/channel.h; gRPC's callbacks come on its own threads and only flip flags here.
// Errors:  Receive gives the call's status.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/client_callback.h"

namespace waypoint::client {

class StreamCall : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
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
  explicit StreamCall(std::unique_ptr<grpc::ClientContext> context) : context_(std::move(context)) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  void StartWriteLocked(grpc::ByteBuffer message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // gRPC may call back before a Start returns, so it is called without the lock; the hold on the call must
  // not be released in between.
  void Started();
  void ReleaseIfOver();
  bool MayWrite() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return !writing_ || ended_; }
  bool HasNews() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return received_ || done_; }

  const std::unique_ptr<grpc::ClientContext> context_;
  absl::Mutex mu_;
  grpc::ByteBuffer reading_;                    // gRPC's while a read is under way
  grpc::ByteBuffer sending_;                    // gRPC's while writing_
  bool received_ ABSL_GUARDED_BY(mu_) = false;  // reading_ holds a message, no read is under way
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool close_wanted_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;  // nothing may be started any more
  bool released_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
  int starting_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<StreamCall> self_ ABSL_GUARDED_BY(mu_);
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
