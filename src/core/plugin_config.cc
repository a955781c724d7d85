#include "core/plugin_config.h"

#include "base/status.h"
#include "config/use_decoder.h"
#include "hcl/parse.h"

namespace waypoint::core {

absl::StatusOr<std::string> PluginConfigJson(const std::string& text, ::hashicorp::waypoint::Hcl::Format format,
                                             const protostructure::Struct& structure) {
  const bool json = format == ::hashicorp::waypoint::Hcl::JSON;
  // An absent configuration is an empty one, in either syntax.
  const std::string source = json && text.empty() ? "{}" : text;
  hcl::Diagnostics diagnostics;
  hcl::BodyPtr body = hcl::ParseFile(hcl::MakeSource(json ? "plugin.json" : "plugin.hcl", source), diagnostics);
  RETURN_IF_ERROR(diagnostics.ToStatus());
  std::string out = config::DecodeUseBody(*body, structure, nullptr, diagnostics);
  RETURN_IF_ERROR(diagnostics.ToStatus());
  return out;
}

}  // namespace waypoint::core
