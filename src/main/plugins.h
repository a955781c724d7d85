// The components that this program brings along.
#pragma once

#include "plugin/registry.h"

namespace waypoint::main_parts {

plugin::Registry Plugins();

}  // namespace waypoint::main_parts
