#include "plugin/native_arguments.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace waypoint::plugin::internal {

void DescribeMessage(absl::string_view name, const google::protobuf::Descriptor* type, sdk::FuncSpec* spec) {
  for (const auto& arg : spec->args()) {
    if (arg.name() == name && arg.type() == type->full_name()) return;
  }
  auto* arg = spec->add_args();
  arg->set_name(std::string(name));
  arg->set_type(type->full_name());
}

void DescribePrimitive(absl::string_view name, sdk::FuncSpec::Value::PrimitiveType type, sdk::FuncSpec* spec) {
  auto* arg = spec->add_args();
  arg->set_name(std::string(name));
  arg->set_primitive_type(type);
}

const sdk::FuncSpec::Value* FindArgument(const sdk::FuncSpec::Args& args, absl::string_view name,
                                         absl::string_view type) {
  for (const auto& arg : args.args()) {
    if (absl::EqualsIgnoreCase(arg.name(), name) && (type.empty() || arg.type() == type)) return &arg;
  }
  return nullptr;
}

absl::Status DecodeMessage(const sdk::FuncSpec::Args& args, absl::string_view name, google::protobuf::Message* out) {
  const std::string& type = out->GetDescriptor()->full_name();
  const auto* arg = FindArgument(args, name, type);
  if (arg == nullptr || !arg->has_proto_any()) {
    return absl::InvalidArgumentError(absl::StrCat("argument ", name, " of type ", type, " is missing"));
  }
  if (!out->ParseFromString(arg->proto_any().value())) {
    return absl::InvalidArgumentError(absl::StrCat("argument of type ", type, " does not parse"));
  }
  return absl::OkStatus();
}

namespace {
absl::Status Missing(absl::string_view name) {
  return absl::InvalidArgumentError(absl::StrCat("argument ", name, " is missing or of another kind"));
}
}  // namespace

absl::Status DecodePrimitive(const sdk::FuncSpec::Args& args, absl::string_view name, bool* out) {
  const auto* arg = FindArgument(args, name, "");
  if (arg == nullptr || arg->value_case() != sdk::FuncSpec::Value::kBool) return Missing(name);
  *out = arg->bool_();
  return absl::OkStatus();
}

absl::Status DecodePrimitive(const sdk::FuncSpec::Args& args, absl::string_view name, std::string* out) {
  const auto* arg = FindArgument(args, name, "");
  if (arg == nullptr || arg->value_case() != sdk::FuncSpec::Value::kString) return Missing(name);
  *out = arg->string();
  return absl::OkStatus();
}

absl::Status DecodePrimitive(const sdk::FuncSpec::Args& args, absl::string_view name, int64_t* out) {
  const auto* arg = FindArgument(args, name, "");
  if (arg == nullptr || arg->value_case() != sdk::FuncSpec::Value::kInt) return Missing(name);
  *out = arg->int_();
  return absl::OkStatus();
}

}  // namespace waypoint::plugin::internal
