// One call of any kind. The only class that knows gRPC's rules: one read, one write and one finish under way
// at most, a message lives until its tag is back, Finish comes once, also after a cancel, and the call dies
// when its last tag has come back.
//
// Owns:    itself, its session, and a bounded queue of messages to send.
// Threads: the loop.
// Errors:  a peer that does not read ends RESOURCE_EXHAUSTED once too much waits for it, or one message too long.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/generic/async_generic_service.h"
#include "server/guard.h"
#include "server/handler.h"
#include "server/rpc/loop.h"
#include "server/rpc/method_table.h"
#include "server/rpc/patience.h"

namespace waypoint::server {

class Call;

// What calls share.
class CallHost {
 public:
  virtual ~CallHost() = default;
  virtual grpc::AsyncGenericService& service() = 0;
  virtual Loop& call_loop() = 0;
  virtual MethodTable& table() = 0;
  virtual Guard& guard() = 0;
  virtual absl::Time Now() = 0;
  virtual void Began() = 0;     // a call waits for its caller
  virtual void Ended() = 0;     // and is gone
  virtual void Accepted() = 0;  // another one may be waiting
  virtual const Patience& patience() const = 0;
  virtual void Opened(Call* call) = 0;  // a call is under way until
  virtual void Closed(Call* call) = 0;  // this
};

class Call final : public RawOutbox {
 public:
  // Waits for a caller.
  static void Await(CallHost& host) { new Call(host); }

  void Send(std::string bytes) override;
  void Wake() override;
  void Finish(absl::Status status) override;

  bool is_stream() const { return method_->open != nullptr; }
  // Every few seconds: a keepalive where one is wanted and nothing else is on its way; a peer that keeps us waiting
  // too long is dropped.
  void Tick();

  Call* next = nullptr;  // the host's list of open calls
  Call* previous = nullptr;
  int slot = -1;

 private:
  struct Tag final : LoopTag {
    Tag(Call* call, void (Call::*done)(bool)) : call(call), done(done) {}
    void Run(bool ok) override;
    Call* const call;
    void (Call::*const done)(bool);
  };
  // Lets others hold on to a call that may be gone.
  struct Ref {
    Call* call;
  };

  explicit Call(CallHost& host);
  ~Call();

  void OnAccepted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnDone(bool ok);

  void Admit();
  void OnAdmitted(absl::StatusOr<auth::Identity> identity);
  void RunUnary(absl::string_view bytes);
  bool KeepsUsWaiting() const;
  void SendKeepalive();
  void ReadMore();
  void Advance();
  void StartWrite(std::string bytes);
  void StartFinish();
  std::shared_ptr<Ref> self();
  void* Out(Tag& tag) {
    ++tags_out_;
    return static_cast<LoopTag*>(&tag);
  }

  CallHost& host_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
  Tag accepted_{this, &Call::OnAccepted}, read_{this, &Call::OnRead}, written_{this, &Call::OnWritten},
      finished_{this, &Call::OnFinished}, done_{this, &Call::OnDone};
  int tags_out_ = 0;

  Method* method_ = nullptr;
  absl::Time begun_;
  absl::Time write_begun_;  // while writing_ or finishing_
  Caller caller_;
  std::unique_ptr<RawSession> session_;
  std::shared_ptr<Ref> ref_;

  grpc::ByteBuffer incoming_;
  std::deque<std::string> queue_;
  size_t queued_bytes_ = 0;
  std::optional<absl::Status> status_;  // how the call ends, once that is known

  bool admitted_ = false;
  bool requested_ = false;  // the first message is here
  bool answering_ = false;  // a unary handler has the request
  bool reading_ = false, half_closed_ = false;
  bool left_early_ = false;  // the caller's half-close ended it: not a failure of ours, whatever the code says
  bool writing_ = false, finishing_ = false, over_ = false;
  bool cancelled_ = false, listed_ = false;
  bool keepalives_ = false;
  bool woken_ = false;
};

}  // namespace waypoint::server
