#include "simulation/pipe.h"

namespace waypoint::simulation {

void Pipe::Open(const server::Table::RawOpen& open, const server::Caller& caller) {
  opened_ = true;
  woken_ = true;
  session_ = open(caller, this);
}

void Pipe::ClientCancel() {
  client_ended_ = true;
  broken_ = true;
  to_client_.clear();
}

bool Pipe::DeliverToServer() {
  if (session_ == nullptr || status_ || broken_ || to_server_.empty() || !session_->WantsMessage()) return false;
  std::string bytes = std::move(to_server_.front());
  to_server_.pop_front();
  session_->OnBytes(bytes);
  return true;
}

bool Pipe::Pull() {
  if (session_ == nullptr || status_ || !woken_ || to_client_.size() >= kWindow) return false;
  std::optional<std::string> bytes = session_->NextBytes();
  if (!bytes) {
    woken_ = false;
    return true;
  }
  to_client_.push_back(*std::move(bytes));
  return true;
}

bool Pipe::DeliverToClient() {
  if (client_ended_) return false;
  if (!to_client_.empty()) {
    std::string bytes = std::move(to_client_.front());
    to_client_.pop_front();
    client_.on_message(bytes);
    return true;
  }
  if (!status_ || broken_) return false;
  EndClient(*status_);
  return true;
}

bool Pipe::CloseServerSide() {
  if (session_ == nullptr || (!broken_ && !(status_ && client_ended_))) return false;
  if (!status_) status_ = absl::CancelledError("the caller is gone");
  auto session = std::move(session_);
  session->OnClosed(*status_);
  return true;
}

void Pipe::Break() {
  if (broken_ || !opened_) return;
  broken_ = true;
  to_client_.clear();
  to_server_.clear();
  EndClient(absl::UnavailableError("connection lost"));
}

void Pipe::ServerGone() {
  session_.reset();
  broken_ = true;
  to_client_.clear();
  EndClient(absl::UnavailableError("connection refused"));
}

void Pipe::EndClient(absl::Status status) {
  if (std::exchange(client_ended_, true)) return;
  client_.on_end(std::move(status));
}

}  // namespace waypoint::simulation
