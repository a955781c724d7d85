#include "cli/command.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace waypoint::cli {

const CommandInfo* Registry::FindCommand(absl::string_view words) const {
  auto it = std::find_if(commands_.begin(), commands_.end(), [&](const CommandInfo& c) { return c.words == words; });
  return it == commands_.end() ? nullptr : &*it;
}

const GroupInfo* Registry::FindGroup(absl::string_view words) const {
  auto it = std::find_if(groups_.begin(), groups_.end(), [&](const GroupInfo& g) { return g.words == words; });
  return it == groups_.end() ? nullptr : &*it;
}

std::vector<Registry::Child> Registry::ChildrenOf(absl::string_view group) const {
  const std::string prefix = group.empty() ? "" : absl::StrCat(group, " ");
  std::map<std::string, Child> children;
  auto add = [&](const std::string& words, const std::string& synopsis, bool hidden) {
    absl::string_view rest = words;
    if (!absl::ConsumePrefix(&rest, prefix) || rest.empty() || absl::StrContains(rest, ' ')) return;
    children[std::string(rest)] = Child{std::string(rest), synopsis, hidden};
  };
  for (const GroupInfo& info : groups_) add(info.words, info.synopsis, info.hidden);
  // A command that is a group too shows the command's synopsis.
  for (const CommandInfo& info : commands_) add(info.words, info.synopsis, info.hidden);
  std::vector<Child> sorted;
  for (auto& [name, child] : children) sorted.push_back(std::move(child));
  return sorted;
}

}  // namespace waypoint::cli
