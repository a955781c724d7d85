#include "main/plugins.h"

#include "absl/strings/str_cat.h"
#include "builtin/null/config_sourcer.h"
#include "builtin/process/plugin.h"

namespace waypoint::main_parts {

plugin::Registry Plugins() {
  plugin::Registry registry;
  registry.Add(builtin::process::MakePlugin());
  return registry;
}

absl::StatusOr<std::unique_ptr<appconfig::ConfigSourcer>> ConfigSourcer(absl::string_view type) {
  if (type == "null") return std::make_unique<builtin::null::ConfigSourcer>();
  return absl::NotFoundError(absl::StrCat("this program has no configuration source \"", type,
                                          "\"; so far there is \"null\" only, set the value itself"));
}

}  // namespace waypoint::main_parts
