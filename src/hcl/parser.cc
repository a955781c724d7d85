#include "hcl/parser.h"

#include "hcl/text.h"

namespace waypoint::hcl {

using T = TokenType;

Parser::Parser(Arena& arena, SourcePtr source, std::string_view text, ScanMode mode, Pos start,
               Diagnostics& diagnostics)
    : arena_(arena),
      source_(std::move(source)),
      diagnostics_(diagnostics),
      bad_tokens_(source_, diagnostics),
      peeker_(text, mode, start, [this, text, start](const Token& token) {
        bad_tokens_.Report(
            token, text.substr(token.span.start.byte - start.byte, token.span.end.byte - token.span.start.byte));
      }) {}

void Parser::Error(std::string summary, std::string detail, const Span& subject, const Span* from) {
  ++errors_;
  if (given_up_) return;
  std::optional<Range> context;
  if (from != nullptr) context = Range{source_, from->end.byte > subject.end.byte ? *from : Join(*from, subject)};
  diagnostics_.Error(std::move(summary), std::move(detail), Range{source_, subject}, std::move(context));
}

void Parser::ErrorUnlessRecovering(std::string summary, std::string detail, const Span& subject, const Span* from) {
  if (!recovery_) return Error(std::move(summary), std::move(detail), subject, from);
}

bool Parser::TooDeep(const Span& at) {
  if (depth_ <= kMaxNesting) return false;
  ErrorUnlessRecovering("Nesting too deep",
                        Cat("Expressions and blocks may be nested ", kMaxNesting, " levels deep at most."), at);
  GiveUp();
  return true;
}

// After this only the end of the text comes, and what seems wrong with that is not worth reporting.
void Parser::GiveUp() {
  recovery_ = given_up_ = true;
  peeker_.JumpToEnd();
}

bool Parser::NextIsKeyword(std::string_view keyword) {
  const Token& next = peeker_.Peek();
  return next.type == T::kIdent && Text(next) == keyword;
}

namespace {

T OpenerOf(T closer) {
  switch (closer) {
    case T::kCBrace:
      return T::kOBrace;
    case T::kCBrack:
      return T::kOBrack;
    case T::kCParen:
      return T::kOParen;
    case T::kCQuote:
      return T::kOQuote;
    case T::kCHeredoc:
      return T::kOHeredoc;
    case T::kTemplateSeqEnd:
      return T::kTemplateInterp;
    default:
      return T::kNil;
  }
}

}  // namespace

// Reads on to the `end` that belongs here, over nested pairs of the same bracket.
Token Parser::Recover(T end) {
  recovery_ = true;
  const T start = OpenerOf(end);
  for (int nest = 0;;) {
    const Token token = peeker_.Read();
    const T type = end == T::kTemplateSeqEnd && token.type == T::kTemplateControl ? T::kTemplateInterp : token.type;
    if (type == start) {
      ++nest;
    } else if (type == end) {
      if (nest-- < 1) return token;
    }
    if (type == T::kEOF) return token;
  }
}

// Reads on to the newline that is inside no bracket opened on the way.
void Parser::RecoverAfterBodyItem() {
  recovery_ = true;
  std::vector<T> open;
  while (true) {
    const Token token = peeker_.Read();
    switch (token.type) {
      case T::kEOF:
        return;
      case T::kNewline:
        if (open.empty()) return;
        break;
      case T::kOBrace:
      case T::kOBrack:
      case T::kOParen:
      case T::kOQuote:
      case T::kOHeredoc:
      case T::kTemplateInterp:
        open.push_back(token.type);
        break;
      case T::kTemplateControl:
        open.push_back(T::kTemplateInterp);
        break;
      case T::kCBrace:
      case T::kCBrack:
      case T::kCParen:
      case T::kCQuote:
      case T::kCHeredoc:
      case T::kTemplateSeqEnd:
        while (!open.empty() && open.back() != OpenerOf(token.type)) open.pop_back();
        if (!open.empty()) open.pop_back();
        break;
      default:
        break;
    }
  }
}

const BodyNode* Parser::ParseBody() { return Body(T::kEOF); }

const Expr* Parser::ParseExpressionOnly() {
  peeker_.PushNewlines(false);
  const Expr* expr = Expression();
  const Token& next = peeker_.Peek();
  if (next.type != T::kEOF) {
    ErrorUnlessRecovering("Extra characters after expression", "The expression is complete before this point.",
                          next.span);
  }
  peeker_.JumpToEnd();
  return expr;
}

std::vector<Step> Parser::ParseTraversalOnly() {
  peeker_.PushNewlines(false);
  const Token root = peeker_.Read();
  if (root.type != T::kIdent) {
    Error("Variable name required", "A reference begins with the name of a variable.", root.span);
    return {};
  }
  std::vector<Step> steps = {{StepKind::kRoot, Text(root), root.span}};
  while (!NextIs(T::kEOF)) {
    const size_t errors = errors_;
    Step step{};
    const Token next = peeker_.Peek();
    if (next.type == T::kDot) {
      step = TraversalAttribute(root.span);
    } else if (next.type == T::kOBrack) {
      step = TraversalIndex(root.span);
    } else {
      Error("Invalid character", "Expected a dot and a name, or an index in brackets.", next.span, &root.span);
    }
    if (errors_ > errors) break;
    steps.push_back(step);
  }
  peeker_.JumpToEnd();
  return steps;
}

Step Parser::TraversalAttribute(const Span& root) {
  const Token dot = peeker_.Read();
  const Token name = peeker_.Read();
  if (name.type == T::kStar) {
    Error("Attribute name required", "A splat (.*) cannot be used here.", name.span, &root);
  } else if (name.type != T::kIdent) {
    Error("Attribute name required", "After the dot comes the name of an attribute.", name.span, &root);
  }
  return {StepKind::kAttr, Text(name), Join(dot.span, name.span)};
}

Step Parser::TraversalIndex(const Span& root) {
  const Token open = peeker_.Read();
  const Token next = peeker_.Peek();
  Step step{StepKind::kInvalid, {}, open.span};
  if (next.type == T::kNumberLit) {
    peeker_.Read();
    if (CheckNumber(next)) step = {StepKind::kNumber, Text(next), {}};
  } else if (next.type == T::kOQuote) {
    Span span;
    step = {StepKind::kString, Label(&span), {}};
  } else if (next.type == T::kStar) {
    Error("Attribute name required", "A splat ([*]) cannot be used here.", next.span, &root);
    return step;
  } else {
    Error("Index value required", "In the brackets stands a number or a string in quotes.", next.span, &root);
    return step;
  }
  const Token close = peeker_.Read();
  if (close.type != T::kCBrack) {
    Error("Unclosed index brackets", "After the key comes a closing bracket (\"]\").", close.span, &open.span);
  }
  step.span = Join(open.span, close.span);
  return step;
}

}  // namespace waypoint::hcl
