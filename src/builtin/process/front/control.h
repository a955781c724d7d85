// The control socket of a front: one JSON line of process.FrontCommand, one of process.FrontAnswer.
//
// Owns:    control.sock in the front's folder, and front.json and backend.json beside it. A switch is
//          written down before it is answered, so that a front that is started again knows it.
// Threads: the loop's.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "base/fd.h"
#include "builtin/process.pb.h"
#include "builtin/process/front/loop.h"
#include "builtin/process/front/proxy.h"

namespace waypoint::builtin::process {

class Control {
 public:
  Control(Loop& loop, Proxy& proxy, std::string folder);
  ~Control();

  // Reads backend.json if there is one, listens, writes front.json.
  absl::Status Start(const ::process::Front& front);
  // As the command `quit`.
  void Quit(absl::Duration patience);

 private:
  struct Client {
    UniqueFd fd;
    Loop::Id watch = 0;
    std::string in;
  };
  using Answer = std::function<void(const ::process::FrontAnswer&)>;

  void Accept();
  void OnReady(const std::shared_ptr<Client>& client);
  void Drop(const std::shared_ptr<Client>& client);
  void Execute(const ::process::FrontCommand& command, const Answer& answer);
  ::process::FrontAnswer Switch(const ::process::Backend& backend);
  ::process::FrontAnswer Listen(const ::process::FrontCommand::Listen& listen);
  ::process::FrontAnswer Show() const;

  Loop& loop_;
  Proxy& proxy_;
  const std::string folder_;
  ::process::Front front_;
  UniqueFd listener_;
  Loop::Id watch_ = 0;
  std::list<std::shared_ptr<Client>> clients_;
};

}  // namespace waypoint::builtin::process
