#include "plugin/registry.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace waypoint::plugin {

void Registry::Add(std::shared_ptr<const Plugin> plugin) {
  const std::string name = plugin->name();
  plugins_[name] = std::move(plugin);
}

absl::StatusOr<std::shared_ptr<const Plugin>> Registry::Find(absl::string_view name) const {
  const auto it = plugins_.find(name);
  if (it != plugins_.end()) return it->second;
  std::vector<std::string> known;
  for (const auto& [known_name, plugin] : plugins_) known.push_back(known_name);
  return absl::NotFoundError(absl::StrCat("plugin \"", name,
                                          "\" not found: this program has only those that are built in (",
                                          absl::StrJoin(known, ", "), ") and cannot use those of other programs yet"));
}

std::vector<std::shared_ptr<const Plugin>> Registry::All() const {
  std::vector<std::shared_ptr<const Plugin>> out;
  for (const auto& [name, plugin] : plugins_) out.push_back(plugin);
  return out;
}

}  // namespace waypoint::plugin
