#include "hcl/template_tree.h"

#include "hcl/text.h"

namespace waypoint::hcl {

using Part = TemplatePart;

namespace {

std::string_view DirectiveName(Part::Kind kind) {
  switch (kind) {
    case Part::kElse:
      return "else";
    case Part::kEndIf:
      return "endif";
    case Part::kEndFor:
      return "endfor";
    default:
      return "";
  }
}

bool ClosesOrSplits(Part::Kind kind) { return !DirectiveName(kind).empty(); }

}  // namespace

ArenaList<const Expr*> TemplateTree::Build() {
  std::vector<const Expr*> exprs;
  while (parts_[at_].kind != Part::kEnd) exprs.push_back(Next());
  return arena_.Copy(exprs);
}

const Expr* TemplateTree::Invalid(const Span& span) {
  return arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, span}, LiteralKind::kInvalid, std::string_view());
}

const Expr* TemplateTree::Unexpected(const Part& part, std::string detail) {
  report_(Cat("Unexpected ", DirectiveName(part.kind), " directive"), std::move(detail), part.span);
  return Invalid(part.span);
}

const Expr* TemplateTree::Next() {
  const Part& part = parts_[at_];
  switch (part.kind) {
    case Part::kLiteral:
      ++at_;
      return arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, part.span}, LiteralKind::kString, part.text);
    case Part::kInterpolation:
      ++at_;
      return part.expr;
    case Part::kIf:
    case Part::kFor: {
      if (nesting_left_ <= 0) {
        report_("Nesting too deep", "The directives of a template are nested too deeply.", part.span);
        at_ = parts_.size() - 1;
        return Invalid(part.span);
      }
      --nesting_left_;
      const Expr* expr = part.kind == Part::kIf ? If() : For();
      ++nesting_left_;
      return expr;
    }
    default:
      ++at_;
      return Unexpected(part, "Nothing that it could belong to is open here.");
  }
}

// The parts as one string; an empty literal at `if_empty` if there are none.
const Expr* TemplateTree::Sequence(const std::vector<const Expr*>& exprs, Pos if_empty) {
  std::vector<const Expr*> content = exprs;
  if (content.empty()) {
    content.push_back(arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, Span{if_empty, if_empty}}, LiteralKind::kString,
                                              std::string_view()));
  }
  const Span span = Join(content.front()->span, content.back()->span);
  return arena_.New<TemplateExpr>(Expr{ExprKind::kTemplate, span}, arena_.Copy(content));
}

const Expr* TemplateTree::If() {
  const Part& open = parts_[at_++];
  std::vector<const Expr*> branches[2];
  int branch = 0;
  while (true) {
    const Part& part = parts_[at_];
    if (part.kind == Part::kEnd) {
      report_("Unexpected end of template", Cat("The \"if\" of line ", open.span.start.line, " has no \"endif\"."),
              part.span);
      return Invalid(part.span);
    }
    if (!ClosesOrSplits(part.kind)) {
      branches[branch].push_back(Next());
      continue;
    }
    ++at_;
    if (part.kind == Part::kElse && branch == 0) {
      branch = 1;
      continue;
    }
    if (part.kind == Part::kElse) return Unexpected(part, "This \"if\" has had its \"else\" already.");
    if (part.kind == Part::kEndFor) {
      return Unexpected(part, Cat("First the \"if\" of line ", open.span.start.line, " needs its \"endif\"."));
    }
    const Expr* if_true = Sequence(branches[0], open.span.end);
    const Expr* if_false = Sequence(branches[1], part.span.start);
    return arena_.New<ConditionalExpr>(Expr{ExprKind::kConditional, Join(open.span, part.span)}, open.expr, if_true,
                                       if_false);
  }
}

const Expr* TemplateTree::For() {
  const Part& open = parts_[at_++];
  std::vector<const Expr*> content;
  while (true) {
    const Part& part = parts_[at_];
    if (part.kind == Part::kEnd) {
      report_("Unexpected end of template", Cat("The \"for\" of line ", open.span.start.line, " has no \"endfor\"."),
              part.span);
      return Invalid(part.span);
    }
    if (!ClosesOrSplits(part.kind)) {
      content.push_back(Next());
      continue;
    }
    ++at_;
    if (part.kind == Part::kElse) return Unexpected(part, "A \"for\" has no \"else\".");
    if (part.kind == Part::kEndIf) {
      return Unexpected(part, Cat("First the \"for\" of line ", open.span.start.line, " needs its \"endfor\"."));
    }
    ForExpr loop{};
    loop.kind = ExprKind::kFor;
    loop.span = Join(open.span, part.span);
    loop.key_name = open.key_name;
    loop.value_name = open.value_name;
    loop.collection = open.expr;
    loop.value = Sequence(content, open.span.end);
    loop.open_span = open.span;
    loop.close_span = part.span;
    return arena_.New<WrapExpr>(Expr{ExprKind::kTemplateJoin, loop.span}, arena_.New<ForExpr>(loop));
  }
}

}  // namespace waypoint::hcl
