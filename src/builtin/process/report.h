// Status reports and resources as the components of `process` give them (core-and-plugins.md B14).
#pragma once

#include "absl/strings/string_view.h"
#include "plugin/any.h"
#include "plugin/component.h"
#include "plugin/json_value.h"

namespace waypoint::builtin::process {

// `hint` is INSTANCE for a process, ROUTER for a front.
void DeclareResource(absl::string_view name, plugin::sdk::ResourceCategoryDisplayHint hint,
                     const google::protobuf::Message& state, plugin::sdk::DeclaredResources* out);

// A report about one resource, made at this moment.
plugin::sdk::StatusReport ReportOne(absl::string_view name, absl::string_view id,
                                    plugin::sdk::ResourceCategoryDisplayHint hint,
                                    plugin::sdk::StatusReport::Health health, absl::string_view message,
                                    const google::protobuf::Message& state);

}  // namespace waypoint::builtin::process
