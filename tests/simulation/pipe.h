// One stream between a client and a server's session, over a network that delays, loses connections and
// tells the two ends about it at different times.
//
// Owns:    the session, until its end was told or the server is gone.
// Nothing moves by itself: the simulation picks one of the possible moves.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/handler.h"

namespace waypoint::simulation {

class Pipe : public server::RawOutbox {
 public:
  struct Client {
    std::function<void(const std::string& bytes)> on_message;
    std::function<void(absl::Status)> on_end;
  };
  Pipe(std::string name, Client client) : name_(std::move(name)), client_(std::move(client)) {}

  const std::string& name() const { return name_; }
  server::RawSession* session() const { return session_.get(); }

  // The client's side.
  void ClientSend(std::string bytes) {
    if (!client_ended_) to_server_.push_back(std::move(bytes));
  }
  void ClientCancel();

  // The network's and the server's side: each does one thing and says whether there was any.
  bool CanOpen() const { return !opened_ && !client_ended_; }
  void Open(const server::Table::RawOpen& open, const server::Caller& caller);
  bool DeliverToServer();
  bool Pull();  // asks the session for its next message
  bool DeliverToClient();
  bool CloseServerSide();
  // The connection breaks: the client learns it now, the server later (CloseServerSide).
  void Break();
  // The server process is gone, or does not exist.
  void ServerGone();
  bool Over() const { return client_ended_ && session_ == nullptr; }

  // server::RawOutbox
  void Send(std::string bytes) override {
    if (!status_) to_client_.push_back(std::move(bytes));
  }
  void Wake() override { woken_ = true; }
  void Finish(absl::Status status) override {
    if (!status_) status_ = std::move(status);
  }

 private:
  static constexpr size_t kWindow = 4;
  void EndClient(absl::Status status);

  const std::string name_;
  Client client_;
  std::unique_ptr<server::RawSession> session_;
  std::deque<std::string> to_server_, to_client_;
  std::optional<absl::Status> status_;  // what the server said last
  bool opened_ = false;
  bool woken_ = false;
  bool client_ended_ = false;
  bool broken_ = false;
};

}  // namespace waypoint::simulation
