// HTTP requests that the server makes of others, without making anybody wait.
//
// Threads: the loop; `done` runs there later, once. Never inside Fetch.
// Errors:  Unavailable: no connection, no answer, no trust; the text says which. A status of HTTP is an answer.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace waypoint::server {

struct FetchRequest {
  std::string method = "GET";
  std::string url;                             // http or https
  std::map<std::string, std::string> headers;  // Host and Content-Length are added
  std::string body;
  std::string ca_pem;  // trusted instead of the system's certificates
};

struct FetchAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class Fetcher {
 public:
  using Done = std::function<void(absl::StatusOr<FetchAnswer>)>;
  virtual ~Fetcher() = default;
  virtual void Fetch(FetchRequest request, Done done) = 0;
};

}  // namespace waypoint::server
