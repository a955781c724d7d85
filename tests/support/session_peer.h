// The other end of one stream, in memory: what a client or runner would see of a server's session.
//
// Owns:    the session, which it destroys after OnClosed like a transport does.
// Threads: the test's; deliveries happen when the executor runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "server/handler.h"

namespace waypoint::testing {

template <typename Req, typename Res>
class SessionPeer {
 public:
  using Open = std::function<std::unique_ptr<server::RawSession>(server::RawOutbox*)>;

  SessionPeer(Executor& executor, const Open& open) : wire_(std::make_shared<Wire>(executor)) {
    wire_->session = open(wire_.get());
    wire_->Wake();
  }
  ~SessionPeer() {
    if (wire_->session != nullptr) wire_->Close(absl::CancelledError("the caller is gone"));
  }
  SessionPeer(const SessionPeer&) = delete;
  SessionPeer& operator=(const SessionPeer&) = delete;

  void Send(const Req& message) {
    if (wire_->session != nullptr && !wire_->status) wire_->session->OnBytes(message.SerializeAsString());
  }
  void HalfClose() {
    if (wire_->session != nullptr && !wire_->status) wire_->session->OnHalfClose();
  }
  // The connection breaks, or the caller cancels.
  void Cancel() {
    if (wire_->session != nullptr) wire_->Close(absl::CancelledError("the caller is gone"));
  }
  // A reader that is slow to take anything.
  void Pause(bool paused) {
    wire_->paused = paused;
    if (!paused) wire_->Wake();
  }

  const std::vector<Res>& received() const { return wire_->received; }
  std::vector<Res> Take() { return std::exchange(wire_->received, {}); }
  const std::optional<absl::Status>& status() const { return wire_->status; }
  // False: the session wants nothing read from its peer now.
  bool wants_message() const { return wire_->session != nullptr && wire_->session->WantsMessage(); }
  bool closed() const { return wire_->session == nullptr; }

 private:
  struct Wire : server::RawOutbox, std::enable_shared_from_this<Wire> {
    explicit Wire(Executor& e) : executor(e) {}
    void Send(std::string bytes) override {
      if (!status) Deliver(bytes);
    }
    void Wake() override {
      executor.Post([self = std::weak_ptr<Wire>(this->shared_from_this())] {
        if (auto wire = self.lock()) wire->Pull();
      });
    }
    void Finish(absl::Status why) override {
      if (status) return;
      status = why;
      executor.Post([self = std::weak_ptr<Wire>(this->shared_from_this()), why] {
        if (auto wire = self.lock(); wire != nullptr && wire->session != nullptr) wire->Close(why);
      });
    }
    void Pull() {
      while (session != nullptr && !status && !paused) {
        std::optional<std::string> bytes = session->NextBytes();
        if (!bytes) return;
        Deliver(*bytes);
      }
    }
    void Deliver(const std::string& bytes) {
      Res message;
      message.ParseFromString(bytes);
      received.push_back(std::move(message));
    }
    void Close(absl::Status why) {
      if (!status) status = why;
      session->OnClosed(why);
      session.reset();
    }

    Executor& executor;
    std::unique_ptr<server::RawSession> session;
    std::vector<Res> received;
    std::optional<absl::Status> status;
    bool paused = false;
  };
  std::shared_ptr<Wire> wire_;
};

}  // namespace waypoint::testing
