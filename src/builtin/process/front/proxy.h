// The stable port of an app: accepts connections and sends each request to the released deployment.
//
// Owns:    the listening socket and all connections.
// Threads: the loop's.
// Errors:  of Listen only: AlreadyExists when the port is taken.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "builtin/process.pb.h"
#include "builtin/process/front/connection.h"
#include "builtin/process/front/loop.h"

namespace waypoint::builtin::process {

class Proxy : public Switchboard {
 public:
  explicit Proxy(Loop& loop) : loop_(loop) {}
  ~Proxy() override;

  // Replaces an earlier address, which stays when this fails. `protocol`: "http" or "tcp".
  absl::Status Listen(const std::string& address, uint16_t port, const std::string& protocol);
  void Switch(const ::process::Backend& backend);
  // `drained(cut)` once nothing of the deployment is under way; what is left at the end is cut off.
  void Drain(const std::string& deployment_id, absl::Duration patience, std::function<void(int cut)> drained);
  // Stops accepting; `ended` once all requests are answered, or the time is over.
  void Finish(absl::Duration patience, std::function<void()> ended);

  const ::process::Backend& backend() const { return backend_; }
  size_t connections() const { return connections_.size(); }
  uint64_t requests() const { return requests_; }

  std::shared_ptr<Target> current() override { return current_; }
  bool http() override { return protocol_ == "http"; }
  bool closing() override { return ended_ != nullptr; }
  void Idle(const std::shared_ptr<Target>& target) override;
  void Remove(Connection* connection) override;

 private:
  struct Draining {
    std::string deployment_id;
    Loop::Id timer;
    std::function<void(int)> drained;
  };
  void Accept();
  void AcceptLater();
  int Active(const std::string& deployment_id);
  int CutOff(const std::string& deployment_id);
  void CheckDrained();
  void CheckEnded();

  Loop& loop_;
  UniqueFd listener_;
  Loop::Id listen_watch_ = 0;
  std::string protocol_ = "http";
  ::process::Backend backend_;
  std::shared_ptr<Target> current_;
  std::vector<std::weak_ptr<Target>> targets_;
  std::map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> removed_;
  std::vector<Draining> draining_;
  std::function<void()> ended_;
  uint64_t requests_ = 0;
};

}  // namespace waypoint::builtin::process
