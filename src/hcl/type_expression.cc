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
          "A type is written as string, number, bool or any, or as list(...), set(...), map(...), object({...}) or "
          "tuple([...]).",
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
      return Fail(absl::StrCat("Say of what: write ", word, "(TYPE) with the type of its elements."), expr.range());
    }
    if (word == "object") {
      return Fail("Say which attributes it has: write object({NAME = TYPE}).", expr.range());
    }
    if (word == "tuple") {
      return Fail("Say what it consists of: write tuple([TYPE, TYPE]).", expr.range());
    }
    return Fail(
        absl::StrCat("\"", word, "\" is no type. There are string, number, bool, any, list, set, map, object, tuple."),
        expr.range());
  }

  std::optional<Type> Constructor(const Expression::CallParts& call, const Expression& expr, int depth) {
    if (call.name == "bool" || call.name == "string" || call.name == "number" || call.name == "any") {
      return Fail(absl::StrCat("The type ", call.name, " is complete without parentheses."), ArgumentsRange(call));
    }
    bool known = call.name == "list" || call.name == "set" || call.name == "map" || call.name == "object" ||
                 call.name == "tuple";
    if (call.arguments.size() != 1) {
      const Range around = ArgumentsRange(call);
      Range at = around;
      if (call.arguments.size() > 1) {
        at.span = hcl::Join(call.arguments[1].range().span, call.arguments.back().range().span);
      }
      if (known) return Fail(absl::StrCat("There must be exactly one argument to ", call.name, "(...)."), at, around);
      return NoConstructor(call.name, expr);
    }
    const Expression& inner = call.arguments[0];
    if (call.name == "object") return Object(inner, expr.range(), depth);
    if (call.name == "tuple") return Tuple(inner, expr.range(), depth);
    if (!known) return NoConstructor(call.name, expr);
    std::optional<Type> element = Read(inner, depth + 1);
    if (!element) return std::nullopt;
    return call.name == "list" ? Type::List(*element) : call.name == "set" ? Type::Set(*element) : Type::Map(*element);
  }

  std::nullopt_t NoConstructor(const std::string& name, const Expression& expr) {
    return Fail(absl::StrCat("No type is written as ", name, "(...). There are list, set, map, object and tuple."),
                expr.range());
  }

  // From the opening to the closing parenthesis.
  static Range ArgumentsRange(const Expression::CallParts& call) {
    return {call.open_range.source, hcl::Join(call.open_range.span, call.close_range.span)};
  }

  std::optional<Type> Object(const Expression& expr, const Range& whole, int depth) {
    std::optional<std::vector<Expression::Item>> items = expr.AsMap();
    if (!items) {
      return Fail("In the parentheses stand braces with the type of each attribute: object({NAME = TYPE}).",
                  expr.range(), whole);
    }
    std::map<std::string, Type> attributes;
    bool ok = true;
    for (const Expression::Item& item : *items) {
      std::string name = item.key.AsKeyword();
      if (name.empty()) {
        Fail("The name of an attribute is written without quotes, dots or parentheses.", item.key.range(), whole);
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

  std::optional<Type> Tuple(const Expression& expr, const Range& whole, int depth) {
    std::optional<std::vector<Expression>> items = expr.AsList();
    if (!items) {
      return Fail("In the parentheses stand brackets with the type of each element: tuple([TYPE, TYPE]).", expr.range(),
                  whole);
    }
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
