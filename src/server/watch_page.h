// What the HTTP listeners answer: /healthz and /metrics. The user interface and the gateways have their places
// here later (server-and-state.md 4).
//
// Threads: Answer is called on connections' threads; it asks the loop and waits.
#pragma once

#include <string>

#include "server/http/http_message.h"
#include "server/rpc/rpc_server.h"
#include "server/services/services.h"
#include "state/rocks_backend.h"

namespace waypoint::server {

struct Watched {
  RpcServer& rpc;
  Services& services;
  state::RocksBackend& backend;
  std::string data_dir;
};

HttpResponse AnswerWatcher(const Watched& watched, const HttpRequest& request);

}  // namespace waypoint::server
