// The recursive-descent parser of the native syntax. Others use parse.h.
//
// Owns:    nothing; nodes go into the given arena.
// Threads: one.
// Errors:  diagnostics; parsing goes on after an error and still makes a tree. While recovering it stays silent
//          about what may only follow from the first error.
// Spec:    waypoint-hcl.md A2-A4.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hcl/ast.h"
#include "hcl/bad_tokens.h"
#include "hcl/diagnostic.h"
#include "hcl/peeker.h"
#include "hcl/scanner.h"
#include "hcl/template_tree.h"

namespace waypoint::hcl {

// Brackets, blocks, signs and directives within each other: deeper is refused, so that no text exhausts the stack.
inline constexpr int kMaxNesting = 1000;

class Parser {
 public:
  // `text` and `source` must outlive the nodes; `text` is the source's text except inside a JSON string.
  Parser(Arena& arena, SourcePtr source, std::string_view text, ScanMode mode, Pos start, Diagnostics& diagnostics);

  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  const BodyNode* ParseBody();
  const Expr* ParseExpressionOnly();
  const Expr* ParseTemplateOnly();
  // Empty after an error in the first step.
  std::vector<Step> ParseTraversalOnly();

 private:
  struct TemplateParts {
    std::vector<TemplatePart> parts;
    Span span;
  };
  struct TemplateContent {
    ArenaList<const Expr*> parts;
    bool single = false;  // exactly one interpolation
    Span span;
  };
  class Nested;  // counts depth while alive

  // parser.cc
  void Error(std::string summary, std::string detail, const Span& subject, const Span* from = nullptr);
  void ErrorUnlessRecovering(std::string summary, std::string detail, const Span& subject, const Span* from = nullptr);
  bool TooDeep(const Span& at);
  void GiveUp();
  bool Failed(size_t errors_before) const { return recovery_ && errors_ > errors_before; }
  Token Recover(TokenType end);
  void RecoverAfterBodyItem();
  bool NextIs(TokenType type) { return peeker_.Peek().type == type; }
  bool NextIsKeyword(std::string_view keyword);
  std::string_view Text(const Token& token) const { return peeker_.Text(token); }

  Step TraversalAttribute(const Span& root);
  Step TraversalIndex(const Span& root);

  // parse_body.cc
  const BodyNode* Body(TokenType end);
  BodyItem Item();
  const AttributeNode* Attribute(const Token& name, bool single_line);
  void EndAttribute(const Token& name, Span* end);
  const BlockNode* Block(const Token& type);
  bool BlockHeader(const Token& type, BlockNode* block, std::vector<std::string_view>& labels,
                   std::vector<Span>& label_spans);
  const BodyNode* BlockBody();
  const BodyNode* SingleAttributeBody();
  void EndSingleAttributeBody();
  std::string_view Label(Span* span);

  // parse_expression.cc
  const Expr* Expression();
  const Expr* Conditional();
  const Expr* Binary(int level);
  const Expr* TermWithTraversals();
  const Expr* Traversals(const Expr* from);
  const Expr* DotStep(const Expr* from);
  Step LegacyIndex(const Token& dot);
  const Expr* AttributeSplat(const Expr* from, const Token& dot);
  const Expr* IndexStep(const Expr* from);
  const Expr* FullSplat(const Expr* from, const Token& open);
  const Expr* AddStep(const Expr* from, const Step& step);
  const Expr* ExtendTraversal(const TraversalExpr& from, const Step& step, const Span& span);
  const Expr* Term();
  const Expr* Parens();
  const Expr* Name();
  const Expr* NumberLiteral();
  const Expr* Unary();
  const Expr* Invalid(const Span& span);
  bool CheckNumber(const Token& token);

  // parse_collection.cc
  const Expr* Call(const Token& name);
  bool EndArgument(const Token& name, CallExpr* call);
  const Expr* Tuple();
  const Expr* Object();
  bool ObjectAttribute(const Token& open, std::vector<ObjectItem>& items);
  const Expr* For(const Token& open);
  const Expr* ForFailed(const Token& open, TokenType close);
  bool ForNames(const Token& open, ForExpr* loop);
  void CheckFor(const ForExpr& loop, bool makes_object, const Span& ellipsis);

  // parse_template.cc
  const Expr* QuotedOrHeredoc();
  const Expr* PlainString(const Token& open);
  TemplateContent Template(TokenType end, bool flush);
  TemplateParts Parts(TokenType end);
  void Interpolation(const Token& open, const Span& start, TemplateParts& parts, bool* trim_next);
  void Directive(const Token& open, const Span& start, TemplateParts& parts, bool* trim_next);
  bool DirectiveBody(const Token& open, const Token& keyword, TemplateParts& parts);
  bool ForDirective(const Token& open, TemplateParts& parts);
  static void Flush(TemplateParts& parts);
  // Decodes escapes; the result is a view into the text or the arena.
  std::string_view StringLiteral(const Token& token);

  Arena& arena_;
  SourcePtr source_;
  Diagnostics& diagnostics_;
  BadTokens bad_tokens_;
  Peeker peeker_;
  std::vector<Step> steps_;  // of the traversals under construction, innermost last
  Token pending_literal_;    // of a string, read already
  Token pending_dot_;        // read already, its step not yet
  size_t errors_ = 0;
  int depth_ = 0;
  bool recovery_ = false;
  bool given_up_ = false;
};

}  // namespace waypoint::hcl
