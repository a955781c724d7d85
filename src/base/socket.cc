#include "base/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/files.h"
#include "base/status.h"

namespace waypoint {
namespace {

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

absl::StatusOr<AddressList> Resolve(const std::string& host, uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  int error = ::getaddrinfo(host.c_str(), absl::StrCat(port).c_str(), &hints, &found);
  if (error != 0) return absl::UnavailableError(absl::StrCat("resolve ", host, ": ", ::gai_strerror(error)));
  return AddressList(found, ::freeaddrinfo);
}

UniqueFd NewSocket(const addrinfo& address) {
  return UniqueFd(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

absl::Status Wait(int fd, short events, absl::Time deadline, const std::stop_token& stop) {
  StopFd stopped(stop);
  while (true) {
    absl::Duration left = deadline - absl::Now();
    int timeout = deadline == absl::InfiniteFuture()
                      ? -1
                      : static_cast<int>(std::clamp<int64_t>(absl::ToInt64Milliseconds(left) + 1, 0, 1 << 30));
    pollfd fds[] = {{fd, events, 0}, {stopped.get(), POLLIN, 0}};
    int ready = ::poll(fds, 2, timeout);
    if (stop.stop_requested()) return absl::CancelledError("stopped");
    if (ready > 0 && fds[0].revents != 0) return absl::OkStatus();
    if (absl::Now() >= deadline) return absl::DeadlineExceededError("no answer in time");
  }
}

absl::StatusOr<UniqueFd> ConnectOne(const addrinfo& address, absl::Time deadline, const std::stop_token& stop) {
  UniqueFd fd = NewSocket(address);
  if (!fd.valid()) return ErrnoStatus(errno, "create a socket");
  if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) return fd;
  if (errno != EINPROGRESS) return absl::UnavailableError(std::strerror(errno));
  RETURN_IF_ERROR(Wait(fd.get(), POLLOUT, deadline, stop));
  if (int error = SocketError(fd.get()); error != 0) return absl::UnavailableError(std::strerror(error));
  return fd;
}

// The folder is opened and named by its descriptor, which keeps any path short.
struct UnixAddress {
  UniqueFd folder;
  sockaddr_un address{};
};

absl::StatusOr<UnixAddress> MakeUnixAddress(const std::string& path) {
  UnixAddress out;
  out.address.sun_family = AF_UNIX;
  out.folder.Reset(::open(FolderOf(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!out.folder.valid()) return ErrnoStatus(errno, absl::StrCat("open folder ", FolderOf(path)));
  std::string name = absl::StrCat("/proc/self/fd/", out.folder.get(), "/", BaseName(path));
  if (name.size() >= sizeof out.address.sun_path) return absl::InvalidArgumentError(absl::StrCat(path, ": too long"));
  std::memcpy(out.address.sun_path, name.c_str(), name.size() + 1);
  return out;
}

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text.substr(colon + 1), &port) || port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is no address: HOST:PORT is expected, for instance 127.0.0.1:9701"));
  }
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return HostPort{std::string(host), static_cast<uint16_t>(port)};
}

absl::StatusOr<UniqueFd> ListenTcp(const std::string& address, uint16_t port, int backlog) {
  ASSIGN_OR_RETURN(AddressList list, Resolve(address, port, AI_NUMERICHOST | AI_PASSIVE));
  UniqueFd fd = NewSocket(*list);
  if (!fd.valid()) return ErrnoStatus(errno, "create a socket");
  int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), list->ai_addr, list->ai_addrlen) == 0 && ::listen(fd.get(), backlog) == 0) return fd;
  if (errno == EADDRINUSE) return absl::AlreadyExistsError(absl::StrCat("port ", port, " of ", address, " is taken"));
  return ErrnoStatus(errno, absl::StrCat("listen on ", address, " port ", port));
}

absl::StatusOr<uint16_t> LocalPort(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return ErrnoStatus(errno, "read the address of a socket");
  }
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

absl::StatusOr<UniqueFd> ConnectTcp(const std::string& host, uint16_t port, absl::Time deadline, std::stop_token stop) {
  ASSIGN_OR_RETURN(AddressList list, Resolve(host, port, 0));
  absl::Status status;
  for (const addrinfo* address = list.get(); address != nullptr; address = address->ai_next) {
    absl::StatusOr<UniqueFd> fd = ConnectOne(*address, deadline, stop);
    if (fd.ok()) return fd;
    status = fd.status();
    if (absl::IsCancelled(status)) break;
  }
  return Annotate(status, "connect to ", host, " port ", port);
}

absl::StatusOr<UniqueFd> StartConnectTcp(const std::string& address, uint16_t port) {
  ASSIGN_OR_RETURN(AddressList list, Resolve(address, port, AI_NUMERICHOST));
  UniqueFd fd = NewSocket(*list);
  if (!fd.valid()) return ErrnoStatus(errno, "create a socket");
  int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd.get(), list->ai_addr, list->ai_addrlen) == 0 || errno == EINPROGRESS) return fd;
  return absl::UnavailableError(absl::StrCat("connect to ", address, " port ", port, ": ", std::strerror(errno)));
}

int SocketError(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

absl::StatusOr<UniqueFd> ListenUnix(const std::string& path) {
  ASSIGN_OR_RETURN(UnixAddress address, MakeUnixAddress(path));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "create a socket");
  ::unlink(path.c_str());
  auto* raw = reinterpret_cast<sockaddr*>(&address.address);
  if (::bind(fd.get(), raw, sizeof address.address) != 0 || ::listen(fd.get(), 16) != 0) {
    return ErrnoStatus(errno, absl::StrCat("listen on ", path));
  }
  return fd;
}

absl::StatusOr<UniqueFd> ConnectUnix(const std::string& path) {
  ASSIGN_OR_RETURN(UnixAddress address, MakeUnixAddress(path));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "create a socket");
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address.address), sizeof address.address) != 0) {
    return absl::UnavailableError(absl::StrCat("connect to ", path, ": ", std::strerror(errno)));
  }
  return fd;
}

absl::Status WaitReadable(int fd, absl::Time deadline, std::stop_token stop) {
  return Wait(fd, POLLIN, deadline, stop);
}

absl::Status WaitWritable(int fd, absl::Time deadline, std::stop_token stop) {
  return Wait(fd, POLLOUT, deadline, stop);
}

absl::Status SendAll(int fd, absl::string_view data, absl::Time deadline, std::stop_token stop) {
  while (!data.empty()) {
    ssize_t n = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (n > 0) {
      data.remove_prefix(n);
    } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      RETURN_IF_ERROR(WaitWritable(fd, deadline, stop));
    } else {
      return absl::UnavailableError(absl::StrCat("send: ", std::strerror(errno)));
    }
  }
  return absl::OkStatus();
}

}  // namespace waypoint
