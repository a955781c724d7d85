// The standard health service (grpc.health.v1): Check and Watch, open to everybody. The server as a whole ("") and its
// API serve from the first call on until Stop, which tells all who watch.
//
// Owns:    the list of those who watch.
// Threads: the loop.
// Errors:  Check: NotFound for a service that is not here. Watch says SERVICE_UNKNOWN and stays, as the standard wants.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "grpc/health.pb.h"
#include "server/handler.h"

namespace waypoint::server {

class Health {
 public:
  using Request = ::grpc::health::v1::HealthCheckRequest;
  using Response = ::grpc::health::v1::HealthCheckResponse;

  void Check(const Caller& caller, const Request& request, Reply<Response> reply) const;
  std::unique_ptr<Session<Request, Response>> Watch(const Caller& caller, Outbox<Response> outbox);
  // NOT_SERVING from now on.
  void Stop();

 private:
  class Watcher;

  Response::ServingStatus StatusOf(const std::string& service) const;

  bool serving_ = true;
  std::set<Watcher*> watchers_;
};

}  // namespace waypoint::server
