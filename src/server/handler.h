// How the server's services look to whatever carries calls to them: no transport here (design.md 5, 6).
//
// Threads: everything runs on the loop thread, one call after another. A Reply or an Outbox may be used
//          later from there; other threads post to the executor first.
// Errors:  absl::Status; the adapter turns it into the wire's error shape in one place.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "auth/identity.h"

namespace waypoint::server {

// Who calls, from where, by when.
struct Caller {
  auth::Identity identity;
  std::string local_runner_id;  // metadata waypoint-runner-id: the caller's own runner
  std::string cookie;           // metadata wpcookie
  std::string peer;
};

// Answers one unary call, once, now or later. Copyable; all copies answer the same call.
template <typename Res>
class Reply {
 public:
  using Raw = std::function<void(absl::Status, std::string bytes)>;
  explicit Reply(Raw raw) : raw_(std::move(raw)) {}
  void operator()(const Res& response) const { raw_(absl::OkStatus(), response.SerializeAsString()); }
  void operator()(absl::Status error) const { raw_(std::move(error), std::string()); }

 private:
  Raw raw_;
};

// What a session says. Send is for rare messages: beyond the bound the call ends RESOURCE_EXHAUSTED.
// Fast producers call Wake and are asked by Session::Next whenever a write may start.
class RawOutbox {
 public:
  virtual ~RawOutbox() = default;
  virtual void Send(std::string bytes) = 0;
  virtual void Wake() = 0;
  virtual void Finish(absl::Status status) = 0;  // first one wins; queued messages go first
};

template <typename Res>
class Outbox {
 public:
  explicit Outbox(RawOutbox* raw) : raw_(raw) {}
  void Send(const Res& message) { raw_->Send(message.SerializeAsString()); }
  void Wake() { raw_->Wake(); }
  void Finish(absl::Status status) { raw_->Finish(std::move(status)); }

 private:
  RawOutbox* raw_;
};

// One stream, whatever carries it. Owned by the adapter; destroyed after OnClosed.
class RawSession {
 public:
  virtual ~RawSession() = default;
  virtual void OnBytes(absl::string_view bytes) = 0;  // a message that does not parse ends the call
  virtual void OnHalfClose() {}
  virtual void OnClosed(absl::Status why) {}  // exactly once, also after Finish
  virtual std::optional<std::string> NextBytes() { return std::nullopt; }
  // False stops reading until the adapter is woken by RawOutbox::Wake: back pressure on the peer.
  virtual bool WantsMessage() { return true; }
};

template <typename Req, typename Res>
class Session : public RawSession {
 public:
  explicit Session(Outbox<Res> outbox) : out_(outbox) {}
  virtual void OnMessage(Req message) = 0;
  virtual std::optional<Res> Next() { return std::nullopt; }

  void OnBytes(absl::string_view bytes) final {
    Req message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      out_.Finish(absl::InternalError("the message cannot be decoded"));
      return;
    }
    OnMessage(std::move(message));
  }
  std::optional<std::string> NextBytes() final {
    std::optional<Res> next = Next();
    if (!next) return std::nullopt;
    return next->SerializeAsString();
  }

 protected:
  Outbox<Res> out_;
};

// Which callers may use a method (auth.md).
enum class Needs {
  kNobody,      // no token: version, bootstrap, token exchange, OIDC
  kUser,        // a login token
  kRunner,      // a login or runner token
  kEntrypoint,  // also the token of a deployment
};

// The table of RPCs: one line an RPC; whatever is not in it answers UNIMPLEMENTED.
class Table {
 public:
  using RawUnary =
      std::function<void(const Caller&, absl::string_view request, std::function<void(absl::Status, std::string)>)>;
  using RawOpen = std::function<std::unique_ptr<RawSession>(const Caller&, RawOutbox*)>;

  virtual ~Table() = default;
  virtual void AddUnary(std::string method, Needs needs, RawUnary handler) = 0;
  virtual void AddStream(std::string method, Needs needs, RawOpen open) = 0;

  // void S::Handler(const Caller&, const Req&, Reply<Res>)
  template <typename Req, typename Res, typename S>
  void Unary(std::string method, Needs needs, S& service, void (S::*handler)(const Caller&, const Req&, Reply<Res>)) {
    AddUnary(std::move(method), needs,
             [&service, handler](const Caller& caller, absl::string_view bytes,
                                 std::function<void(absl::Status, std::string)> raw) {
               Req request;
               if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
                 raw(absl::InternalError("the request cannot be decoded"), std::string());
                 return;
               }
               (service.*handler)(caller, request, Reply<Res>(std::move(raw)));
             });
  }
  // std::unique_ptr<Session<Req, Res>> S::Open(const Caller&, Outbox<Res>), for all three kinds of streams;
  // a server stream gets its request as the one message.
  template <typename Req, typename Res, typename S>
  void Stream(std::string method, Needs needs, S& service,
              std::unique_ptr<Session<Req, Res>> (S::*open)(const Caller&, Outbox<Res>)) {
    AddStream(std::move(method), needs, [&service, open](const Caller& caller, RawOutbox* raw) {
      return std::unique_ptr<RawSession>((service.*open)(caller, Outbox<Res>(raw)));
    });
  }
};

}  // namespace waypoint::server
