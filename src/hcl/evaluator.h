// Evaluates syntax trees. Others use expression.h.
//
// Owns:    nothing.
// Threads: one each; any number may work on the same tree.
// Errors:  diagnostics; a failed part is an unknown value, and evaluation goes on to find more.
// Spec:    waypoint-hcl.md A3, A4, A8.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "hcl/ast.h"
#include "hcl/diagnostic.h"
#include "hcl/eval_context.h"
#include "hcl/traverse.h"
#include "hcl/value.h"

namespace waypoint::hcl {

class Evaluator {
 public:
  // Bounds of one evaluation, far beyond honest use, so that a short text cannot work without end.
  static constexpr size_t kMaxIterations = 2'100'000;
  static constexpr size_t kMaxTextBytes = 64 << 20;
  static constexpr size_t kMaxMadeBytes = size_t{256} << 20;  // of all values made on the way

  // `context` nullptr: neither variables nor functions, and strings of JSON stay literal.
  Evaluator(SourcePtr source, const EvalContext* context, Diagnostics& diagnostics)
      : source_(std::move(source)), context_(context), diagnostics_(diagnostics) {}

  Value Eval(const Expr& expr);

 private:
  // A variable of a for-expression or the element of a splat, in front of the context.
  struct Local {
    const Local* outer;
    std::string_view name;  // of a variable
    const Expr* item;       // of a splat
    Value value;
  };
  class Scope;
  enum class Included { kYes, kNo, kUnknown, kInvalid };

  // evaluator.cc
  Value Literal(const LiteralExpr& expr);
  Value Template(const TemplateExpr& expr);
  Value TemplateJoin(const WrapExpr& expr);
  bool AppendText(std::string& out, const Value& value, const Span& at, const Span& around);
  Value Traversal(const TraversalExpr& expr);
  bool Lookup(const Step& root, Value* value);
  Value Steps(Value value, const Step* begin, const Step* end);
  static Value StepKey(const Step& step);
  Value Index(const IndexExpr& expr);
  Value Conditional(const ConditionalExpr& expr);
  Value Branch(const ConditionalExpr& expr, const Expr& branch, Value value, const Type& type);
  Value JsonString(const JsonStringExpr& expr);
  Value JsonText(std::string_view text, const Span& span);
  Value JsonObject(const JsonObjectExpr& expr);
  Value Result(StepResult result, const Span& at);

  // evaluate_operator.cc
  Value Binary(const BinaryExpr& expr);
  Value Apply(const BinaryExpr& expr, const Value& left, const Value& right, size_t errors_before);
  Value Unary(const UnaryExpr& expr);

  // evaluate_collection.cc
  Value Tuple(const TupleExpr& expr);
  Value Object(const ObjectExpr& expr);
  Value ObjectKey(const ObjectItem& item);
  Value For(const ForExpr& expr);
  bool Iterable(const ForExpr& expr, const Value& collection);
  bool CheckCondition(const ForExpr& expr);
  Included Include(const ForExpr& expr, bool report);
  Value ForTuple(const ForExpr& expr, const Value& collection);
  Value ForObject(const ForExpr& expr, const Value& collection);
  bool ForKey(const ForExpr& expr, bool report, std::string* key);
  void EachElement(const ForExpr& expr, const Value& collection, absl::FunctionRef<void()> body);
  bool CountIteration(const Span& at);
  // False, with an error: too much was made already. Charge the elements of a sequence, or all of a function's result.
  bool ChargeElements(size_t count, const Span& at) { return ChargeBytes(count * sizeof(Value), at); }
  bool ChargeBytes(size_t bytes, const Span& at);
  bool ChargeResult(const Value& value, const Span& at);
  Value Splat(const SplatExpr& expr);
  Type SplatType(const SplatExpr& expr, const Type& source);
  Value SplatItem(const Expr& item);

  // evaluate_call.cc
  Value Call(const CallExpr& expr);
  const Function* FindFunction(const CallExpr& expr);
  bool ExpandArguments(const CallExpr& expr, std::vector<const Expr*>& args, Value::Vector& expanded, Value* result);
  bool CheckArgumentCount(const CallExpr& expr, const Function& function, size_t count,
                          absl::FunctionRef<Span(size_t)> start_of);
  void ReportCallFailure(const CallExpr& expr, const Function& function, const absl::Status& status, size_t count,
                         absl::FunctionRef<Span(size_t)> start_of);

  void Error(std::string summary, std::string detail, const Span& subject, const Span* context = nullptr);

  SourcePtr source_;
  const EvalContext* context_;
  Diagnostics& diagnostics_;
  const Local* locals_ = nullptr;
  size_t iterations_ = 0;
  size_t made_bytes_ = 0;
  size_t errors_ = 0;
  bool stopped_ = false;  // a bound was hit: nothing more is worth evaluating
};

// Where the first token that decides about the expression stands: 0.11 reports bad arguments there.
Span StartOf(const Expr& expr);

}  // namespace waypoint::hcl
