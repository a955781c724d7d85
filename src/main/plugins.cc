#include "main/plugins.h"

#include "builtin/process/plugin.h"

namespace waypoint::main_parts {

plugin::Registry Plugins() {
  plugin::Registry registry;
  registry.Add(builtin::process::MakePlugin());
  return registry;
}

}  // namespace waypoint::main_parts
