#include "server/http/http_fetch.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/socket.h"
#include "base/status.h"
#include "server/http/byte_stream.h"

namespace waypoint::server {
namespace {

constexpr size_t kMaxAnswer = 4 << 20;
constexpr int kMaxRedirects = 5;

absl::Status Broken() { return absl::UnavailableError("the answer is no HTTP/1.1"); }

std::string Header(const FetchAnswer& answer, const char* name) {
  auto it = answer.headers.find(name);
  return it == answer.headers.end() ? std::string() : it->second;
}

absl::StatusOr<FetchAnswer> ParseHead(absl::string_view head) {
  const std::vector<absl::string_view> lines = absl::StrSplit(head, "\r\n");
  const std::vector<absl::string_view> first = absl::StrSplit(lines[0], absl::MaxSplits(' ', 2));
  FetchAnswer answer;
  if (first.size() < 2 || !absl::StartsWith(first[0], "HTTP/1.") || !absl::SimpleAtoi(first[1], &answer.status)) {
    return Broken();
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::pair<absl::string_view, absl::string_view> field = absl::StrSplit(lines[i], absl::MaxSplits(':', 1));
    answer.headers[absl::AsciiStrToLower(field.first)] = std::string(absl::StripAsciiWhitespace(field.second));
  }
  return answer;
}

// True once the last chunk is there.
absl::StatusOr<bool> JoinChunks(absl::string_view rest, std::string* body) {
  while (true) {
    const size_t end = rest.find("\r\n");
    if (end == absl::string_view::npos) return false;
    size_t size = 0;
    const absl::string_view digits = rest.substr(0, std::min(end, rest.find(';')));
    if (!absl::SimpleHexAtoi(absl::StripAsciiWhitespace(digits), &size) || size > kMaxAnswer) return Broken();
    rest.remove_prefix(end + 2);
    if (size == 0) return true;
    if (rest.size() < size + 2) return false;
    absl::StrAppend(body, rest.substr(0, size));
    rest.remove_prefix(size + 2);
  }
}

std::string Format(const FetchRequest& request, const Url& url) {
  std::string text = absl::StrCat(request.method, " ", url.target, " HTTP/1.1\r\nHost: ", url.origin,
                                  "\r\nConnection: close\r\nAccept: application/json\r\n");
  for (const auto& [name, value] : request.headers) absl::StrAppend(&text, name, ": ", value, "\r\n");
  if (request.method != "GET") absl::StrAppend(&text, "Content-Length: ", request.body.size(), "\r\n");
  absl::StrAppend(&text, "\r\n", request.body);
  return text;
}

absl::StatusOr<FetchAnswer> Receive(ByteStream& stream, absl::Time deadline) {
  std::string received;
  while (received.size() <= kMaxAnswer) {
    ASSIGN_OR_RETURN(std::string more, stream.Read(deadline));
    received += more;
    ASSIGN_OR_RETURN(std::optional<FetchAnswer> answer, ParseAnswer(received, more.empty()));
    if (answer) return *std::move(answer);
    if (more.empty()) return absl::UnavailableError("the connection ended in the middle of the answer");
  }
  return absl::UnavailableError("the answer is too long");
}

absl::StatusOr<FetchAnswer> FetchOnce(const FetchRequest& request, const Url& url, absl::Time deadline,
                                      std::stop_token stop) {
  ASSIGN_OR_RETURN(UniqueFd fd, ConnectTcp(url.host, url.port, deadline, stop));
  std::unique_ptr<ByteStream> stream;
  if (url.tls) {
    ASSIGN_OR_RETURN(stream, ConnectTls(std::move(fd), url.host, request.ca_pem, deadline, stop));
  } else {
    ASSIGN_OR_RETURN(stream, OpenStream(std::move(fd), nullptr, deadline, stop));
  }
  RETURN_IF_ERROR(stream->Write(Format(request, url), deadline));
  return Receive(*stream, deadline);
}

absl::Status Failed(const FetchRequest& request, const absl::Status& why) {
  return absl::UnavailableError(absl::StrCat(request.method, " ", request.url, ": ", why.message()));
}

bool Redirects(const FetchRequest& request, const FetchAnswer& answer) {
  return request.method == "GET" && answer.status >= 301 && answer.status <= 308 && answer.status != 304 &&
         !Header(answer, "location").empty();
}

}  // namespace

absl::StatusOr<Url> ParseUrl(absl::string_view text) {
  Url url;
  absl::string_view rest = text;
  const absl::Status bad = absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no http or https URL"));
  if (absl::ConsumePrefix(&rest, "https://")) {
    url.tls = true;
  } else if (!absl::ConsumePrefix(&rest, "http://")) {
    return bad;
  }
  rest = rest.substr(0, rest.find('#'));
  const size_t end = std::min(rest.find_first_of("/?"), rest.size());
  url.origin = std::string(rest.substr(0, end));
  url.target = std::string(rest.substr(end));
  if (!absl::StartsWith(url.target, "/")) url.target = absl::StrCat("/", url.target);
  std::string host = url.origin;
  url.port = url.tls ? 443 : 80;
  const size_t colon = host.rfind(':');
  if (colon != std::string::npos && !absl::EndsWith(host, "]")) {
    uint32_t port = 0;
    if (!absl::SimpleAtoi(host.substr(colon + 1), &port) || port == 0 || port > 65535) return bad;
    url.port = static_cast<uint16_t>(port);
    host.resize(colon);
  }
  if (absl::StartsWith(host, "[") && absl::EndsWith(host, "]")) host = host.substr(1, host.size() - 2);
  if (host.empty() || absl::StrContains(host, "@") || absl::StrContains(text, "\r") || absl::StrContains(text, "\n") ||
      absl::StrContains(text, " ")) {
    return bad;
  }
  url.host = host;
  return url;
}

absl::StatusOr<std::optional<FetchAnswer>> ParseAnswer(absl::string_view received, bool ended) {
  FetchAnswer answer;
  absl::string_view rest = received;
  do {  // past what only says that an answer will come
    const size_t head = rest.find("\r\n\r\n");
    if (head == absl::string_view::npos) return std::optional<FetchAnswer>();
    ASSIGN_OR_RETURN(answer, ParseHead(rest.substr(0, head)));
    rest.remove_prefix(head + 4);
  } while (answer.status >= 100 && answer.status < 200);
  if (absl::EqualsIgnoreCase(Header(answer, "transfer-encoding"), "chunked")) {
    ASSIGN_OR_RETURN(bool complete, JoinChunks(rest, &answer.body));
    return complete ? std::make_optional(std::move(answer)) : std::nullopt;
  }
  size_t length = 0;
  const bool known = absl::SimpleAtoi(Header(answer, "content-length"), &length);
  if (known ? rest.size() < length : !ended) return std::optional<FetchAnswer>();
  answer.body = std::string(known ? rest.substr(0, length) : rest);
  return std::make_optional(std::move(answer));
}

absl::StatusOr<FetchAnswer> FetchNow(const FetchRequest& request, absl::Time deadline, std::stop_token stop) {
  FetchRequest next = request;
  for (int i = 0; i <= kMaxRedirects; ++i) {
    ASSIGN_OR_RETURN(Url url, ParseUrl(next.url));
    absl::StatusOr<FetchAnswer> answer = FetchOnce(next, url, deadline, stop);
    if (!answer.ok()) return Failed(next, answer.status());
    if (!Redirects(next, *answer)) return answer;
    std::string location = Header(*answer, "location");
    if (absl::StartsWith(location, "/"))
      location = absl::StrCat(url.tls ? "https://" : "http://", url.origin, location);
    ASSIGN_OR_RETURN(Url to, ParseUrl(location));
    if (to.origin != url.origin || to.tls != url.tls) next.headers.erase("Authorization");  // meant for the first only
    next.url = location;
  }
  return Failed(next, absl::UnavailableError("too many redirects"));
}

}  // namespace waypoint::server
