// Calls, tuples, objects and for-expressions (waypoint-hcl.md A3).
#include "hcl/parser.h"
#include "hcl/parser_nested.h"

namespace waypoint::hcl {

using T = TokenType;

namespace {
constexpr char kBadFor[] = "Invalid 'for' expression";
}

const Expr* Parser::Call(const Token& name) {
  const Token open = peeker_.Read();
  CallExpr call{};
  call.kind = ExprKind::kCall;
  call.name = Text(name);
  call.name_span = name.span;
  call.open_span = call.close_span = open.span;
  std::vector<const Expr*> args;
  args.reserve(4);
  peeker_.PushNewlines(false);
  for (bool more = true; more;) {
    if (NextIs(T::kCParen)) {
      call.close_span = peeker_.Read().span;
      break;
    }
    const size_t errors = errors_;
    args.push_back(Expression());
    if (Failed(errors)) {
      call.close_span = Recover(T::kCParen).span;
      break;
    }
    more = EndArgument(name, &call);
  }
  peeker_.PopNewlines();
  call.args = arena_.Copy(args);
  call.span = Join(call.name_span, call.close_span);
  return arena_.New<CallExpr>(call);
}

// What follows an argument; false: the call is over.
bool Parser::EndArgument(const Token& name, CallExpr* call) {
  const Token separator = peeker_.Read();
  if (separator.type == T::kComma) return true;
  if (separator.type == T::kCParen) {
    call->close_span = separator.span;
    return false;
  }
  if (separator.type == T::kEllipsis) {
    call->expand_last = true;
    if (NextIs(T::kCParen)) {
      call->close_span = peeker_.Read().span;
      return false;
    }
    ErrorUnlessRecovering("Missing closing parenthesis",
                          "An argument with \"...\" is the last one: the closing parenthesis must follow it.",
                          separator.span, &name.span);
  } else {
    Error("Missing argument separator", "Arguments are separated by commas.", separator.span, &name.span);
  }
  call->close_span = Recover(T::kCParen).span;
  return false;
}

const Expr* Parser::Tuple() {
  const Token open = peeker_.Read();
  peeker_.PushNewlines(false);
  if (NextIsKeyword("for")) {
    const Expr* loop = For(open);
    peeker_.PopNewlines();
    return loop;
  }
  Token close;
  std::vector<const Expr*> items;
  items.reserve(8);
  while (true) {
    if (NextIs(T::kCBrack)) {
      close = peeker_.Read();
      break;
    }
    const size_t errors = errors_;
    items.push_back(Expression());
    if (Failed(errors)) {
      close = Recover(T::kCBrack);
      break;
    }
    const Token next = peeker_.Peek();
    if (next.type != T::kCBrack && next.type != T::kComma) {
      ErrorUnlessRecovering("Missing item separator", "Items are separated by commas.", next.span, &open.span);
      close = Recover(T::kCBrack);
      break;
    }
    if (next.type == T::kComma) peeker_.Read();
  }
  peeker_.PopNewlines();
  return arena_.New<TupleExpr>(Expr{ExprKind::kTuple, Join(open.span, close.span)}, arena_.Copy(items), open.span);
}

const Expr* Parser::Object() {
  const Token open = peeker_.Read();
  peeker_.PushNewlines(false);  // unlike the items of an object, a for-expression may stand on any line
  const bool is_for = NextIsKeyword("for");
  if (is_for) {
    const Expr* loop = For(open);
    peeker_.PopNewlines();
    return loop;
  }
  peeker_.PopNewlines();
  peeker_.PushNewlines(true);
  Token close;
  std::vector<ObjectItem> items;
  items.reserve(8);
  while (true) {
    const Token next = peeker_.Peek();
    if (next.type == T::kNewline) {
      peeker_.Read();
    } else if (next.type == T::kCBrace) {
      close = peeker_.Read();
      break;
    } else if (!ObjectAttribute(open, items)) {
      close = Recover(T::kCBrace);
      break;
    }
  }
  peeker_.PopNewlines();
  return arena_.New<ObjectExpr>(Expr{ExprKind::kObject, Join(open.span, close.span)}, arena_.Copy(items), open.span);
}

// One "key = value" and the separator after it, if there is one; false after an error.
bool Parser::ObjectAttribute(const Token& open, std::vector<ObjectItem>& items) {
  const bool computed = NextIs(T::kOParen);
  const size_t errors = errors_;
  const Expr* key = Expression();
  if (Failed(errors)) return false;
  const Token sign = peeker_.Peek();
  if (sign.type != T::kEqual && sign.type != T::kColon) {
    if (sign.type == T::kNewline || sign.type == T::kComma) {
      ErrorUnlessRecovering("Missing attribute value", "After the key comes an equals sign (\"=\") and the value.",
                            sign.span, &open.span);
    } else {
      ErrorUnlessRecovering("Missing key/value separator",
                            "After the key comes an equals sign (\"=\"). A key with dots or blanks must be in quotes.",
                            sign.span, &open.span);
    }
    return false;
  }
  peeker_.Read();
  const Expr* value = Expression();
  if (Failed(errors)) return false;
  items.push_back({key, value, computed});
  const Token next = peeker_.Peek();
  if (next.type == T::kCBrace) return true;
  if (next.type != T::kComma && next.type != T::kNewline) {
    ErrorUnlessRecovering("Missing attribute separator", "Attributes are separated by newlines or commas.", next.span,
                          &open.span);
    return false;
  }
  peeker_.Read();
  return true;
}

const Expr* Parser::ForFailed(const Token& open, T close) { return Invalid(Join(open.span, Recover(close).span)); }

// "for" is next; newlines are off already.
const Expr* Parser::For(const Token& open) {
  peeker_.Read();
  const bool object = open.type == T::kOBrace;
  const T close_type = object ? T::kCBrace : T::kCBrack;
  ForExpr loop{};
  loop.kind = ExprKind::kFor;
  loop.open_span = open.span;
  if (!ForNames(open, &loop)) return ForFailed(open, close_type);
  const size_t errors = errors_;
  loop.collection = Expression();
  if (Failed(errors)) return ForFailed(open, close_type);
  const Token colon = peeker_.Peek();
  if (colon.type != T::kColon) {
    ErrorUnlessRecovering(kBadFor, "After the collection comes a colon.", colon.span, &open.span);
    return ForFailed(open, close_type);
  }
  peeker_.Read();
  loop.value = Expression();
  if (NextIs(T::kFatArrow)) {
    peeker_.Read();
    loop.key = loop.value;
    loop.value = Expression();
  }
  if (Failed(errors)) return ForFailed(open, close_type);
  Span ellipsis;
  if (NextIs(T::kEllipsis)) {
    ellipsis = peeker_.Read().span;
    loop.group = true;
  }
  if (NextIsKeyword("if")) {
    peeker_.Read();
    loop.condition = Expression();
    if (Failed(errors)) return ForFailed(open, close_type);
  }
  const Token next = peeker_.Peek();
  if (next.type == close_type) {
    loop.close_span = peeker_.Read().span;
  } else {
    ErrorUnlessRecovering(kBadFor, "The 'for' expression is complete before this point.", next.span, &open.span);
    loop.close_span = Recover(close_type).span;
  }
  loop.span = Join(open.span, loop.close_span);
  CheckFor(loop, object, ellipsis);
  return arena_.New<ForExpr>(loop);
}

// "v in" or "k, v in".
bool Parser::ForNames(const Token& open, ForExpr* loop) {
  const auto name = [&](std::string_view* out, const char* detail) {
    const Token next = peeker_.Peek();
    if (next.type != T::kIdent) {
      ErrorUnlessRecovering(kBadFor, detail, next.span, &open.span);
      return false;
    }
    *out = Text(peeker_.Read());
    return true;
  };
  if (!name(&loop->value_name, "After 'for' comes the name of a variable.")) return false;
  if (NextIs(T::kComma)) {
    loop->key_name = loop->value_name;
    peeker_.Read();
    if (!name(&loop->value_name, "After the comma comes the name of the variable for the value.")) return false;
  }
  if (!NextIsKeyword("in")) {
    ErrorUnlessRecovering(kBadFor, "After the names comes the keyword 'in'.", peeker_.NextSpan(), &open.span);
    return false;
  }
  peeker_.Read();
  return true;
}

void Parser::CheckFor(const ForExpr& loop, bool makes_object, const Span& ellipsis) {
  if (makes_object) {
    if (loop.key == nullptr) {
      Error(kBadFor, "An object needs a key for each value: write \"key => value\".", loop.value->span, &loop.span);
    }
    return;
  }
  if (loop.key != nullptr) {
    Error(kBadFor, "A tuple has no keys. For an object write braces around the expression.", loop.key->span,
          &loop.span);
  }
  if (loop.group) {
    Error(kBadFor, "Only an object can group its values with \"...\".", ellipsis, &loop.span);
  }
}

}  // namespace waypoint::hcl
