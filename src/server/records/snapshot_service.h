// Backup and restore over the wire (server-and-state.md 12).
//
// Threads: the loop; the copy is read piece by piece as the caller takes it, while writes go on.
// Errors:  Internal for a file that cannot be used; FailedPrecondition for messages out of order.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "state/backend.h"
#include "waypoint/snapshot.pb.h"

namespace waypoint::server {

struct SnapshotOptions {
  std::string dir;                          // the store's folder; empty: there is none to restore into
  std::string version;                      // of the server, starting with "v"
  std::function<void()> exit_with_restore;  // `open.exit`: ends the process with code 2 after staging
};

class SnapshotService {
 public:
  SnapshotService(state::Backend& backend, SnapshotOptions options);
  void Register(Table& table);

  using CreateSession = Session<google::protobuf::Empty, ::hashicorp::waypoint::CreateSnapshotResponse>;
  using RestoreSession = Session<::hashicorp::waypoint::RestoreSnapshotRequest, google::protobuf::Empty>;
  std::unique_ptr<CreateSession> Create(const Caller& caller,
                                        Outbox<::hashicorp::waypoint::CreateSnapshotResponse> outbox);
  std::unique_ptr<RestoreSession> Restore(const Caller& caller, Outbox<google::protobuf::Empty> outbox);

 private:
  state::Backend& backend_;
  const SnapshotOptions options_;
};

}  // namespace waypoint::server
