// Templates: first a flat list of literals, interpolations and directives, then a tree of it (waypoint-hcl.md A1, A4).
#include "hcl/parser.h"
#include "hcl/parser_nested.h"
#include "hcl/template_tree.h"
#include "hcl/text.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {

using T = TokenType;
using Part = TemplatePart;

namespace {

bool TrimsBefore(std::string_view open) { return open.size() == 3; }   // "${~"
bool TrimsAfter(std::string_view close) { return close.size() == 2; }  // "~}"

}  // namespace

const Expr* Parser::QuotedOrHeredoc() {
  const Token open = peeker_.Read();
  Nested nested(this);
  if (TooDeep(open.span)) return Invalid(open.span);
  const bool heredoc = open.type == T::kOHeredoc;
  if (!heredoc && NextIs(T::kQuotedLit)) {
    if (const Expr* plain = PlainString(open)) return plain;
  }
  const bool flush = heredoc && Text(open)[2] == '-';
  const TemplateContent content = Template(heredoc ? T::kCHeredoc : T::kCQuote, flush);
  const Span span = Join(open.span, peeker_.PreviousSpan());
  if (content.single) return arena_.New<WrapExpr>(Expr{ExprKind::kTemplateWrap, span}, content.parts[0]);
  return arena_.New<TemplateExpr>(Expr{ExprKind::kTemplate, span}, content.parts);
}

// "text" is what most strings are: one literal, nothing else. nullptr if there is more; the literal waits then.
const Expr* Parser::PlainString(const Token& open) {
  const Token literal = peeker_.Read();
  if (!NextIs(T::kCQuote)) {
    pending_literal_ = literal;
    return nullptr;
  }
  const std::string_view text = StringLiteral(literal);
  const Token close = peeker_.Read();
  const Expr* part = arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, literal.span}, LiteralKind::kString, text);
  return arena_.New<TemplateExpr>(Expr{ExprKind::kTemplate, Join(open.span, close.span)}, arena_.Copy(&part, 1));
}

const Expr* Parser::ParseTemplateOnly() {
  const TemplateContent content = Template(T::kEOF, false);
  if (content.single) return arena_.New<WrapExpr>(Expr{ExprKind::kTemplateWrap, content.span}, content.parts[0]);
  return arena_.New<TemplateExpr>(Expr{ExprKind::kTemplate, content.span}, content.parts);
}

Parser::TemplateContent Parser::Template(T end, bool flush) {
  TemplateParts parts = Parts(end);
  if (flush) Flush(parts);
  TemplateContent content;
  content.span = parts.span;
  content.single = parts.parts.size() == 2 && parts.parts[0].kind == Part::kInterpolation;  // and the end
  const auto report = [this](std::string summary, std::string detail, const Span& subject) {
    Error(std::move(summary), std::move(detail), subject);
  };
  TemplateTree tree(arena_, parts.parts, report, kMaxNesting - depth_);
  content.parts = tree.Build();
  return content;
}

Parser::TemplateParts Parser::Parts(T end) {
  TemplateParts parts;
  parts.parts.reserve(4);
  const bool pending = pending_literal_.type != T::kNil;
  Token next = pending ? std::exchange(pending_literal_, Token{}) : peeker_.Read();
  const Span start = next.span;
  Span last = start;
  bool trim_next = false;
  bool literal_before = false;  // directly before, so that "${~" may trim it
  for (;; next = peeker_.Read()) {
    if (next.type == end) {
      last = next.span;
      break;
    }
    const bool trim = std::exchange(trim_next, false);
    const bool can_trim = std::exchange(literal_before, false);
    if (next.type == T::kStringLit || next.type == T::kQuotedLit) {
      std::string_view text = StringLiteral(next);
      if (trim) text = TrimSpaceLeft(text);
      parts.parts.push_back({.kind = Part::kLiteral, .span = next.span, .text = text});
      literal_before = true;
    } else if (next.type == T::kTemplateInterp || next.type == T::kTemplateControl) {
      if (can_trim && TrimsBefore(Text(next))) parts.parts.back().text = TrimSpaceRight(parts.parts.back().text);
      peeker_.PushNewlines(false);
      next.type == T::kTemplateInterp ? Interpolation(next, start, parts, &trim_next)
                                      : Directive(next, start, parts, &trim_next);
      peeker_.PopNewlines();
    } else {
      ErrorUnlessRecovering("Unterminated template string", "The end of this string is missing.", next.span, &start);
      last = Recover(end).span;
      break;
    }
  }
  if (parts.parts.empty()) {
    parts.parts.push_back({.kind = Part::kLiteral, .span = Span{start.start, start.start}});
  }
  parts.parts.push_back({.kind = Part::kEnd, .span = last});
  parts.span = Join(start, last);
  return parts;
}

void Parser::Interpolation(const Token& open, const Span& start, TemplateParts& parts, bool* trim_next) {
  const Expr* expr = Expression();
  const Token close = peeker_.Peek();
  if (close.type == T::kTemplateSeqEnd) {
    peeker_.Read();
    *trim_next = TrimsAfter(Text(close));
  } else {
    ErrorUnlessRecovering("Extra characters after interpolation expression",
                          close.type == T::kColon
                              ? "A closing brace must end the interpolation. If this is meant for another language, "
                                "write \"$${\" in place of \"${\"."
                              : "A closing brace must end the interpolation before this point.",
                          close.span, &start);
    Recover(T::kTemplateSeqEnd);
  }
  parts.parts.push_back({.kind = Part::kInterpolation, .span = Join(open.span, close.span), .expr = expr});
}

void Parser::Directive(const Token& open, const Span& start, TemplateParts& parts, bool* trim_next) {
  const Token keyword = peeker_.Peek();
  if (keyword.type != T::kIdent) {
    ErrorUnlessRecovering("Invalid template directive", "After \"%{\" comes a keyword: if, else, endif, for, endfor.",
                          keyword.span, &open.span);
    Recover(T::kTemplateSeqEnd);
    return;
  }
  peeker_.Read();
  if (!DirectiveBody(open, keyword, parts)) {
    Recover(T::kTemplateSeqEnd);
    return;
  }
  const Token close = peeker_.Peek();
  if (close.type == T::kTemplateSeqEnd) {
    peeker_.Read();
    *trim_next = TrimsAfter(Text(close));
    return;
  }
  ErrorUnlessRecovering(Cat("Extra characters in ", Text(keyword), " marker"),
                        "A closing brace must end the directive before this point.", close.span, &start);
  Recover(T::kTemplateSeqEnd);
}

bool Parser::DirectiveBody(const Token& open, const Token& keyword, TemplateParts& parts) {
  const std::string_view word = Text(keyword);
  const auto add = [&](Part part) {
    part.span = Join(open.span, peeker_.NextSpan());
    parts.parts.push_back(part);
    return true;
  };
  if (word == "if") {
    const Expr* condition = Expression();
    return add({.kind = Part::kIf, .expr = condition});
  }
  if (word == "for") return ForDirective(open, parts);
  if (word == "else") return add({.kind = Part::kElse});
  if (word == "endif") return add({.kind = Part::kEndIf});
  if (word == "endfor") return add({.kind = Part::kEndFor});
  ErrorUnlessRecovering("Invalid template control keyword",
                        Cat("\"", word, "\" is no keyword of a template. There are if, else, endif, for, endfor."),
                        keyword.span, &open.span);
  return false;
}

bool Parser::ForDirective(const Token& open, TemplateParts& parts) {
  const auto fail = [&](const char* detail) {
    ErrorUnlessRecovering("Invalid 'for' directive", detail, peeker_.NextSpan());
    return false;
  };
  Part part{.kind = Part::kFor};
  if (!NextIs(T::kIdent)) return fail("After 'for' comes the name of a variable.");
  part.value_name = Text(peeker_.Read());
  if (NextIs(T::kComma)) {
    part.key_name = part.value_name;
    peeker_.Read();
    if (!NextIs(T::kIdent)) return fail("After the comma comes the name of the variable for the value.");
    part.value_name = Text(peeker_.Read());
  }
  if (!NextIsKeyword("in")) return fail("After the names comes the keyword 'in'.");
  peeker_.Read();
  part.expr = Expression();
  part.span = Join(open.span, peeker_.NextSpan());
  parts.parts.push_back(part);
  return true;
}

// <<-: removes the indentation that all lines share. Lines of blanks only do not count.
void Parser::Flush(TemplateParts& parts) {
  constexpr size_t kNone = static_cast<size_t>(-1);
  size_t shared = kNone;
  std::vector<Part*> starts;  // literals that begin a line
  bool line_start = true;
  for (Part& part : parts.parts) {
    const bool literal = part.kind == Part::kLiteral;
    if (line_start && part.kind == Part::kEnd) break;
    if (line_start) {
      line_start = false;
      size_t indent = 0;
      const std::string_view trimmed = literal ? TrimSpaceLeft(part.text) : std::string_view();
      if (literal && trimmed.empty() && !part.text.empty() && part.text.back() == '\n') {
        indent = kNone;
      } else if (literal) {
        indent = CountClusters(part.text.substr(0, part.text.size() - trimmed.size()));
        starts.push_back(&part);
      }
      shared = std::min(shared, indent);
    }
    if (literal && !part.text.empty() && part.text.back() == '\n') line_start = true;
  }
  for (Part* part : starts) {
    size_t cut = 0;
    for (size_t i = 0; i < shared; ++i) cut += ClusterLength(part->text, cut);
    part->text.remove_prefix(cut);
    part->span.start.column += static_cast<uint32_t>(shared);
    part->span.start.byte += static_cast<uint32_t>(cut);
  }
}

}  // namespace waypoint::hcl
