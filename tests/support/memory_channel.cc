#include "support/memory_channel.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace waypoint::support {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

}  // namespace

bool Peer::Receive(client::Message* message) {
  absl::MutexLock lock(&mu_);
  auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) { return !to_server_.empty() || half_closed_ || cancelled_; };
  mu_.AwaitWithTimeout(absl::Condition(&ready), kPatience);
  if (to_server_.empty()) return false;
  message->ParseFromString(to_server_.front());
  to_server_.pop_front();
  return true;
}

void Peer::Send(const client::Message& message) {
  absl::MutexLock lock(&mu_);
  to_client_.push_back(message.SerializeAsString());
}

void Peer::Finish(absl::Status status) {
  absl::MutexLock lock(&mu_);
  finished_ = std::move(status);
}

void Peer::DropIncoming() {
  absl::MutexLock lock(&mu_);
  dropping_ = true;
}

bool Peer::WaitCancelled() {
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(&cancelled_), kPatience);
}

class MemoryStream : public client::Stream {
 public:
  MemoryStream(std::shared_ptr<Peer> peer, std::stop_token stop)
      : peer_(std::move(peer)), cancel_on_stop_(stop, [this] { Cancel(); }) {}
  ~MemoryStream() override { Cancel(); }

  bool Send(const client::Message& message) override {
    absl::MutexLock lock(&peer_->mu_);
    if (peer_->finished_.has_value() || peer_->cancelled_) return false;
    if (!peer_->dropping_) peer_->to_server_.push_back(message.SerializeAsString());
    return true;
  }
  void CloseSend() override {
    absl::MutexLock lock(&peer_->mu_);
    peer_->half_closed_ = true;
  }
  absl::StatusOr<bool> Receive(client::Message* message) override {
    absl::MutexLock lock(&peer_->mu_);
    auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(peer_->mu_) {
      return !peer_->to_client_.empty() || peer_->finished_.has_value() || peer_->cancelled_;
    };
    peer_->mu_.Await(absl::Condition(&ready));
    if (!peer_->to_client_.empty()) {
      message->ParseFromString(peer_->to_client_.front());
      peer_->to_client_.pop_front();
      return true;
    }
    if (!peer_->finished_.has_value()) return absl::CancelledError("call cancelled");
    if (peer_->finished_->ok()) return false;
    return *peer_->finished_;
  }
  void Cancel() override {
    absl::MutexLock lock(&peer_->mu_);
    peer_->cancelled_ = true;
  }

 private:
  const std::shared_ptr<Peer> peer_;
  std::stop_callback<std::function<void()>> cancel_on_stop_;
};

std::shared_ptr<Peer> MemoryChannel::Accept(const std::string& method, absl::Duration patience) {
  absl::MutexLock lock(&mu_);
  auto& waiting = opened_[method];
  auto ready = [&waiting] { return !waiting.empty(); };
  if (!mu_.AwaitWithTimeout(absl::Condition(&ready), patience)) return nullptr;
  std::shared_ptr<Peer> peer = waiting.front();
  waiting.pop_front();
  return peer;
}

std::vector<std::string> MemoryChannel::Calls() const {
  absl::MutexLock lock(&mu_);
  return calls_;
}

absl::Status MemoryChannel::Call(absl::string_view method, const client::Message& request, client::Message* response,
                                 const client::CallOptions& options) {
  if (options.stop.stop_requested()) return absl::CancelledError("call cancelled");
  Unary handler;
  {
    absl::MutexLock lock(&mu_);
    calls_.emplace_back(method);
    const auto it = handlers_.find(std::string(method));
    if (it == handlers_.end()) return absl::UnimplementedError(absl::StrCat("no handler for ", method));
    handler = it->second;
  }
  absl::StatusOr<std::string> bytes = handler(request.SerializeAsString());
  if (!bytes.ok()) return bytes.status();
  response->ParseFromString(*bytes);
  return absl::OkStatus();
}

std::unique_ptr<client::Stream> MemoryChannel::Open(absl::string_view method, const client::CallOptions& options) {
  auto peer = std::make_shared<Peer>();
  {
    absl::MutexLock lock(&mu_);
    calls_.emplace_back(method);
    opened_[std::string(method)].push_back(peer);
  }
  return std::make_unique<MemoryStream>(std::move(peer), options.stop);
}

}  // namespace waypoint::support
