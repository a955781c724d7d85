// Users by what they are called (auth.md 5). Names and addresses are not unique: of several holders the one that was
// written last is found, after a restart the one with the greatest id.
//
// Owns:    a few entries for each user.
// Threads: the store's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "state/store.h"

namespace waypoint::server {

class UserIndex : public state::Index {
 public:
  state::Table table() const override { return state::Table::kUser; }
  void Changed(const std::string& key, const state::Message* before, const state::Message* after) override;
  std::string DebugDump() const override;

  // Keys, "" if there is none. All without case.
  std::string ByName(absl::string_view name) const;
  std::string ByEmail(absl::string_view email) const;
  std::string ByLink(absl::string_view issuer, absl::string_view subject) const;
  size_t size() const { return size_; }

 private:
  std::string Last(const std::string& alias) const;

  std::map<std::string, std::vector<std::string>> holders_;  // by kind and name, last written last
  size_t size_ = 0;
};

}  // namespace waypoint::server
