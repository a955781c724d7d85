#include "cli/ui/ui.h"

namespace waypoint::cli {

std::string Icons::Of(absl::string_view status) const {
  if (status == "ok") return unicode ? "✓" : " +";
  if (status == "error" || status == "abort") return unicode ? "❌" : " !";
  if (status == "warn") return unicode ? "⚠️" : " *";
  if (status == "timeout") return unicode ? "⌛" : "<>";
  return "";
}

}  // namespace waypoint::cli
