// Syntax trees of native and JSON files. One set of expression nodes serves both.
//
// Owns:    nodes live in their Document's arena and refer to its source text.
// Threads: immutable once parsed.
// Spec:    waypoint-hcl.md A2-A4, A8.
#pragma once

#include <memory>
#include <string_view>

#include "hcl/arena.h"
#include "hcl/source.h"
#include "hcl/token.h"

namespace waypoint::hcl {

enum class ExprKind : uint8_t {
  kLiteral,
  kTemplate,      // parts converted to string
  kTemplateWrap,  // "${x}" alone: x as it is
  kTemplateJoin,  // the strings of a %{for}
  kTraversal,
  kCall,
  kConditional,
  kIndex,
  kTuple,
  kObject,
  kFor,
  kSplat,
  kSplatItem,  // stands for the element within a splat's `each`
  kBinary,
  kUnary,
  kParens,
  kJsonString,  // a template once a context is given, else its text
  kJsonObject,
};

struct Expr {
  ExprKind kind;
  Span span;
};

enum class LiteralKind : uint8_t { kNull, kTrue, kFalse, kNumber, kString, kInvalid };

struct LiteralExpr : Expr {
  LiteralKind literal;
  std::string_view text;  // of a number or string
};

struct TemplateExpr : Expr {
  ArenaList<const Expr*> parts;

  bool IsStringLiteral() const {
    return parts.size() == 1 && parts[0]->kind == ExprKind::kLiteral &&
           static_cast<const LiteralExpr*>(parts[0])->literal == LiteralKind::kString;
  }
};

// Parens, template wrap and join: a node around another.
struct WrapExpr : Expr {
  const Expr* inner;
};

enum class StepKind : uint8_t { kRoot, kAttr, kNumber, kString, kBool, kNull, kInvalid };

struct Step {
  StepKind kind;
  std::string_view text;  // the name or key
  Span span;
};

struct TraversalExpr : Expr {
  const Expr* source;  // nullptr: the first step names a variable
  ArenaList<Step> steps;
};

struct CallExpr : Expr {
  std::string_view name;
  ArenaList<const Expr*> args;
  bool expand_last;
  Span name_span;
  Span open_span;
  Span close_span;
};

struct ConditionalExpr : Expr {
  const Expr* condition;
  const Expr* if_true;
  const Expr* if_false;
};

struct IndexExpr : Expr {
  const Expr* collection;
  const Expr* key;
  Span open_span;
  Span brackets_span;
};

struct TupleExpr : Expr {
  ArenaList<const Expr*> items;
  Span open_span;
};

struct ObjectItem {
  const Expr* key;
  const Expr* value;
  bool computed;  // the key was in parentheses
};

struct ObjectExpr : Expr {
  ArenaList<ObjectItem> items;
  Span open_span;
};

struct ForExpr : Expr {
  std::string_view key_name;  // empty: none
  std::string_view value_name;
  const Expr* collection;
  const Expr* key;  // nullptr: makes a tuple
  const Expr* value;
  const Expr* condition;  // may be nullptr
  bool group;
  Span open_span;
  Span close_span;
};

struct SplatItemExpr : Expr {};

struct SplatExpr : Expr {
  const Expr* source;
  const Expr* each;  // contains `item`
  const SplatItemExpr* item;
  Span marker_span;
};

struct BinaryExpr : Expr {
  TokenType op;
  const Expr* left;
  const Expr* right;
};

struct UnaryExpr : Expr {
  TokenType op;  // kMinus or kBang
  const Expr* operand;
  Span symbol_span;
};

struct JsonStringExpr : Expr {
  std::string_view text;  // decoded
};

struct JsonProperty {
  std::string_view name;  // decoded
  Span name_span;
  const Expr* name_expr;  // the same as a string expression
  const Expr* value;
};

struct JsonObjectExpr : Expr {
  ArenaList<JsonProperty> properties;
  Span open_span;
  Span close_span;
};

template <typename T>
const T& As(const Expr& expr) {
  return static_cast<const T&>(expr);
}

struct BodyNode;

struct AttributeNode {
  std::string_view name;
  const Expr* expr;
  Span span;
  Span name_span;
  Span equals_span;
};

struct BlockNode {
  std::string_view type;
  ArenaList<std::string_view> labels;
  const BodyNode* body;
  Span type_span;
  ArenaList<Span> label_spans;
  Span open_span;
  Span close_span;

  Span span() const { return Join(type_span, close_span); }
  Span header_span() const { return Join(type_span, label_spans.empty() ? type_span : label_spans.back()); }
};

// One of the two is set.
struct BodyItem {
  const AttributeNode* attribute;
  const BlockNode* block;
};

struct BodyNode {
  ArenaList<BodyItem> items;  // in source order
  Span span;
  Span end_span;
};

// A parsed text: source, nodes, and either a body or one expression.
struct Document {
  explicit Document(SourcePtr text) : source(std::move(text)) {}

  SourcePtr source;
  bool json = false;
  Arena arena;
  const BodyNode* body = nullptr;  // native file
  const Expr* expr = nullptr;      // expression, template, or root of a JSON file
};
using DocumentPtr = std::shared_ptr<const Document>;

}  // namespace waypoint::hcl
