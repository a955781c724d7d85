// The part of a server that operations talk to: records in maps, ids and sequences given in order.
//
// Threads: the test's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "support/memory_channel.h"
#include "waypoint/config.pb.h"
#include "waypoint/operation.pb.h"
#include "waypoint/project.pb.h"
#include "waypoint/runner.pb.h"
#include "waypoint/server.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::core {

namespace pb = ::hashicorp::waypoint;

class FakeServer {
 public:
  FakeServer();

  // Calls made so far without the lists' answers, in order.
  std::vector<std::string> Calls() const { return channel.Calls(); }

  support::MemoryChannel channel;
  std::map<std::string, pb::Build> builds;
  std::map<std::string, pb::PushedArtifact> artifacts;
  std::map<std::string, pb::Deployment> deployments;
  std::map<std::string, pb::Release> releases;
  std::map<std::string, pb::StatusReport> reports;
  std::vector<pb::Build> build_history;  // every upsert as it came
  std::vector<pb::Deployment> deployment_history;
  std::vector<pb::Release> release_history;
  std::vector<pb::ConfigVar> config;

 private:
  template <typename Record>
  Record Store(Record record, const char* prefix, std::map<std::string, Record>* records) {
    if (record.id().empty()) record.set_id(absl::StrCat(prefix, records->size() + 1));
    if constexpr (requires { record.set_sequence(1); }) {
      if (record.sequence() == 0) record.set_sequence(records->size() + 1);
    }
    (*records)[record.id()] = record;
    return record;
  }
  template <typename Record>
  static absl::StatusOr<Record> Find(const std::string& id, const std::map<std::string, Record>& records) {
    const auto it = records.find(id);
    if (it == records.end()) return absl::NotFoundError(id);
    return it->second;
  }
  void ServeOperations();
  void ServeReads();
  void ServeLists();
  void ServeRest();
};

}  // namespace waypoint::core
