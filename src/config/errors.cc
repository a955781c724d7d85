#include "config/errors.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace waypoint::config {
namespace {

constexpr char kRenderedUrl[] = "waypoint.config/diagnostics";
constexpr char kMissingUrl[] = "waypoint.config/missing-variable";

bool Covers(const hcl::Range& outer, const hcl::Range& inner) {
  return outer.source == inner.source && outer.start().byte <= inner.start().byte &&
         inner.end().byte <= outer.end().byte;
}

// What follows from an unknown variable: its expression has no value.
bool Follows(const hcl::Diagnostic& d, const hcl::Diagnostic& cause) {
  return d.summary == "Unsuitable value type" && d.context && cause.subject && Covers(*d.context, *cause.subject);
}

// The one unknown variable that all the errors are about; "" if there are others.
std::string MissingVariable(const hcl::Diagnostics& diagnostics) {
  std::string name;
  for (const hcl::Diagnostic& d : diagnostics) {
    if (d.unknown_variable.empty()) continue;
    if (!name.empty() && name != d.unknown_variable) return "";
    name = d.unknown_variable;
  }
  const bool all = std::all_of(diagnostics.begin(), diagnostics.end(), [&](const hcl::Diagnostic& d) {
    if (d.severity != hcl::Severity::kError || !d.unknown_variable.empty()) return true;
    return std::any_of(diagnostics.begin(), diagnostics.end(), [&](const hcl::Diagnostic& cause) {
      return !cause.unknown_variable.empty() && Follows(d, cause);
    });
  });
  return all ? name : "";
}

}  // namespace

absl::Status DiagnosticsStatus(const hcl::Diagnostics& diagnostics) {
  absl::Status status = diagnostics.ToStatus();
  if (status.ok()) return status;
  status.SetPayload(kRenderedUrl, absl::Cord(diagnostics.Render()));
  const std::string missing = MissingVariable(diagnostics);
  if (!missing.empty()) status.SetPayload(kMissingUrl, absl::Cord(missing));
  return status;
}

bool OnlyMissing(const absl::Status& status, std::string_view name) {
  const auto missing = status.GetPayload(kMissingUrl);
  return missing && std::string(*missing) == name;
}

std::string Explain(const absl::Status& status) {
  auto rendered = status.GetPayload(kRenderedUrl);
  return rendered ? std::string(*rendered) : std::string(status.message());
}

absl::Status JoinErrors(const std::vector<absl::Status>& errors, const std::string& what) {
  if (errors.empty()) return absl::OkStatus();
  if (errors.size() == 1) return errors[0];
  std::string text = absl::StrCat(errors.size(), " ", what, ":"), rendered;
  for (const absl::Status& error : errors) {
    absl::StrAppend(&text, "\n\t* ", error.message());
    absl::StrAppend(&rendered, rendered.empty() ? "" : "\n", Explain(error));
  }
  absl::Status status(errors[0].code(), text);
  status.SetPayload(kRenderedUrl, absl::Cord(rendered));
  return status;
}

}  // namespace waypoint::config
