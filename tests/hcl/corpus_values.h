// Values and types of the corpus: typed JSON to Value and back. Numbers are compared as texts.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hcl/corpus.h"
#include "hcl/eval_context.h"
#include "hcl/unicode.h"
#include "hcl/value.h"

namespace waypoint::hcl::testing {

// Numbers that no machine integer holds become strings that begin with this.
inline constexpr char kNumberMark = '\x01';

// As Json::parse, but a number that is not a small integer keeps its text behind kNumberMark.
Json ParseExact(const std::string& line);

Type DecodeType(const Json& json);
Value DecodeValue(const Json& value, const Type& type);
Json EncodeType(const Type& type);
Json EncodeValue(const Value& value);
// Numbers as texts, in a value of a type as the corpus writes it.
Json NormalizeValue(const Json& value, const Type& type);

// The named contexts of contexts.json.
class Contexts {
 public:
  explicit Contexts(std::shared_ptr<const FunctionTable> functions);

  // nullptr for "nil".
  const EvalContext* Find(const Json& request) const;

 private:
  void Add(const std::string& name, const Json& scopes, const std::shared_ptr<const FunctionTable>& functions);

  std::map<std::string, std::vector<std::unique_ptr<EvalContext>>> chains_;
};

}  // namespace waypoint::hcl::testing
