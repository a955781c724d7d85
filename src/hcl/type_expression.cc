#include "hcl/type_expression.h"

#include "absl/strings/str_cat.h"

namespace waypoint::hcl {
namespace {

constexpr int kMaxDepth = 200;

class Reader {
 public:
  explicit Reader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  std::optional<Type> Read(const Expression& expr, int depth = 0) {
    if (depth > kMaxDepth) return Fail("The type is nested too deeply.", expr.range());
    if (std::string word = expr.AsKeyword(); !word.empty()) return Word(word, expr);
    std::optional<Expression::CallParts> call = expr.AsCall();
    if (!call) {
      return Fail(
          "A type specification is either a primitive type keyword (bool, number, string) or a complex type "
          "constructor call, like list(string).",
          expr.range());
    }
    return Constructor(*call, expr, depth);
  }

 private:
  std::nullopt_t Fail(std::string detail, const Range& at, std::optional<Range> context = std::nullopt) {
    diagnostics_.Add({Severity::kError, "Invalid type specification", std::move(detail), at, std::move(context)});
    return std::nullopt;
  }

  std::optional<Type> Word(const std::string& word, const Expression& expr) {
    if (word == "bool") return Type::Bool();
    if (word == "string") return Type::String();
    if (word == "number") return Type::Number();
    if (word == "any") return Type::Dynamic();
    if (word == "list" || word == "set" || word == "map") {
      return Fail(absl::StrCat("The ", word, " type constructor requires one argument specifying the element type."),
                  expr.range());
    }
    if (word == "object") {
      return Fail(
          "The object type constructor requires one argument specifying the attribute types and values as a map.",
          expr.range());
    }
    if (word == "tuple") {
      return Fail("The tuple type constructor requires one argument specifying the element types as a list.",
                  expr.range());
    }
    return Fail(absl::StrCat("The keyword \"", word, "\" is not a valid type specification."), expr.range());
  }

  std::optional<Type> Constructor(const Expression::CallParts& call, const Expression& expr, int depth) {
    if (call.name == "bool" || call.name == "string" || call.name == "number" || call.name == "any") {
      return Fail(absl::StrCat("Primitive type keyword \"", call.name, "\" does not expect arguments."),
                  ArgumentsRange(call));
    }
    bool known = call.name == "list" || call.name == "set" || call.name == "map" || call.name == "object" ||
                 call.name == "tuple";
    if (call.arguments.size() != 1) {
      Range at = ArgumentsRange(call);
      if (call.arguments.size() > 1) {
        at.span = hcl::Join(call.arguments[1].range().span, call.arguments.back().range().span);
      }
      if (known) return Fail(absl::StrCat("The ", call.name, " type constructor requires exactly one argument."), at);
      return Fail(absl::StrCat("Keyword \"", call.name, "\" is not a valid type constructor."), expr.range());
    }
    const Expression& inner = call.arguments[0];
    if (call.name == "object") return Object(inner, depth);
    if (call.name == "tuple") return Tuple(inner, depth);
    if (!known) {
      return Fail(absl::StrCat("Keyword \"", call.name, "\" is not a valid type constructor."), expr.range());
    }
    std::optional<Type> element = Read(inner, depth + 1);
    if (!element) return std::nullopt;
    return call.name == "list" ? Type::List(*element) : call.name == "set" ? Type::Set(*element) : Type::Map(*element);
  }

  // From the opening to the closing parenthesis.
  static Range ArgumentsRange(const Expression::CallParts& call) {
    return {call.open_range.source, hcl::Join(call.open_range.span, call.close_range.span)};
  }

  std::optional<Type> Object(const Expression& expr, int depth) {
    std::optional<std::vector<Expression::Item>> items = expr.AsMap();
    if (!items) {
      return Fail(
          "Object type constructor requires a map whose keys are attribute names and whose values are the "
          "corresponding attribute types.",
          expr.range());
    }
    std::map<std::string, Type> attributes;
    bool ok = true;
    for (const Expression::Item& item : *items) {
      std::string name = item.key.AsKeyword();
      if (name.empty()) {
        Fail("Object constructor map keys must be attribute names.", item.key.range());
        ok = false;
        continue;
      }
      std::optional<Type> type = Read(item.value, depth + 1);
      if (type) attributes[name] = *type;
      ok = ok && type.has_value();
    }
    if (!ok) return std::nullopt;
    return Type::Object(std::move(attributes));
  }

  std::optional<Type> Tuple(const Expression& expr, int depth) {
    std::optional<std::vector<Expression>> items = expr.AsList();
    if (!items) return Fail("Tuple type constructor requires a list of element types.", expr.range());
    std::vector<Type> elements;
    bool ok = true;
    for (const Expression& item : *items) {
      std::optional<Type> type = Read(item, depth + 1);
      if (type) elements.push_back(*type);
      ok = ok && type.has_value();
    }
    if (!ok) return std::nullopt;
    return Type::Tuple(std::move(elements));
  }

  Diagnostics& diagnostics_;
};

}  // namespace

std::optional<Type> EvaluateTypeExpression(const Expression& expr, Diagnostics& diagnostics) {
  return Reader(diagnostics).Read(expr);
}

}  // namespace waypoint::hcl
