// A blocking HTTP client for tests: one connection, kept open.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/socket.h"
#include "base/status.h"
#include "builtin/process/front/http_body.h"
#include "builtin/process/front/http_head.h"

namespace waypoint::builtin::process {

struct HttpAnswer {
  int status = 0;
  std::string body;  // raw: chunks keep their frames
  bool keeps_alive = false;
};

class HttpClient {
 public:
  explicit HttpClient(uint16_t port) : port_(port) {}

  absl::StatusOr<HttpAnswer> Get(const std::string& path) {
    return Do(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: test\r\n\r\n"));
  }
  absl::StatusOr<HttpAnswer> Post(const std::string& path, const std::string& body) {
    return Do(
        absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: test\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
  }
  // Sends the bytes as they are and reads one answer.
  absl::StatusOr<HttpAnswer> Do(const std::string& bytes, const std::string& method = "GET") {
    RETURN_IF_ERROR(Send(bytes));
    return Read(method);
  }
  absl::Status Send(const std::string& bytes) {
    if (!fd_.valid()) {
      ASSIGN_OR_RETURN(fd_, ConnectTcp("127.0.0.1", port_, Deadline()));
    }
    return SendAll(fd_.get(), bytes, Deadline());
  }
  absl::StatusOr<HttpAnswer> Read(const std::string& method = "GET") {
    HttpAnswer answer;
    HttpHead head;
    do {
      ASSIGN_OR_RETURN(head, ReadHead());
    } while (head.status < 200 && head.status != 101);
    ASSIGN_OR_RETURN(BodyPlan plan, ResponseBody(method, head));
    BodyEnd end(plan);
    while (!end.done()) {
      size_t n = end.Consume(in_);
      answer.body.append(in_, 0, n);
      in_.erase(0, n);
      if (end.done()) break;
      absl::StatusOr<bool> more = ReadMore();
      if (!more.ok()) return more.status();
      if (!*more && end.EndsWithStream()) break;
      if (!*more) return absl::DataLossError("the body was cut off");
    }
    answer.status = head.status;
    answer.keeps_alive = KeepsAlive(head);
    if (!answer.keeps_alive && head.status != 101) fd_.Reset();
    return answer;
  }
  absl::StatusOr<std::string> ReadBytes(size_t count) {
    while (in_.size() < count) {
      ASSIGN_OR_RETURN(bool more, ReadMore());
      if (!more) return absl::UnavailableError("closed");
    }
    std::string bytes = in_.substr(0, count);
    in_.erase(0, count);
    return bytes;
  }
  bool connected() const { return fd_.valid(); }
  void HalfClose() { ::shutdown(fd_.get(), SHUT_WR); }

 private:
  static absl::Time Deadline() { return absl::Now() + absl::Seconds(20); }
  absl::StatusOr<HttpHead> ReadHead() {
    size_t size;
    while ((size = HeadSize(in_)) == 0) {
      ASSIGN_OR_RETURN(bool more, ReadMore());
      if (!more) return absl::UnavailableError("closed without an answer");
    }
    std::string text = in_.substr(0, size);
    in_.erase(0, size);
    return ParseResponseHead(text);
  }
  absl::StatusOr<bool> ReadMore() {
    RETURN_IF_ERROR(WaitReadable(fd_.get(), Deadline()));
    char buffer[16384];
    ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (n < 0 && errno == EAGAIN) return true;
    if (n < 0) return ErrnoStatus(errno, "receive");
    in_.append(buffer, n);
    return n > 0;
  }

  uint16_t port_;
  UniqueFd fd_;
  std::string in_;
};

}  // namespace waypoint::builtin::process
