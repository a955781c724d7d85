// Many callers on one thread: what the load program is made of. Not for anything but measuring.
//
// Owns:    connections and one completion queue, polled by whoever calls Poll.
// Threads: one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/message_lite.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"

namespace waypoint::bench {

using Clock = std::chrono::steady_clock;
inline Clock::time_point In(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

class Tag {
 public:
  virtual ~Tag() = default;
  virtual void Run(bool ok) = 0;
};

class LoadClient {
 public:
  LoadClient(const std::string& address, std::string token, int connections);
  ~LoadClient();

  grpc::GenericStub& stub(int caller) { return *stubs_[static_cast<size_t>(caller) % stubs_.size()]; }
  grpc::CompletionQueue& queue() { return queue_; }
  void Prepare(grpc::ClientContext* context) const;
  // Runs what comes until then, or until `done` says so.
  void Poll(Clock::time_point end, const std::function<bool()>& done = nullptr);
  bool stopping() const { return stopping_; }
  void Stop() { stopping_ = true; }

 private:
  const std::string token_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  bool stopping_ = false;
};

// One unary call; deletes itself after `done`.
class UnaryCall : public Tag {
 public:
  using Done = std::function<void(const grpc::Status&, grpc::ByteBuffer& response)>;
  static void Start(LoadClient& client, int caller, const std::string& method, const grpc::ByteBuffer& request,
                    Done done);
  void Run(bool ok) override;

 private:
  grpc::ClientContext context_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader_;
  Done done_;
};

// One stream: writes are queued, reads are reported. Deletes itself after `ended`.
class StreamCall {
 public:
  struct Events {
    std::function<void(grpc::ByteBuffer& message)> message;
    std::function<void(const grpc::Status&)> ended;
    std::function<void()> sent;  // a write may start
  };
  static StreamCall* Start(LoadClient& client, int caller, const std::string& method, Events events);
  void Send(grpc::ByteBuffer message);
  void CloseSend();
  void Cancel() { context_.TryCancel(); }

 private:
  struct Step : Tag {
    Step(StreamCall* call, void (StreamCall::*done)(bool)) : call(call), done(done) {}
    void Run(bool ok) override;
    StreamCall* call;
    void (StreamCall::*done)(bool);
  };
  StreamCall(LoadClient& client, Events events) : client_(client), events_(std::move(events)) {}
  void OnSent(bool ok);
  void OnRead(bool ok);
  void OnFinished(bool ok);
  void Advance();
  void* Out(Step& step) {
    ++out_;
    return static_cast<Tag*>(&step);
  }

  LoadClient& client_;
  Events events_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  Step sent_{this, &StreamCall::OnSent}, read_{this, &StreamCall::OnRead}, finished_{this, &StreamCall::OnFinished};
  grpc::ByteBuffer incoming_;
  std::vector<grpc::ByteBuffer> outgoing_;
  grpc::Status status_;
  int out_ = 0;
  bool sending_ = true, close_ = false, finishing_ = false, over_ = false;
};

grpc::ByteBuffer Pack(const google::protobuf::MessageLite& message);
bool Unpack(grpc::ByteBuffer& buffer, google::protobuf::MessageLite* message);

// Sorted on demand; microseconds.
class Latencies {
 public:
  void Add(Clock::duration took) { us_.push_back(std::chrono::duration<double, std::micro>(took).count()); }
  double At(double quantile);
  size_t size() const { return us_.size(); }

 private:
  std::vector<double> us_;
};

}  // namespace waypoint::bench
