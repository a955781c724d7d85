#include "errors/details.h"

#include <algorithm>

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

// Of the text as the trailer grpc-message has it, and of the details before they become base64.
constexpr size_t kMaxText = 2048, kMaxDetails = 3584;
constexpr size_t kMaxPart = 512;

size_t PercentEncoded(unsigned char c) { return c < 0x20 || c > 0x7e || c == '%' ? 3 : 1; }

std::string Shortened(absl::string_view text, size_t limit) {
  constexpr absl::string_view kMore = " [...]";
  size_t encoded = 0, cut = 0, end = 0;
  for (; end < text.size() && encoded <= limit; ++end) {
    const bool begins_rune = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
    if (begins_rune && encoded + kMore.size() <= limit) cut = end;
    encoded += PercentEncoded(static_cast<unsigned char>(text[end]));
  }
  return encoded <= limit ? std::string(text) : absl::StrCat(text.substr(0, cut), kMore);
}

google::rpc::BadRequest Shortened(const google::rpc::BadRequest& bad, size_t room) {
  google::rpc::BadRequest kept;
  for (const auto& violation : bad.field_violations()) {
    auto* field = kept.add_field_violations();
    field->set_field(Shortened(violation.field(), kMaxPart));
    field->set_description(Shortened(violation.description(), kMaxPart));
    if (kept.ByteSizeLong() <= room) continue;
    kept.mutable_field_violations()->RemoveLast();
    break;
  }
  return kept;
}

google::protobuf::Any Shortened(const google::protobuf::Any& any, size_t room) {
  google::protobuf::Any kept = any;
  pb::ErrorDetail pair;
  google::rpc::BadRequest bad;
  if (any.UnpackTo(&pair)) {
    pair.set_value(Shortened(pair.value(), kMaxPart));
    kept.PackFrom(pair);
  } else if (any.UnpackTo(&bad)) {
    kept.PackFrom(Shortened(bad, room));
  }
  return kept;
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

absl::Status FitForTrailers(const absl::Status& status) {
  const google::rpc::Status details = Load(status);
  const std::string text = Shortened(status.message(), kMaxText);
  if (text == status.message() && text.size() + details.ByteSizeLong() <= kMaxDetails) return status;
  absl::Status fit(status.code(), text);
  constexpr size_t kFrame = 128;  // the name of a detail's type, and lengths
  size_t room = kMaxDetails - kFrame - text.size();
  google::rpc::Status kept;
  for (const auto& any : details.details()) {
    const google::protobuf::Any part = Shortened(any, room - std::min(room, kFrame));
    if (part.ByteSizeLong() + kFrame > room) break;
    room -= part.ByteSizeLong();
    *kept.add_details() = part;
  }
  if (!kept.details().empty()) Store(kept, &fit);
  return fit;
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
