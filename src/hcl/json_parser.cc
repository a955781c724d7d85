#include "hcl/json_parser.h"

#include "hcl/number.h"
#include "hcl/parser.h"
#include "hcl/text.h"
#include "hcl/traverse.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {

using T = JsonTokenType;

JsonParser::JsonParser(Arena& arena, SourcePtr source, Diagnostics& diagnostics)
    : arena_(arena),
      source_(std::move(source)),
      diagnostics_(diagnostics),
      scanner_(source_->text),
      next_(scanner_.Next()) {}

const Expr* JsonParser::Fail(std::string summary, std::string detail, const Span& subject) {
  diagnostics_.Error(std::move(summary), std::move(detail), Range{source_, subject});
  return nullptr;
}

const Expr* JsonParser::Parse() {
  const size_t before = diagnostics_.size();
  const Expr* value = Value();
  if (diagnostics_.size() == before && Peek().type != T::kEOF) {
    Fail("Extraneous data after value", "The JSON value is complete before this point.", Peek().span);
  }
  return value;
}

const Expr* JsonParser::Value() {
  const Span start = Peek().span;
  const Expr* value = ValueOrNull();
  if (value != nullptr) return value;
  return arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, start}, LiteralKind::kInvalid, std::string_view());
}

const Expr* JsonParser::ValueOrNull() {
  constexpr char kStart[] = "A JSON value is an object, an array, a string, a number, true, false or null.";
  const JsonToken next = Peek();
  switch (next.type) {
    case T::kBraceOpen:
    case T::kBracketOpen: {
      if (++depth_ > kMaxNesting) {
        while (next_.type != T::kEOF) next_ = scanner_.Next();
        return Fail("Nesting too deep", Cat("JSON values may be nested ", kMaxNesting, " levels deep at most."),
                    next.span);
      }
      const Expr* value = next.type == T::kBraceOpen ? Object() : Array();
      --depth_;
      return value;
    }
    case T::kNumber:
      return Number();
    case T::kString:
      return String();
    case T::kKeyword:
      return Keyword();
    case T::kBraceClose:
      return Fail("Missing JSON value", kStart, next.span);
    case T::kBracketClose:
      return Fail("Missing array element value", kStart, next.span);
    case T::kEOF:
      return Fail("Missing value", "The JSON text ends too early.", next.span);
    default:
      return Fail("Invalid start of value", kStart, next.span);
  }
}

// Reads to what seems to be the end of the object or array that `token` stands in.
void JsonParser::Recover(JsonToken token, T open, T close) {
  for (int depth = 1;; token = Read()) {
    if (token.type == open) ++depth;
    if (token.type == close && --depth <= 1) return;
    if (token.type == T::kEOF) return;
  }
}

const Expr* JsonParser::Object() {
  const JsonToken open = Read();
  std::vector<JsonProperty> properties;
  while (Peek().type != T::kBraceClose) {
    if (!Property(open, properties)) return nullptr;
  }
  const Span close = Read().span;
  return arena_.New<JsonObjectExpr>(Expr{ExprKind::kJsonObject, Join(open.span, close)}, arena_.Copy(properties),
                                    open.span, close);
}

bool JsonParser::Property(const JsonToken& open, std::vector<JsonProperty>& properties) {
  const Expr* key = Value();
  if (key->kind != ExprKind::kJsonString) {
    const Span start = key->kind == ExprKind::kJsonObject ? As<JsonObjectExpr>(*key).open_span
                       : key->kind == ExprKind::kTuple    ? As<TupleExpr>(*key).open_span
                                                          : key->span;
    Fail("Invalid object property name", "The name of a JSON property is a string in quotes.", start);
    return false;
  }
  const JsonToken colon = Read();
  if (colon.type != T::kColon) {
    Recover(colon, T::kBraceOpen, T::kBraceClose);
    if (colon.type == T::kBraceClose || colon.type == T::kComma) {
      Fail("Missing object value", "After the name of a JSON property comes a colon and its value.", colon.span);
    } else if (colon.type == T::kEquals) {
      Fail("Missing property value colon", "In JSON a colon stands before the value, not an equals sign.", colon.span);
    } else {
      Fail("Missing property value colon", "After the name of a JSON property comes a colon.", colon.span);
    }
    return false;
  }
  const Expr* value = Value();
  properties.push_back({As<JsonStringExpr>(*key).text, key->span, key, value});
  return AfterProperty(open);
}

bool JsonParser::AfterProperty(const JsonToken& open) {
  const JsonToken next = Peek();
  switch (next.type) {
    case T::kBraceClose:
      return true;
    case T::kComma:
      Read();
      if (Peek().type != T::kBraceClose) return true;
      Fail("Trailing comma in object", "In JSON no comma stands after the last property.", next.span);
      return false;
    case T::kEOF:
      Fail("Unclosed object", "This JSON object has no closing brace.", open.span);
      return false;
    case T::kBracketClose:
      Read();
      Fail("Mismatched braces", "A JSON object is closed with a brace, not with a bracket.", Peek().span);
      return false;
    default:
      Recover(Read(), T::kBraceOpen, T::kBraceClose);
      Fail("Missing attribute seperator comma", "Between the properties of a JSON object stands a comma.", Peek().span);
      return false;
  }
}

const Expr* JsonParser::Array() {
  const JsonToken open = Read();
  std::vector<const Expr*> items;
  while (Peek().type != T::kBracketClose) {
    items.push_back(Value());
    if (!AfterItem(open)) return nullptr;
  }
  const Span close = Read().span;
  return arena_.New<TupleExpr>(Expr{ExprKind::kTuple, Join(open.span, close)}, arena_.Copy(items), open.span);
}

bool JsonParser::AfterItem(const JsonToken& open) {
  const JsonToken next = Peek();
  if (next.type == T::kBracketClose) return true;
  if (next.type == T::kComma) {
    Read();
    if (Peek().type != T::kBracketClose) return true;
    Fail("Trailing comma in array", "In JSON no comma stands after the last value.", next.span);
    return false;
  }
  Recover(Read(), T::kBracketOpen, T::kBracketClose);
  switch (next.type) {
    case T::kColon:
      Fail("Invalid array value", "The values of a JSON array have no names.", Peek().span);
      break;
    case T::kEOF:
      Fail("Unclosed object", "This JSON array has no closing bracket.", open.span);
      break;
    case T::kBraceClose:
      Fail("Mismatched brackets", "A JSON array is closed with a bracket, not with a brace.", Peek().span);
      break;
    default:
      Fail("Missing attribute seperator comma", "Between the values of a JSON array stands a comma.", Peek().span);
      break;
  }
  return false;
}

namespace {

// -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
bool IsJsonNumber(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t start = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const size_t whole = i;
  if (digits() == 0 || (text[whole] == '0' && i - whole > 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

}  // namespace

const Expr* JsonParser::Number() {
  const JsonToken token = Read();
  // Only an exponent can make a number in the right form too large.
  const bool exponent = token.text.find_first_of("eE") != std::string_view::npos;
  if (!IsJsonNumber(token.text) || (exponent && !hcl::Number::Parse(token.text).ok())) {
    return Fail("Invalid JSON number", "This is no number in JSON.", token.span);
  }
  return arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, token.span}, LiteralKind::kNumber, token.text);
}

const Expr* JsonParser::String() {
  const JsonToken token = Read();
  std::string text;
  const size_t mistake = DecodeJsonString(token.text, text);
  if (mistake != std::string_view::npos) {
    Pos at = token.span.start;
    at.byte += static_cast<uint32_t>(mistake);
    at.column += static_cast<uint32_t>(mistake);
    diagnostics_.Error("Invalid JSON string", "There is a mistake in this string or it does not end.",
                       Range{source_, Span{at, Pos{at.byte + 1, at.line, at.column + 1}}}, Range{source_, token.span});
    return nullptr;
  }
  const bool plain = text.size() + 2 == token.text.size() && token.text.substr(1, text.size()) == text;
  const std::string_view kept = plain ? token.text.substr(1, text.size()) : arena_.Copy(text);
  return arena_.New<JsonStringExpr>(Expr{ExprKind::kJsonString, token.span}, kept);
}

const Expr* JsonParser::Keyword() {
  const JsonToken token = Read();
  const auto literal = [&](LiteralKind kind) {
    return arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, token.span}, kind, std::string_view());
  };
  if (token.text == "true") return literal(LiteralKind::kTrue);
  if (token.text == "false") return literal(LiteralKind::kFalse);
  if (token.text == "null") return literal(LiteralKind::kNull);
  return Fail("Invalid JSON keyword",
              Cat("\"", token.text, "\" is no word of JSON.", Suggest(token.text, {"true", "false", "null"})),
              token.span);
}

}  // namespace waypoint::hcl
