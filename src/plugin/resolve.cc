#include "plugin/resolve.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "plugin/any.h"

namespace waypoint::plugin {
namespace {

using Value = sdk::FuncSpec::Value;

bool IsPrimitive(const Value& value) { return value.type().empty(); }

std::string Describe(const Value& wanted) {
  if (!IsPrimitive(wanted)) return wanted.type();
  return absl::StrCat(wanted.name(), " (", Value::PrimitiveType_Name(wanted.primitive_type()), ")");
}

// Sends the value under the name and type the spec uses.
Value Answer(const Value& wanted, const Value& found) {
  Value out = found;
  out.set_name(wanted.name());
  out.set_type(wanted.type());
  out.set_primitive_type(wanted.primitive_type());
  return out;
}

}  // namespace

Arguments& Arguments::Add(absl::string_view name, const google::protobuf::Message& message) {
  return AddAny(name, PackAny(message));
}

Arguments& Arguments::AddAny(absl::string_view name, const opaqueany::Any& any) {
  if (any.type_url().empty()) return *this;
  Value value;
  value.set_name(absl::AsciiStrToLower(name));
  value.set_type(std::string(AnyType(any)));
  *value.mutable_proto_any() = any;
  values_.push_back(std::move(value));
  return *this;
}

Arguments& Arguments::AddBool(absl::string_view name, bool flag) {
  Value value;
  value.set_name(absl::AsciiStrToLower(name));
  value.set_primitive_type(Value::BOOL);
  value.set_bool_(flag);
  values_.push_back(std::move(value));
  return *this;
}

Arguments& Arguments::AddString(absl::string_view name, absl::string_view text) {
  Value value;
  value.set_name(absl::AsciiStrToLower(name));
  value.set_primitive_type(Value::STRING);
  value.set_string(std::string(text));
  values_.push_back(std::move(value));
  return *this;
}

absl::Status Arguments::AddMappers(std::shared_ptr<const Plugin> plugin) {
  ASSIGN_OR_RETURN(std::vector<sdk::FuncSpec> specs, plugin->ListMappers());
  for (sdk::FuncSpec& spec : specs) {
    if (spec.result_size() == 1) mappers_.push_back({plugin, std::move(spec)});
  }
  return absl::OkStatus();
}

const Value* Arguments::FindDirect(const Value& wanted) const {
  for (const Value& value : values_) {
    if (value.type() != wanted.type() || value.primitive_type() != wanted.primitive_type()) continue;
    if (wanted.name().empty() || absl::EqualsIgnoreCase(wanted.name(), value.name())) return &value;
  }
  return nullptr;
}

std::optional<int> Arguments::MapperCost(const Mapper& mapper, Visiting& visiting) const {
  int total = 1;
  for (const Value& arg : mapper.spec.args()) {
    std::optional<int> cost = Cost(arg, visiting);
    if (!cost.has_value()) return std::nullopt;
    total += *cost;
  }
  return total;
}

const Arguments::Mapper* Arguments::CheapestMapper(const Value& wanted, Visiting& visiting) const {
  const Mapper* best = nullptr;
  std::optional<int> best_cost;
  for (const Mapper& mapper : mappers_) {
    const Value& result = mapper.spec.result(0);
    if (result.type() != wanted.type()) continue;
    if (!wanted.name().empty() && !absl::EqualsIgnoreCase(result.name(), wanted.name())) continue;
    std::optional<int> cost = MapperCost(mapper, visiting);
    if (!cost.has_value() || (best_cost.has_value() && *cost >= *best_cost)) continue;
    best = &mapper;
    best_cost = cost;
  }
  return best;
}

std::optional<int> Arguments::Cost(const Value& wanted, Visiting& visiting) const {
  if (FindDirect(wanted) != nullptr) return 0;
  if (IsPrimitive(wanted) || !visiting.insert(wanted.type()).second) return std::nullopt;
  std::optional<int> cost;
  if (const Mapper* mapper = CheapestMapper(wanted, visiting)) cost = MapperCost(*mapper, visiting);
  visiting.erase(wanted.type());
  return cost;
}

absl::StatusOr<Value> Arguments::Produce(const Value& wanted, Visiting& visiting) const {
  if (const Value* direct = FindDirect(wanted)) return Answer(wanted, *direct);
  visiting.insert(wanted.type());
  const Mapper* mapper = CheapestMapper(wanted, visiting);
  if (mapper == nullptr) return absl::InternalError(absl::StrCat("no conversion to ", wanted.type()));
  sdk::FuncSpec::Args args;
  for (const Value& arg : mapper->spec.args()) {
    ASSIGN_OR_RETURN(*args.add_args(), Produce(arg, visiting));
  }
  visiting.erase(wanted.type());
  absl::StatusOr<opaqueany::Any> mapped = mapper->plugin->Map(args, wanted.type());
  if (!mapped.ok()) {
    return Annotate(mapped.status(), "conversion to ", wanted.type(), " by plugin \"", mapper->plugin->name(), "\"");
  }
  Value out = wanted;
  *out.mutable_proto_any() = *std::move(mapped);
  return out;
}

absl::StatusOr<sdk::FuncSpec::Args> Arguments::Resolve(const sdk::FuncSpec& spec) const {
  std::vector<std::string> missing;
  for (const Value& wanted : spec.args()) {
    Visiting visiting;
    if (!Cost(wanted, visiting).has_value()) missing.push_back(Describe(wanted));
  }
  if (!missing.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the plugins used together are likely incompatible: function \"", spec.name(),
                     "\" needs what no other stage of this app gives: ", absl::StrJoin(missing, ", "),
                     ". Use a build, registry or deploy plugin that produces it"));
  }
  sdk::FuncSpec::Args out;
  for (const Value& wanted : spec.args()) {
    Visiting visiting;
    ASSIGN_OR_RETURN(*out.add_args(), Produce(wanted, visiting));
  }
  return out;
}

}  // namespace waypoint::plugin
