#include <re2/re2.h>

#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;

// RE2 knows "\C", one byte of a character; 0.11 refuses it.
bool HasByteClass(std::string_view pattern) {
  for (size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    if (pattern[++i] == 'C') return true;
    if (pattern[i] != 'Q') continue;
    i = pattern.find("\\E", i);
    if (i == std::string_view::npos) return false;
    ++i;
  }
  return false;
}

absl::StatusOr<std::shared_ptr<RE2>> Compile(const std::string& pattern) {
  if (HasByteClass(pattern)) return ArgumentError(0, "invalid regexp pattern: invalid escape sequence: \\C");
  auto re = std::make_shared<RE2>(pattern, RE2::Quiet);
  if (re->ok()) return re;
  return ArgumentError(0, absl::StrCat("invalid regexp pattern: ", re->error()));
}

// No groups: the match. Unnamed groups: a tuple. Named groups: an object.
absl::StatusOr<Type> MatchType(const RE2& re) {
  int groups = re.NumberOfCapturingGroups();
  const auto& names = re.CapturingGroupNames();
  if (groups == 0) return Type::String();
  if (names.empty()) return Type::Tuple(std::vector<Type>(groups, Type::String()));
  if (static_cast<size_t>(groups) != names.size()) {
    return ArgumentError(0, "the pattern must name all of its groups or none");
  }
  std::map<std::string, Type> attributes;
  for (const auto& [index, name] : names) attributes[name] = Type::String();
  return Type::Object(std::move(attributes));
}

Value GroupValue(const re2::StringPiece& group) {
  return group.data() == nullptr ? Value::Null(Type::String()) : Value::Str(group.as_string());
}

Value MatchValue(const RE2& re, const std::vector<re2::StringPiece>& groups) {
  if (groups.size() == 1) return GroupValue(groups[0]);
  const auto& names = re.CapturingGroupNames();
  if (names.empty()) {
    Value::Vector out;
    for (size_t i = 1; i < groups.size(); ++i) out.push_back(GroupValue(groups[i]));
    return Value::Tuple(std::move(out));
  }
  Value::Fields out;
  for (const auto& [index, name] : names) out[name] = GroupValue(groups[index]);
  return Value::Object(std::move(out));
}

absl::StatusOr<Type> RegexType(Args a) {
  if (!a[0].IsKnown()) return Type::Dynamic();
  ASSIGN_OR_RETURN(auto re, Compile(a[0].AsString()));
  return MatchType(*re);
}

absl::StatusOr<Value> Regex(Args a, const Type&) {
  ASSIGN_OR_RETURN(auto re, Compile(a[0].AsString()));
  std::vector<re2::StringPiece> groups(re->NumberOfCapturingGroups() + 1);
  const std::string& text = a[1].AsString();
  if (!re->Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
    return absl::InvalidArgumentError("the pattern is found nowhere in the string");
  }
  return MatchValue(*re, groups);
}

absl::StatusOr<Value> RegexAll(Args a, const Type& result) {
  ASSIGN_OR_RETURN(auto re, Compile(a[0].AsString()));
  std::vector<re2::StringPiece> groups(re->NumberOfCapturingGroups() + 1);
  const std::string& text = a[1].AsString();
  Value::Vector out;
  size_t last_end = std::string::npos;
  for (size_t at = 0; at <= text.size();) {
    if (!re->Match(text, at, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) break;
    size_t start = groups[0].data() - text.data(), end = start + groups[0].size();
    // An empty match right after a match is not counted; it only moves on.
    if (end > start || start != last_end) out.push_back(MatchValue(*re, groups));
    last_end = end;
    at = end > at ? end : at + std::max<size_t>(DecodeRune(text, at).length, 1);
  }
  return Value::List(result.Element(), std::move(out));
}

}  // namespace

void AddRegexFunctions(FunctionTable& table) {
  std::vector<Parameter> params = {Param("pattern", Type::String()), Param("string", Type::String())};
  Define(table, "regex", {params, std::nullopt, RegexType, Regex});
  auto all_type = [](Args a) -> absl::StatusOr<Type> {
    ASSIGN_OR_RETURN(Type one, RegexType(a));
    return Type::List(std::move(one));
  };
  Define(table, "regexall", {params, std::nullopt, all_type, RegexAll});
}

}  // namespace waypoint::hcl
