// Every RPC by its path: what carries it out, what it needs, and how it fared.
//
// Owns:    one Method for each RPC of the Waypoint service, built or not (the compiled descriptors name them),
//          and for those of helper services.
// Threads: filled before the server starts, then read from the loop only.
// Errors:  a line for an RPC that service.proto does not have is a bug and ends the process.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/latency_histogram.h"
#include "server/handler.h"

namespace waypoint::server {

struct MethodStats {
  uint64_t active = 0;
  std::array<uint64_t, 17> by_code{};
  LatencyHistogram time;
  uint64_t received = 0, sent = 0;  // messages
  uint64_t keepalives = 0;          // sent besides

  void Ended(absl::StatusCode code, absl::Duration took);
};

struct Method {
  std::string path;  // "/hashicorp.waypoint.Waypoint/GetProject"
  std::string name;  // "GetProject"
  bool client_streams = false, server_streams = false;
  bool guarded = true;  // versions, cookie and token are looked at
  Needs needs = Needs::kUser;
  Table::RawUnary unary;  // at most one of the two; none: known, not built
  Table::RawOpen open;
  MethodStats stats;

  bool built() const { return unary != nullptr || open != nullptr; }
};

class MethodTable : public Table {
 public:
  MethodTable();

  void AddUnary(std::string method, Needs needs, RawUnary handler) override;
  void AddStream(std::string method, Needs needs, RawOpen open) override;
  // An RPC of another service, open to everybody.
  void AddHelper(std::string path, RawUnary unary, RawOpen open, bool client_streams = true);

  Method* Find(absl::string_view path);
  // In the order of service.proto, helpers last.
  const std::vector<std::unique_ptr<Method>>& methods() const { return methods_; }
  std::vector<std::string> NotBuilt() const;

 private:
  Method& Known(const std::string& name);

  std::vector<std::unique_ptr<Method>> methods_;
  absl::flat_hash_map<std::string, Method*> by_path_;
};

}  // namespace waypoint::server
