// The components and sources of configuration that this program brings along.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "appconfig/sourcer.h"
#include "plugin/registry.h"

namespace waypoint::main_parts {

plugin::Registry Plugins();

// Where dynamic configuration comes from. NotFound, saying what there is, for any other type.
absl::StatusOr<std::unique_ptr<appconfig::ConfigSourcer>> ConfigSourcer(absl::string_view type);

}  // namespace waypoint::main_parts
