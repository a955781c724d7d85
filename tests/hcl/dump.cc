#include "hcl/dump.h"

#include "hcl/text.h"

namespace waypoint::hcl::testing {
namespace {

std::string DumpAll(const ArenaList<const Expr*>& exprs) {
  std::string out;
  for (const Expr* expr : exprs) out += Dump(*expr) + " ";
  return out;
}

std::string DumpSteps(const ArenaList<Step>& steps) {
  std::string out;
  for (const Step& step : steps) out += Cat("/", static_cast<int>(step.kind), ":", step.text);
  return out;
}

std::string DumpFor(const ForExpr& loop) {
  return Cat(loop.key_name, ",", loop.value_name, " ", Dump(*loop.collection), " ", loop.key ? Dump(*loop.key) : "",
             " ", Dump(*loop.value), " ", loop.condition ? Dump(*loop.condition) : "", loop.group ? "..." : "");
}

std::string DumpContent(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return Cat(static_cast<int>(As<LiteralExpr>(expr).literal), ":", As<LiteralExpr>(expr).text);
    case ExprKind::kTemplate:
      return DumpAll(As<TemplateExpr>(expr).parts);
    case ExprKind::kTemplateWrap:
    case ExprKind::kTemplateJoin:
    case ExprKind::kParens:
      return Dump(*As<WrapExpr>(expr).inner);
    case ExprKind::kTraversal: {
      const auto& traversal = As<TraversalExpr>(expr);
      return Cat(traversal.source ? Dump(*traversal.source) : "", DumpSteps(traversal.steps));
    }
    case ExprKind::kCall:
      return Cat(As<CallExpr>(expr).name, " ", DumpAll(As<CallExpr>(expr).args),
                 As<CallExpr>(expr).expand_last ? "..." : "");
    case ExprKind::kConditional: {
      const auto& conditional = As<ConditionalExpr>(expr);
      return Cat(Dump(*conditional.condition), Dump(*conditional.if_true), Dump(*conditional.if_false));
    }
    case ExprKind::kIndex:
      return Cat(Dump(*As<IndexExpr>(expr).collection), Dump(*As<IndexExpr>(expr).key));
    case ExprKind::kTuple:
      return DumpAll(As<TupleExpr>(expr).items);
    case ExprKind::kObject: {
      std::string out;
      for (const ObjectItem& item : As<ObjectExpr>(expr).items)
        out += Cat(Dump(*item.key), "=", Dump(*item.value), " ");
      return out;
    }
    case ExprKind::kFor:
      return DumpFor(As<ForExpr>(expr));
    case ExprKind::kSplat:
      return Cat(Dump(*As<SplatExpr>(expr).source), " ", Dump(*As<SplatExpr>(expr).each));
    case ExprKind::kBinary: {
      std::string out;  // long chains lean to the left
      const Expr* left = &expr;
      for (; left->kind == ExprKind::kBinary; left = As<BinaryExpr>(*left).left) {
        out += Cat(" ", static_cast<int>(As<BinaryExpr>(*left).op), " ", Dump(*As<BinaryExpr>(*left).right));
      }
      return Dump(*left) + out;
    }
    case ExprKind::kUnary:
      return Cat(static_cast<int>(As<UnaryExpr>(expr).op), Dump(*As<UnaryExpr>(expr).operand));
    case ExprKind::kJsonString:
      return Cat(As<JsonStringExpr>(expr).text);
    default:
      return "";
  }
}

}  // namespace

std::string Dump(const Expr& expr) { return Cat("(", static_cast<int>(expr.kind), " ", DumpContent(expr), ")"); }

std::string Dump(const BodyNode& body) {
  std::string out;
  for (const BodyItem& item : body.items) {
    if (item.attribute != nullptr) {
      out += Cat(item.attribute->name, " = ", Dump(*item.attribute->expr), "\n");
      continue;
    }
    out += Cat(item.block->type);
    for (std::string_view label : item.block->labels) out += Cat(" \"", label, "\"");
    out += Cat(" {\n", Dump(*item.block->body), "}\n");
  }
  return out;
}

}  // namespace waypoint::hcl::testing
