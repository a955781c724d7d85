#include "cli/loopback_callback.h"

#include <sys/socket.h>

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/socket.h"
#include "base/status.h"

namespace waypoint::cli {
namespace {

constexpr char kPath[] = "/oidc/callback";
constexpr absl::Duration kVisit = absl::Seconds(5);
constexpr size_t kMaxHead = 64 << 10;

std::string Decode(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    int byte = 0;
    if (text[i] == '%' && i + 2 < text.size() && absl::SimpleHexAtoi(text.substr(i + 1, 2), &byte)) {
      out.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

// "GET /target HTTP/1.1" and the rest of the head; only the target matters.
absl::StatusOr<std::string> ReadTarget(int fd, const std::stop_token& stop) {
  std::string head;
  const absl::Time deadline = absl::Now() + kVisit;
  while (!absl::StrContains(head, "\r\n\r\n") && head.size() < kMaxHead) {
    RETURN_IF_ERROR(WaitReadable(fd, deadline, stop));
    char buffer[4096];
    const ssize_t n = ::recv(fd, buffer, sizeof(buffer), 0);
    if (n <= 0) return absl::UnavailableError("the visitor left");
    head.append(buffer, static_cast<size_t>(n));
  }
  const std::vector<std::string> words = absl::StrSplit(head.substr(0, head.find("\r\n")), ' ');
  if (words.size() != 3 || words[0] != "GET") return absl::InvalidArgumentError("no GET");
  return words[1];
}

void Reply(int fd, absl::string_view status, absl::string_view text, const std::stop_token& stop) {
  const std::string page = absl::StrCat("<!doctype html><title>Waypoint</title><p>", text, "</p>\n");
  SendAll(fd,
          absl::StrCat("HTTP/1.1 ", status, "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: ",
                       page.size(), "\r\nConnection: close\r\n\r\n", page),
          absl::Now() + kVisit, stop)
      .IgnoreError();
}

}  // namespace

std::map<std::string, std::string> QueryOf(absl::string_view url) {
  std::map<std::string, std::string> query;
  const size_t mark = url.find('?');
  if (mark == absl::string_view::npos) return query;
  for (absl::string_view field : absl::StrSplit(url.substr(mark + 1), '&')) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(field, absl::MaxSplits('=', 1));
    query.emplace(Decode(parts.first), Decode(parts.second));
  }
  return query;
}

absl::StatusOr<std::unique_ptr<LoopbackCallback>> LoopbackCallback::Listen() {
  ASSIGN_OR_RETURN(UniqueFd fd, ListenTcp("127.0.0.1", 0));
  ASSIGN_OR_RETURN(uint16_t port, LocalPort(fd.get()));
  return std::unique_ptr<LoopbackCallback>(new LoopbackCallback(std::move(fd), port));
}

std::string LoopbackCallback::url() const { return absl::StrCat("http://127.0.0.1:", port_, kPath); }

absl::StatusOr<LoopbackCallback::Result> LoopbackCallback::Await(const std::string& state, std::stop_token stop) {
  while (true) {
    RETURN_IF_ERROR(WaitReadable(listener_.get(), absl::InfiniteFuture(), stop));
    const UniqueFd visitor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!visitor.valid()) continue;
    absl::StatusOr<std::string> target = ReadTarget(visitor.get(), stop);
    if (!target.ok()) continue;  // a browser that only tries the connection
    if (target->substr(0, target->find('?')) != kPath) {
      Reply(visitor.get(), "404 Not Found", "Nothing is here.", stop);
      continue;
    }
    std::map<std::string, std::string> query = QueryOf(*target);
    if (query["state"] != state) {
      Reply(visitor.get(), "400 Bad Request", "This answer belongs to another login. Start again from the first one.",
            stop);
      continue;
    }
    if (!query["error"].empty() || query["code"].empty()) {
      Reply(visitor.get(), "200 OK", "The login was refused. The command line says more.", stop);
      return absl::PermissionDeniedError(
          absl::StrCat("the identity provider refused the login: ", query["error"], " ", query["error_description"]));
    }
    Reply(visitor.get(), "200 OK", "You are back in the command line now. This page can be closed.", stop);
    return Result{query["code"], state};
  }
}

}  // namespace waypoint::cli
