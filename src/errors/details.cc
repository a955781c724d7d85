#include "errors/details.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "waypoint/transport.pb.h"

namespace waypoint {
namespace {

namespace pb = ::hashicorp::waypoint;

// Payloads are keyed by type and an error may have many details of one type: so one payload holds them all.
constexpr absl::string_view kPayload = "type.googleapis.com/google.rpc.Status";

google::rpc::Status Load(const absl::Status& status) {
  google::rpc::Status details;
  if (absl::optional<absl::Cord> payload = status.GetPayload(kPayload)) {
    details.ParseFromString(std::string(*payload));
  }
  return details;
}

void Store(const google::rpc::Status& details, absl::Status* status) {
  status->SetPayload(kPayload, absl::Cord(details.SerializeAsString()));
}

std::string Describe(const FieldViolation& violation) {
  return absl::StrCat(violation.field, ": ", violation.description);
}

}  // namespace

absl::Status WithDetail(absl::Status status, absl::string_view key, absl::string_view value) {
  if (status.ok()) return status;
  google::rpc::Status details = Load(status);
  pb::ErrorDetail detail;
  detail.set_key(std::string(key));
  detail.set_value(std::string(value));
  details.add_details()->PackFrom(detail);
  Store(details, &status);
  return status;
}

std::vector<std::pair<std::string, std::string>> DetailsOf(const absl::Status& status) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const google::rpc::Status details = Load(status);
  for (const auto& any : details.details()) {
    pb::ErrorDetail detail;
    if (any.UnpackTo(&detail)) pairs.emplace_back(detail.key(), detail.value());
  }
  return pairs;
}

absl::Status InvalidFields(const std::vector<FieldViolation>& violations) {
  if (violations.empty()) return absl::OkStatus();
  google::rpc::BadRequest bad;
  std::vector<std::string> lines;
  for (const FieldViolation& violation : violations) {
    auto* field = bad.add_field_violations();
    field->set_field(violation.field);
    field->set_description(violation.description);
    lines.push_back(Describe(violation));
  }
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(absl::StrJoin(lines, "; "), "."));
  google::rpc::Status details;
  details.add_details()->PackFrom(bad);
  Store(details, &status);
  return status;
}

std::vector<FieldViolation> ViolationsOf(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  const google::rpc::Status details = Load(status);
  for (const auto& any : details.details()) {
    google::rpc::BadRequest bad;
    if (!any.UnpackTo(&bad)) continue;
    for (const auto& field : bad.field_violations()) violations.push_back({field.field(), field.description()});
  }
  return violations;
}

std::string EncodeDetails(const absl::Status& status) {
  google::rpc::Status details = Load(status);
  if (details.details().empty()) return std::string();
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(status.message()));
  return details.SerializeAsString();
}

absl::Status DecodeStatus(int code, absl::string_view message, absl::string_view details) {
  if (code == 0) return absl::OkStatus();
  absl::Status status(static_cast<absl::StatusCode>(code), message);
  if (google::rpc::Status parsed;
      !details.empty() && parsed.ParseFromArray(details.data(), static_cast<int>(details.size()))) {
    Store(parsed, &status);
  }
  return status;
}

}  // namespace waypoint
