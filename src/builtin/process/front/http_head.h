// Heads of HTTP/1 messages: found, read, and written again for the other side.
//
// Threads: pure.
// Errors:  InvalidArgument for what cannot be passed on safely: a body length given twice, folded header
//          lines, a length that is no number. Better refused than read in two ways (request smuggling).
// Spec:    RFC 9112.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint::builtin::process {

inline constexpr size_t kHeadLimit = 64 * 1024;

struct HttpHeader {
  std::string name, value;
};

struct HttpHead {
  // Request.
  std::string method, target;
  // Response.
  int status = 0;
  std::string reason;

  int minor = 1;  // HTTP/1.minor
  std::vector<HttpHeader> headers;

  const std::string* Find(absl::string_view name) const;  // the first of that name, nullptr if none
  void Remove(absl::string_view name);
  void Set(absl::string_view name, std::string value);
  // One of the comma-separated words of all headers of that name, any case.
  bool HasWord(absl::string_view name, absl::string_view word) const;
};

enum class HeadState { kMore, kWhole, kNotHttp, kTooLong };
// Looks at the first bytes of a connection's next request; `size` = bytes of the head with its empty line.
HeadState FindRequestHead(absl::string_view buffer, size_t* size);
// Bytes of the head at the start of `buffer`, 0 if it is not whole yet.
size_t HeadSize(absl::string_view buffer);

absl::StatusOr<HttpHead> ParseRequestHead(absl::string_view text);
absl::StatusOr<HttpHead> ParseResponseHead(absl::string_view text);
std::string WriteRequestHead(const HttpHead& head);
std::string WriteResponseHead(const HttpHead& head);  // always as HTTP/1.1

// Does the sender want to use the connection again?
bool KeepsAlive(const HttpHead& head);

struct BodyPlan {
  enum class Kind { kNone, kLength, kChunked, kUntilClose } kind = Kind::kNone;
  uint64_t length = 0;
};
absl::StatusOr<BodyPlan> RequestBody(const HttpHead& request);
absl::StatusOr<BodyPlan> ResponseBody(const std::string& method, const HttpHead& response);

}  // namespace waypoint::builtin::process
