#include "config/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace waypoint::config {
namespace {

constexpr char kRenderedUrl[] = "waypoint.config/diagnostics";

}  // namespace

absl::Status DiagnosticsStatus(const hcl::Diagnostics& diagnostics) {
  absl::Status status = diagnostics.ToStatus();
  if (!status.ok()) status.SetPayload(kRenderedUrl, absl::Cord(diagnostics.Render()));
  return status;
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
