// TCP and Unix stream sockets, by numeric address or name.
//
// Threads: any.
// Errors:  AlreadyExists: the address is taken. Unavailable: nobody listens there.
//          DeadlineExceeded, Cancelled as named.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/fd.h"

namespace waypoint {

// "host:port", "[::1]:port" or ":port" (host is empty then). InvalidArgument for anything else.
struct HostPort {
  std::string host;
  uint16_t port = 0;
};
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

// Non-blocking, with SO_REUSEADDR. `address` is numeric; port 0 = any free one.
absl::StatusOr<UniqueFd> ListenTcp(const std::string& address, uint16_t port, int backlog = 1024);
absl::StatusOr<uint16_t> LocalPort(int fd);

// Connected and non-blocking.
absl::StatusOr<UniqueFd> ConnectTcp(const std::string& host, uint16_t port, absl::Time deadline,
                                    std::stop_token stop = {});
// Starts connecting; writable once it is decided (then see SocketError). `address` is numeric.
absl::StatusOr<UniqueFd> StartConnectTcp(const std::string& address, uint16_t port);
int SocketError(int fd);  // errno value, 0 = connected

// Paths may be longer than the 107 bytes of sockaddr_un. Non-blocking; an old socket file is replaced.
absl::StatusOr<UniqueFd> ListenUnix(const std::string& path);
absl::StatusOr<UniqueFd> ConnectUnix(const std::string& path);  // blocking

// Waits until fd is readable (or writable). Cancelled, DeadlineExceeded.
absl::Status WaitReadable(int fd, absl::Time deadline, std::stop_token stop = {});
absl::Status WaitWritable(int fd, absl::Time deadline, std::stop_token stop = {});
// Whole text; no SIGPIPE.
absl::Status SendAll(int fd, absl::string_view data, absl::Time deadline, std::stop_token stop = {});

}  // namespace waypoint
