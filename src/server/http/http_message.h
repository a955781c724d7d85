// Requests and responses of HTTP/1.1, as far as a small server needs them.
//
// Errors: InvalidArgument for what is no HTTP request.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint::server {

struct HttpRequest {
  std::string method, target;                  // target as sent: "/metrics?x=1"
  std::map<std::string, std::string> headers;  // names in lower case
  bool keep_alive = true;

  std::string path() const { return target.substr(0, target.find('?')); }
  std::string header(const std::string& name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// `head`: everything before the empty line.
absl::StatusOr<HttpRequest> ParseRequest(absl::string_view head);
std::string FormatResponse(const HttpRequest& request, const HttpResponse& response);

}  // namespace waypoint::server
