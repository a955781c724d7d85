#include "builtin/process/front/http_head.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"

namespace waypoint::builtin::process {
namespace {

constexpr size_t kMethodLimit = 24;

bool IsTokenChar(char c) { return absl::ascii_isalnum(c) || absl::StrContains("!#$%&'*+-.^_`|~", std::string(1, c)); }

bool IsToken(absl::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar); }

absl::Status Bad(absl::string_view why) { return absl::InvalidArgumentError(why); }

// False when the bytes so far cannot begin a request line.
bool MayBeRequestLine(absl::string_view buffer) {
  absl::string_view line = buffer.substr(0, buffer.find('\n'));
  bool whole = line.size() < buffer.size();
  size_t space = line.find(' ');
  absl::string_view method = line.substr(0, std::min(space, line.size()));
  if (method.size() > kMethodLimit || !std::all_of(method.begin(), method.end(), IsTokenChar)) return false;
  if (!whole) return true;
  line = absl::StripSuffix(line, "\r");
  return space != absl::string_view::npos && (absl::EndsWith(line, " HTTP/1.1") || absl::EndsWith(line, " HTTP/1.0"));
}

absl::StatusOr<HttpHeader> ParseHeader(absl::string_view line) {
  size_t colon = line.find(':');
  if (colon == absl::string_view::npos || !IsToken(line.substr(0, colon))) return Bad("malformed header line");
  return HttpHeader{std::string(line.substr(0, colon)),
                    std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)))};
}

absl::Status ParseHeaders(absl::string_view text, HttpHead* head) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripSuffix(line, "\r");
    if (line.empty()) continue;
    if (line[0] == ' ' || line[0] == '\t') return Bad("folded header line");
    if (line.find('\0') != absl::string_view::npos || absl::StrContains(line, "\r")) return Bad("control character");
    ASSIGN_OR_RETURN(HttpHeader header, ParseHeader(line));
    head->headers.push_back(std::move(header));
  }
  return absl::OkStatus();
}

// First line and the rest.
std::pair<absl::string_view, absl::string_view> SplitHead(absl::string_view text) {
  size_t end = text.find('\n');
  if (end == absl::string_view::npos) return {text, ""};
  return {absl::StripSuffix(text.substr(0, end), "\r"), text.substr(end + 1)};
}

void AppendHeaders(const HttpHead& head, std::string* out) {
  for (const HttpHeader& header : head.headers) absl::StrAppend(out, header.name, ": ", header.value, "\r\n");
  absl::StrAppend(out, "\r\n");
}

// Where a body ends must be clear to us and to the deployment in the same way: chunked once, and last (RFC 9112 6.3).
absl::StatusOr<bool> IsChunked(const HttpHead& head) {
  std::vector<absl::string_view> codings;
  for (const HttpHeader& header : head.headers) {
    if (!absl::EqualsIgnoreCase(header.name, "Transfer-Encoding")) continue;
    for (absl::string_view part : absl::StrSplit(header.value, ',')) {
      codings.push_back(absl::StripAsciiWhitespace(part));
    }
  }
  auto chunked = [](absl::string_view coding) { return absl::EqualsIgnoreCase(coding, "chunked"); };
  const auto times = std::count_if(codings.begin(), codings.end(), chunked);
  if (codings.empty() || (times == 1 && chunked(codings.back()))) return !codings.empty();
  return Bad("unknown Transfer-Encoding");
}

// Length by headers alone; kNone if they say nothing.
absl::StatusOr<BodyPlan> DeclaredBody(const HttpHead& head) {
  BodyPlan plan;
  ASSIGN_OR_RETURN(const bool chunked, IsChunked(head));
  for (const HttpHeader& header : head.headers) {
    if (!absl::EqualsIgnoreCase(header.name, "Content-Length")) continue;
    if (chunked) return Bad("both Content-Length and Transfer-Encoding");
    uint64_t length = 0;
    bool digits = !header.value.empty() && std::all_of(header.value.begin(), header.value.end(), absl::ascii_isdigit);
    if (!digits || !absl::SimpleAtoi(header.value, &length)) return Bad("malformed Content-Length");
    if (plan.kind == BodyPlan::Kind::kLength && plan.length != length) return Bad("two Content-Lengths");
    plan = BodyPlan{BodyPlan::Kind::kLength, length};
  }
  if (chunked) plan.kind = BodyPlan::Kind::kChunked;
  if (plan.kind == BodyPlan::Kind::kLength && plan.length == 0) plan.kind = BodyPlan::Kind::kNone;
  return plan;
}

}  // namespace

const std::string* HttpHead::Find(absl::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return &header.value;
  }
  return nullptr;
}

void HttpHead::Remove(absl::string_view name) {
  std::erase_if(headers, [name](const HttpHeader& header) { return absl::EqualsIgnoreCase(header.name, name); });
}

void HttpHead::Set(absl::string_view name, std::string value) {
  Remove(name);
  headers.push_back(HttpHeader{std::string(name), std::move(value)});
}

bool HttpHead::HasWord(absl::string_view name, absl::string_view word) const {
  for (const HttpHeader& header : headers) {
    if (!absl::EqualsIgnoreCase(header.name, name)) continue;
    for (absl::string_view part : absl::StrSplit(header.value, ',')) {
      if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(part), word)) return true;
    }
  }
  return false;
}

size_t HeadSize(absl::string_view buffer) {
  // Lines may end in "\n" alone; the head ends with the first empty line.
  for (size_t at = buffer.find('\n'); at != absl::string_view::npos; at = buffer.find('\n', at + 1)) {
    absl::string_view rest = buffer.substr(at + 1);
    if (absl::StartsWith(rest, "\n")) return at + 2;
    if (absl::StartsWith(rest, "\r\n")) return at + 3;
  }
  return 0;
}

HeadState FindRequestHead(absl::string_view buffer, size_t* size) {
  // Empty lines before a request are allowed (RFC 9112 2.2).
  size_t skipped = 0;
  while (skipped < buffer.size() && (buffer[skipped] == '\r' || buffer[skipped] == '\n')) ++skipped;
  absl::string_view rest = buffer.substr(skipped);
  if (rest.empty()) return HeadState::kMore;
  if (!MayBeRequestLine(rest)) return HeadState::kNotHttp;
  *size = HeadSize(rest);
  if (*size > 0) *size += skipped;
  if (*size > kHeadLimit || (*size == 0 && buffer.size() > kHeadLimit)) return HeadState::kTooLong;
  return *size > 0 ? HeadState::kWhole : HeadState::kMore;
}

absl::StatusOr<HttpHead> ParseRequestHead(absl::string_view text) {
  while (absl::ConsumePrefix(&text, "\r") || absl::ConsumePrefix(&text, "\n")) {
  }
  auto [line, rest] = SplitHead(text);
  std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
  HttpHead head;
  if (parts.size() != 3 || !IsToken(parts[0]) || parts[1].empty()) return Bad("malformed request line");
  head.method = std::string(parts[0]);
  head.target = std::string(parts[1]);
  head.minor = parts[2] == "HTTP/1.0" ? 0 : 1;
  RETURN_IF_ERROR(ParseHeaders(rest, &head));
  return head;
}

absl::StatusOr<HttpHead> ParseResponseHead(absl::string_view text) {
  auto [line, rest] = SplitHead(text);
  std::vector<absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(' ', 2));
  HttpHead head;
  if (parts.size() < 2 || !absl::StartsWith(parts[0], "HTTP/1.") || !absl::SimpleAtoi(parts[1], &head.status) ||
      head.status < 100 || head.status > 999) {
    return Bad("malformed status line");
  }
  head.minor = parts[0] == "HTTP/1.0" ? 0 : 1;
  if (parts.size() == 3) head.reason = std::string(parts[2]);
  RETURN_IF_ERROR(ParseHeaders(rest, &head));
  return head;
}

std::string WriteRequestHead(const HttpHead& head) {
  std::string out = absl::StrCat(head.method, " ", head.target, " HTTP/1.", head.minor, "\r\n");
  AppendHeaders(head, &out);
  return out;
}

std::string WriteResponseHead(const HttpHead& head) {
  std::string out = absl::StrCat("HTTP/1.1 ", head.status, " ", head.reason, "\r\n");
  AppendHeaders(head, &out);
  return out;
}

bool KeepsAlive(const HttpHead& head) {
  if (head.HasWord("Connection", "close")) return false;
  return head.minor >= 1 || head.HasWord("Connection", "keep-alive");
}

absl::StatusOr<BodyPlan> RequestBody(const HttpHead& request) { return DeclaredBody(request); }

absl::StatusOr<BodyPlan> ResponseBody(const std::string& method, const HttpHead& response) {
  if (method == "HEAD" || response.status < 200 || response.status == 204 || response.status == 304) return BodyPlan{};
  ASSIGN_OR_RETURN(BodyPlan plan, DeclaredBody(response));
  bool silent = plan.kind == BodyPlan::Kind::kNone && response.Find("Content-Length") == nullptr;
  if (silent) plan.kind = BodyPlan::Kind::kUntilClose;
  return plan;
}

}  // namespace waypoint::builtin::process
