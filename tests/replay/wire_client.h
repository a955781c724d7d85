// Calls with exactly the headers and messages that a test wants to send: no help from our own client.
//
// Owns:    one connection; each call a queue of its own and a thread that reads.
// Threads: the test's. What is waited for comes within 20 s or not at all.
// Errors:  as the server answers; DeadlineExceeded when nothing comes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "replay/capture.h"

namespace waypoint::replay {

class WireCall {
 public:
  virtual ~WireCall() = default;  // cancels what is still under way
  virtual void Send(const std::string& bytes) = 0;
  virtual void SendKeepalive() = 0;
  virtual void HalfClose() = 0;
  virtual void Cancel() = 0;
  // The message with this number, keepalives not counted; none when the call ended before.
  virtual std::optional<std::string> Message(size_t index) = 0;
  virtual size_t keepalives() = 0;
  // Waits for the end.
  virtual absl::Status Status() = 0;
};

class WireClient {
 public:
  static std::unique_ptr<WireClient> Connect(const std::string& address);
  virtual ~WireClient() = default;
  virtual std::unique_ptr<WireCall> Open(const std::string& rpc, const Headers& headers) = 0;
  // The first of these calls of this client that has the message with this number.
  virtual std::optional<size_t> AwaitAny(const std::vector<WireCall*>& calls, size_t index) = 0;
};

}  // namespace waypoint::replay
