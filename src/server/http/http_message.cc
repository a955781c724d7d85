#include "server/http/http_message.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace waypoint::server {
namespace {

const char* Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

}  // namespace

std::string HttpRequest::header(const std::string& name) const {
  auto it = headers.find(name);
  return it == headers.end() ? std::string() : it->second;
}

absl::StatusOr<HttpRequest> ParseRequest(absl::string_view head) {
  const std::vector<absl::string_view> lines = absl::StrSplit(head, "\r\n");
  const std::vector<absl::string_view> first = absl::StrSplit(lines[0], ' ');
  if (first.size() != 3 || !absl::StartsWith(first[1], "/") || !absl::StartsWith(first[2], "HTTP/1.")) {
    return absl::InvalidArgumentError("this is no HTTP/1.1 request");
  }
  HttpRequest request;
  request.method = std::string(first[0]);
  request.target = std::string(first[1]);
  for (size_t i = 1; i < lines.size(); ++i) {
    const size_t colon = lines[i].find(':');
    if (colon == absl::string_view::npos || colon == 0) return absl::InvalidArgumentError("a header has no name");
    request.headers[absl::AsciiStrToLower(lines[i].substr(0, colon))] =
        std::string(absl::StripAsciiWhitespace(lines[i].substr(colon + 1)));
  }
  request.keep_alive = first[2] != "HTTP/1.0" && !absl::EqualsIgnoreCase(request.header("connection"), "close");
  // A body would be read as the next request: nothing here wants one.
  const std::string length = request.header("content-length");
  if ((!length.empty() && length != "0") || !request.header("transfer-encoding").empty()) request.keep_alive = false;
  return request;
}

std::string FormatResponse(const HttpRequest& request, const HttpResponse& response) {
  std::string text = absl::StrCat("HTTP/1.1 ", response.status, " ", Reason(response.status), "\r\n");
  for (const auto& [name, value] : response.headers) absl::StrAppend(&text, name, ": ", value, "\r\n");
  if (!response.body.empty()) absl::StrAppend(&text, "Content-Type: ", response.content_type, "\r\n");
  absl::StrAppend(&text, "Content-Length: ", response.body.size(), "\r\n");
  if (!request.keep_alive) absl::StrAppend(&text, "Connection: close\r\n");
  absl::StrAppend(&text, "\r\n");
  if (request.method != "HEAD") text += response.body;
  return text;
}

}  // namespace waypoint::server
