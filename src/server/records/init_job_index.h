// Which Init job of a project was queued last (server-and-state.md 9, UI_GetProject).
//
// Owns:    one entry for each Init job.
// Threads: the store's.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "state/store.h"

namespace waypoint::server {

class InitJobIndex : public state::Index {
 public:
  using When = std::pair<int64_t, int32_t>;  // seconds, nanoseconds

  state::Table table() const override { return state::Table::kJob; }
  void Changed(const std::string& key, const state::Message* before, const state::Message* after) override;
  std::string DebugDump() const override;

  // "" if there is none. The spelling of the project counts.
  std::string Latest(const std::string& project) const;

 private:
  std::map<std::string, std::set<std::pair<When, std::string>>> jobs_;  // by queue time
};

}  // namespace waypoint::server
