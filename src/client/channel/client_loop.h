// The one thread of a process that gets told by gRPC how its streams fare.
//
// gRPC's own callback threads are not used: they are torn down with the last channel, while one of them may
// still be in a callback (gRPC 1.51 aborts then).
// Owns:    a completion queue and its thread, for the life of the process, from the first stream on.
// Threads: any may start operations with its queue.
#pragma once

#include "grpcpp/completion_queue.h"

namespace waypoint::client {

class ClientTag {
 public:
  virtual void Run(bool ok) = 0;

 protected:
  ~ClientTag() = default;
};

// Tags given to it must be ClientTags.
grpc::CompletionQueue* ClientQueue();

}  // namespace waypoint::client
