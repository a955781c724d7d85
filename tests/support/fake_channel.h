// A server made of functions: answers calls in memory, one handler a method.
//
// Threads: thread-safe; handlers run on the caller's thread, a stream's messages come from a queue a test fills.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/channel.h"

namespace waypoint::testing {

// The far end of one stream. Messages pushed before Finish are received before its status.
class FakeStreamEnd {
 public:
  void Push(const client::Message& message) {
    absl::MutexLock lock(&mu_);
    queue_.push_back(message.SerializeAsString());
  }
  void Finish(absl::Status status) {
    absl::MutexLock lock(&mu_);
    if (!end_) end_ = std::move(status);
  }
  std::vector<std::string> sent() const {
    absl::MutexLock lock(&mu_);
    return sent_;
  }

 private:
  friend class FakeStream;
  bool Ready() const { return !queue_.empty() || end_.has_value(); }
  mutable absl::Mutex mu_;
  std::deque<std::string> queue_;
  std::optional<absl::Status> end_;
  std::vector<std::string> sent_;
};

class FakeStream : public client::Stream {
 public:
  FakeStream(std::shared_ptr<FakeStreamEnd> end, std::stop_token stop)
      : end_(std::move(end)), on_stop_(stop, [this] { Cancel(); }) {}
  bool Send(const client::Message& message) override {
    absl::MutexLock lock(&end_->mu_);
    end_->sent_.push_back(message.SerializeAsString());
    return !end_->end_.has_value();
  }
  void CloseSend() override {}
  absl::StatusOr<bool> Receive(client::Message* message) override {
    absl::MutexLock lock(&end_->mu_, absl::Condition(end_.get(), &FakeStreamEnd::Ready));
    if (end_->queue_.empty()) {
      if (!end_->end_->ok()) return *end_->end_;
      return false;
    }
    message->ParseFromString(end_->queue_.front());
    end_->queue_.pop_front();
    return true;
  }
  void Cancel() override { end_->Finish(absl::CancelledError("cancelled")); }

 private:
  std::shared_ptr<FakeStreamEnd> end_;
  std::stop_callback<std::function<void()>> on_stop_;
};

class FakeChannel : public client::Channel {
 public:
  using Unary = std::function<absl::StatusOr<std::string>(const std::string& request)>;

  template <typename Req, typename Res>
  void On(const std::string& method, std::function<absl::StatusOr<Res>(const Req&)> handler) {
    absl::MutexLock lock(&mu_);
    unary_[method] = [handler = std::move(handler)](const std::string& bytes) -> absl::StatusOr<std::string> {
      Req request;
      request.ParseFromString(bytes);
      absl::StatusOr<Res> response = handler(request);
      if (!response.ok()) return response.status();
      return response->SerializeAsString();
    };
  }
  // The next Open of the method gets this end.
  std::shared_ptr<FakeStreamEnd> ExpectStream(const std::string& method) {
    auto end = std::make_shared<FakeStreamEnd>();
    absl::MutexLock lock(&mu_);
    streams_[method].push_back(end);
    return end;
  }
  std::vector<std::string> calls() const {
    absl::MutexLock lock(&mu_);
    return calls_;
  }

  absl::Status Call(absl::string_view method, const client::Message& request, client::Message* response,
                    const client::CallOptions& options) override {
    Unary handler;
    {
      absl::MutexLock lock(&mu_);
      calls_.emplace_back(method);
      auto it = unary_.find(std::string(method));
      if (it == unary_.end()) return absl::UnimplementedError(absl::StrCat("no handler for ", method));
      handler = it->second;
    }
    absl::StatusOr<std::string> bytes = handler(request.SerializeAsString());
    if (!bytes.ok()) return bytes.status();
    response->ParseFromString(*bytes);
    return absl::OkStatus();
  }
  std::unique_ptr<client::Stream> Open(absl::string_view method, const client::CallOptions& options) override {
    absl::MutexLock lock(&mu_);
    calls_.emplace_back(method);
    auto& ends = streams_[std::string(method)];
    std::shared_ptr<FakeStreamEnd> end = std::make_shared<FakeStreamEnd>();
    if (ends.empty()) {
      end->Finish(absl::UnimplementedError(absl::StrCat("no stream for ", method)));
    } else {
      end = ends.front();
      ends.pop_front();
    }
    return std::make_unique<FakeStream>(end, options.stop);
  }

 private:
  mutable absl::Mutex mu_;
  std::map<std::string, Unary> unary_;
  std::map<std::string, std::deque<std::shared_ptr<FakeStreamEnd>>> streams_;
  std::vector<std::string> calls_;
};

}  // namespace waypoint::testing
