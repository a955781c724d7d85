#include "replay/wire_client.h"

#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "transport/buffers.h"

namespace waypoint::replay {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

class Call final : public WireCall {
 public:
  Call(grpc::GenericStub& stub, std::shared_ptr<absl::Mutex> mutex, const std::string& rpc, const Headers& headers)
      : mutex_(std::move(mutex)), mu_(*mutex_) {
    for (const auto& [name, value] : headers) context_.AddMetadata(name, value);
    stream_ = stub.PrepareCall(&context_, absl::StrCat("/hashicorp.waypoint.Waypoint/", rpc), &queue_);
    absl::MutexLock lock(&mu_);
    writing_ = true;
    stream_->StartCall(&wrote_);
    poller_ = std::thread([this] { Poll(); });
  }
  ~Call() override {
    context_.TryCancel();
    poller_.join();
  }

  void Send(const std::string& bytes) override {
    absl::MutexLock lock(&mu_);
    if (!AwaitWriter()) return;
    writing_ = true;
    stream_->Write(transport::ToBuffer(bytes), &wrote_);
  }
  void SendKeepalive() override { Send(transport::KeepaliveBytes()); }
  void HalfClose() override {
    absl::MutexLock lock(&mu_);
    if (!AwaitWriter()) return;
    writing_ = true;
    stream_->WritesDone(&wrote_);
  }
  void Cancel() override { context_.TryCancel(); }

  std::optional<std::string> Message(size_t index) override {
    absl::MutexLock lock(&mu_);
    auto ready = [&]() ABSL_SHARED_LOCKS_REQUIRED(mu_) { return messages_.size() > index || ended_; };
    mu_.AwaitWithTimeout(absl::Condition(&ready), kPatience);
    if (messages_.size() <= index) return std::nullopt;
    return messages_[index];
  }
  size_t keepalives() override {
    absl::MutexLock lock(&mu_);
    return keepalives_;
  }
  bool HasMessage(size_t index) const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return messages_.size() > index; }
  absl::Status Status() override {
    absl::MutexLock lock(&mu_);
    if (!mu_.AwaitWithTimeout(absl::Condition(&ended_), kPatience)) {
      return absl::DeadlineExceededError("the call does not end");
    }
    return transport::FromGrpc(status_);
  }

 private:
  bool AwaitWriter() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    auto free = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) { return !writing_ || ended_ || broken_; };
    return mu_.AwaitWithTimeout(absl::Condition(&free), kPatience) && !ended_ && !broken_;
  }
  void Poll() {
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
      absl::MutexLock lock(&mu_);
      if (tag == &wrote_) {
        OnWritten(ok);
      } else if (tag == &read_) {
        OnRead(ok);
      } else {
        ended_ = true;
      }
      if (ended_ && !writing_) queue_.Shutdown();
    }
  }
  void OnWritten(bool ok) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    writing_ = false;
    if (!ok) broken_ = true;
    if (!std::exchange(started_, true)) stream_->Read(&incoming_, &read_);
  }
  void OnRead(bool ok) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!ok) return stream_->Finish(&status_, &finished_);
    std::string bytes = transport::TakeBytes(&incoming_);
    if (transport::IsKeepalive(bytes)) {
      ++keepalives_;
    } else {
      messages_.push_back(std::move(bytes));
    }
    stream_->Read(&incoming_, &read_);
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer incoming_;
  grpc::Status status_;
  char wrote_ = 0, read_ = 0, finished_ = 0;  // addresses are the tags

  const std::shared_ptr<absl::Mutex> mutex_;  // all calls of a client share it, so that one can wait for any of them
  absl::Mutex& mu_;
  bool started_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool broken_ ABSL_GUARDED_BY(mu_) = false;  // the server takes no more
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::string> messages_ ABSL_GUARDED_BY(mu_);
  size_t keepalives_ ABSL_GUARDED_BY(mu_) = 0;
  std::thread poller_;
};

class Client final : public WireClient {
 public:
  explicit Client(const std::string& address)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}
  std::unique_ptr<WireCall> Open(const std::string& rpc, const Headers& headers) override {
    return std::make_unique<Call>(stub_, mutex_, rpc, headers);
  }
  std::optional<size_t> AwaitAny(const std::vector<WireCall*>& calls, size_t index) override {
    std::optional<size_t> found;
    auto ready = [&] {
      for (size_t i = 0; i < calls.size() && !found; ++i) {
        if (static_cast<Call*>(calls[i])->HasMessage(index)) found = i;
      }
      return found.has_value();
    };
    absl::MutexLock lock(mutex_.get());
    mutex_->AwaitWithTimeout(absl::Condition(&ready), kPatience);
    return found;
  }

 private:
  grpc::GenericStub stub_;
  const std::shared_ptr<absl::Mutex> mutex_ = std::make_shared<absl::Mutex>();
};

}  // namespace

std::unique_ptr<WireClient> WireClient::Connect(const std::string& address) {
  transport::PrepareGrpc();
  return std::make_unique<Client>(address);
}

}  // namespace waypoint::replay
