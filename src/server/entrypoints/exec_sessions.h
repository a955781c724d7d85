// Commands that clients want to run inside instances: each session joins a client's stream with one of the
// instance's entrypoint (logs-exec-entrypoint.md 6, 7).
//
// Owns:    sessions from the client's start to the end of either side. Memory only.
// Threads: the loop. Callbacks may run inside each call.
// Units:   an index grows across restarts of the server, as entrypoints ignore those they have seen.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::entrypoints {

namespace pb = ::hashicorp::waypoint;

// What is on its way between the two ends. Each end takes from its queue when it can send.
class ExecSession {
 public:
  static constexpr size_t kMaxWaiting = 16;  // then the other end is not read any more

  pb::EntrypointConfig::Exec info;
  std::string instance_id;

  std::deque<pb::ExecStreamResponse> to_client;
  std::deque<pb::EntrypointExecResponse> to_entrypoint;
  bool connected = false;  // an entrypoint has come, or none will
  bool client_gone = false;
  bool entrypoint_gone = false;
  std::function<void()> wake_client;  // something in to_client, or room in to_entrypoint, or an end
  std::function<void()> wake_entrypoint;

  void WakeClient() const {
    if (wake_client) wake_client();
  }
  void WakeEntrypoint() const {
    if (wake_entrypoint) wake_entrypoint();
  }
};
using ExecSessionPtr = std::shared_ptr<ExecSession>;

class ExecSessions {
 public:
  explicit ExecSessions(absl::Time start) : last_index_(absl::ToUnixMillis(start)) {}

  ExecSessionPtr Create(const std::string& instance_id, const pb::ExecStreamRequest::Start& start);
  void Remove(int64_t index);
  ExecSessionPtr Find(int64_t index) const;
  // In order of their indexes.
  std::vector<ExecSessionPtr> Of(const std::string& instance_id) const;
  // The instance is gone: nobody will connect to sessions that still wait.
  void InstanceGone(const std::string& instance_id);

  // Told when sessions of this instance come or go. One listener an instance.
  using Listener = uint64_t;
  Listener OnChange(const std::string& instance_id, std::function<void()> listener);
  void RemoveListener(Listener id);

 private:
  void Tell(const std::string& instance_id);

  int64_t last_index_;
  std::map<int64_t, ExecSessionPtr> sessions_;
  std::map<std::string, std::map<int64_t, ExecSessionPtr>> by_instance_;  // lower-case id
  Listener last_listener_ = 0;
  std::map<Listener, std::pair<std::string, std::function<void()>>> listeners_;
  std::map<std::string, std::set<Listener>> listeners_of_;
};

}  // namespace waypoint::entrypoints
