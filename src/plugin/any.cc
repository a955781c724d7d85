#include "plugin/any.h"

#include "absl/strings/str_cat.h"

namespace waypoint::plugin {

opaqueany::Any PackAny(const google::protobuf::Message& message) {
  opaqueany::Any any;
  const std::string& type = message.GetDescriptor()->full_name();
  if (type == "opaqueany.Any" || type == "google.protobuf.Any") {
    any.ParseFromString(message.SerializeAsString());
    return any;
  }
  any.set_type_url(absl::StrCat("type.googleapis.com/", type));
  any.set_value(message.SerializeAsString());
  return any;
}

absl::string_view AnyType(const opaqueany::Any& any) {
  absl::string_view url = any.type_url();
  const size_t slash = url.rfind('/');
  return slash == absl::string_view::npos ? url : url.substr(slash + 1);
}

absl::Status UnpackAny(const opaqueany::Any& any, google::protobuf::Message* message) {
  const std::string& want = message->GetDescriptor()->full_name();
  if (AnyType(any) != want) {
    return absl::InvalidArgumentError(absl::StrCat("expected ", want, ", got ", AnyType(any)));
  }
  if (!message->ParseFromString(any.value())) return absl::InvalidArgumentError(absl::StrCat(want, " does not parse"));
  return absl::OkStatus();
}

}  // namespace waypoint::plugin
