#include "hcl/corpus_values.h"

#include "hcl/functions/dynamic.h"
#include "hcl/functions/templates.h"

namespace waypoint::hcl::testing {
namespace {

bool IsSmallInteger(const std::string& number) {
  return number.size() < 18 && number != "-0" && number.find_first_of(".eE") == std::string::npos;
}

// The line with its large or broken numbers quoted behind kNumberMark.
std::string QuoteNumbers(const std::string& line) {
  std::string out;
  for (size_t i = 0; i < line.size();) {
    size_t end = i + 1;
    if (line[i] == '"') {
      while (line[end] != '"') end += line[end] == '\\' ? 2 : 1;
      ++end;
    } else if (line[i] == '-' || (line[i] >= '0' && line[i] <= '9')) {
      end = std::min(line.find_first_not_of("0123456789+-.eE", i), line.size());
      if (!IsSmallInteger(line.substr(i, end - i))) {
        out += "\"\\u0001" + line.substr(i, end - i) + "\"";
        i = end;
        continue;
      }
    }
    out += line.substr(i, end - i);
    i = end;
  }
  return out;
}

std::string NumberText(const Json& json) {
  if (json.is_string()) return json.get<std::string>().substr(1);
  return json.dump();
}

Number ParseNumber(const Json& json) {
  if (json.is_object()) return Number::Infinity(json["$inf"] == "-");
  auto number = Number::Parse(NumberText(json));
  EXPECT_TRUE(number.ok()) << json;
  return number.value_or(Number());
}

std::string DecodeString(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(json["$bytes"].get<std::string>(), &bytes)) << json;
  return bytes;
}

}  // namespace

Json ParseExact(const std::string& line) { return Json::parse(QuoteNumbers(line)); }

Type DecodeType(const Json& json) {
  if (json == "string") return Type::String();
  if (json == "number") return Type::Number();
  if (json == "bool") return Type::Bool();
  if (json == "dynamic" || json.is_null()) return Type::Dynamic();
  const std::string kind = json[0];
  if (kind == "list") return Type::List(DecodeType(json[1]));
  if (kind == "set") return Type::Set(DecodeType(json[1]));
  if (kind == "map") return Type::Map(DecodeType(json[1]));
  if (kind == "capsule") return Type::Capsule(json[1]);
  if (kind == "tuple") {
    std::vector<Type> types;
    for (const Json& type : json[1]) types.push_back(DecodeType(type));
    return Type::Tuple(std::move(types));
  }
  std::map<std::string, Type> attributes;
  for (const auto& [name, type] : json[1].items()) attributes.emplace(name, DecodeType(type));
  return Type::Object(std::move(attributes));
}

Value DecodeValue(const Json& json, const Type& type) {
  if (json.is_object() && json.contains("$unknown")) return Value::Unknown(type);
  if (json.is_null()) return Value::Null(type);
  switch (type.kind()) {
    case Kind::kString:
      return Value::Str(DecodeString(json));
    case Kind::kNumber:
      return Value::Num(ParseNumber(json));
    case Kind::kBool:
      return Value::Bool(json.get<bool>());
    case Kind::kTuple: {
      Value::Vector elements;
      for (size_t i = 0; i < json.size(); ++i) elements.push_back(DecodeValue(json[i], type.Elements()[i]));
      return Value::Tuple(std::move(elements));
    }
    case Kind::kList:
    case Kind::kSet: {
      Value::Vector elements;
      for (const Json& element : json) elements.push_back(DecodeValue(element, type.Element()));
      return type.IsList() ? Value::List(type.Element(), std::move(elements))
                           : Value::Set(type.Element(), std::move(elements));
    }
    case Kind::kMap:
    case Kind::kObject: {
      Value::Fields fields;
      for (const auto& [name, field] : json.items()) {
        fields.emplace(name, DecodeValue(field, type.IsMap() ? type.Element() : type.Attributes().at(name)));
      }
      return type.IsMap() ? Value::Map(type.Element(), std::move(fields)) : Value::Object(std::move(fields));
    }
    default:
      ADD_FAILURE() << "no value of this type: " << json;
      return Value();
  }
}

Json EncodeType(const Type& type) {
  switch (type.kind()) {
    case Kind::kDynamic:
      return "dynamic";
    case Kind::kString:
      return "string";
    case Kind::kNumber:
      return "number";
    case Kind::kBool:
      return "bool";
    case Kind::kList:
      return Json::array({"list", EncodeType(type.Element())});
    case Kind::kSet:
      return Json::array({"set", EncodeType(type.Element())});
    case Kind::kMap:
      return Json::array({"map", EncodeType(type.Element())});
    case Kind::kCapsule:
      return Json::array({"capsule", type.CapsuleName()});
    case Kind::kTuple: {
      Json types = Json::array();
      for (const Type& element : type.Elements()) types.push_back(EncodeType(element));
      return Json::array({"tuple", types});
    }
    case Kind::kObject: {
      Json types = Json::object();
      for (const auto& [name, attribute] : type.Attributes()) types[name] = EncodeType(attribute);
      return Json::array({"object", types});
    }
  }
  return {};
}

Json EncodeValue(const Value& value) {
  if (!value.IsKnown()) return Json{{"$unknown", true}};
  if (value.IsNull()) return {};
  switch (value.type().kind()) {
    case Kind::kString:
      if (!IsValidUtf8(value.AsString())) return Json{{"$bytes", absl::Base64Escape(value.AsString())}};
      return value.AsString();
    case Kind::kNumber:
      if (value.AsNumber().IsInfinite()) return Json{{"$inf", value.AsNumber().IsNegative() ? "-" : "+"}};
      return value.AsNumber().ToString();
    case Kind::kBool:
      return value.AsBool();
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kSet: {
      Json out = Json::array();
      for (const Value& element : value.Elements()) out.push_back(EncodeValue(element));
      return out;
    }
    case Kind::kMap:
    case Kind::kObject: {
      Json out = Json::object();
      for (const auto& [name, field] : value.AsFields()) out[name] = EncodeValue(field);
      return out;
    }
    case Kind::kCapsule:
      if (std::optional<DynamicValue> dynamic = AsDynamic(value)) {
        return Json{{"$dynamic", {{"from", dynamic->from}, {"config", dynamic->config}}}};
      }
      return "?";
    default:
      return "?";
  }
}

Json NormalizeValue(const Json& json, const Type& type) {
  if (json.is_null() ||
      (json.is_object() && (json.contains("$unknown") || json.contains("$inf") || json.contains("$bytes"))))
    return json;
  if (type.IsNumber()) return NumberText(json);
  if (json.is_array()) {
    Json out = Json::array();
    for (size_t i = 0; i < json.size(); ++i) {
      out.push_back(NormalizeValue(json[i], type.IsTuple() ? type.Elements()[i] : type.Element()));
    }
    return out;
  }
  if (json.is_object() && (type.IsMap() || type.IsObject())) {
    Json out = Json::object();
    for (const auto& [name, field] : json.items()) {
      out[name] = NormalizeValue(field, type.IsMap() ? type.Element() : type.Attributes().at(name));
    }
    return out;
  }
  return json;
}

Contexts::Contexts(std::shared_ptr<const FunctionTable> functions) {
  std::ifstream in(CorpusPath("contexts.json"));
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const Json contexts = ParseExact(text);
  for (const auto& [name, scopes] : contexts.items()) Add(name, scopes, functions);
}

void Contexts::Add(const std::string& name, const Json& scopes, const std::shared_ptr<const FunctionTable>& functions) {
  auto& chain = chains_[name];
  bool with_functions = false;
  for (const Json& scope : scopes) {
    auto context = std::make_unique<EvalContext>();
    context->parent = chain.empty() ? nullptr : chain.back().get();
    if (scope.contains("variables") && !scope["variables"].is_null()) {
      context->variables.emplace();
      for (const auto& [variable, typed] : scope["variables"].items()) {
        context->variables->emplace(variable, DecodeValue(typed["value"], DecodeType(typed["type"])));
      }
    }
    if (scope.value("functions", false)) context->functions = functions;
    if (scope.value("dynamic", false)) {
      auto both = std::make_shared<FunctionTable>(DynamicFunctions());
      if (context->functions) both->insert(context->functions->begin(), context->functions->end());
      context->functions = both;
    }
    with_functions = with_functions || scope.value("functions", false);
    chain.push_back(std::move(context));
  }
  if (!with_functions) return;
  // One more scope, innermost, brings the functions about templates.
  auto context = std::make_unique<EvalContext>(chain.back()->Child());
  context->functions = std::make_shared<FunctionTable>(TemplateFunctions(chain.back().get()));
  chain.push_back(std::move(context));
}

const EvalContext* Contexts::Find(const Json& request) const {
  const std::string name = request.value("ctx", "functions");
  if (name == "nil") return nullptr;
  const auto found = chains_.find(name);
  if (found == chains_.end()) ADD_FAILURE() << "no context " << name;
  return found == chains_.end() || found->second.empty() ? nullptr : found->second.back().get();
}

}  // namespace waypoint::hcl::testing
