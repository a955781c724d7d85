// Processes that are connected right now: each exists as long as its EntrypointConfig stream
// (logs-exec-entrypoint.md 2).
//
// Owns:    the recent output of each instance. Memory only.
// Threads: the loop. Listeners run inside Add and Remove and must only note that something changed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "logbuffer/log_buffer.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::entrypoints {

namespace pb = ::hashicorp::waypoint;

using InstanceLog = logbuffer::LogBuffer<pb::LogBatch::Entry>;

struct Instance {
  pb::Instance info;
  bool disable_exec = false;
  absl::Time since;
  std::shared_ptr<InstanceLog> log;
  uint64_t number = 0;  // tells one connection of an id from the next one
};

class Instances {
 public:
  using Listener = uint64_t;

  // Replaces an older connection of the same id.
  uint64_t Add(pb::Instance info, bool disable_exec, absl::Time now);
  // Does nothing if the id has connected anew.
  void Remove(const std::string& id, uint64_t number);

  // All look-ups ignore case. Null if there is none; valid until the next change.
  const Instance* Find(const std::string& id) const;
  // In order of ids.
  std::vector<const Instance*> OfDeployment(const std::string& deployment_id) const;
  // An empty workspace: any.
  std::vector<const Instance*> OfApplication(const pb::Ref::Application& application,
                                             const std::string& workspace) const;
  size_t size() const { return instances_.size(); }

  Listener OnChange(std::function<void()> listener);
  void RemoveListener(Listener id) { listeners_.erase(id); }

 private:
  void Drop(const std::string& key);
  void Tell();

  uint64_t last_ = 0;
  std::map<std::string, Instance> instances_;  // by lower-case id
  std::map<std::string, std::set<std::string>> by_deployment_;
  std::map<std::string, std::set<std::string>> by_application_;
  std::map<Listener, std::function<void()>> listeners_;
};

}  // namespace waypoint::entrypoints
