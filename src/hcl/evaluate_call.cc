// Function calls (waypoint-hcl.md A3 "call").
#include "hcl/convert.h"
#include "hcl/evaluator.h"
#include "hcl/text.h"

namespace waypoint::hcl {

namespace {
constexpr char kBadExpansion[] = "Invalid expanding argument value";
constexpr char kBadArgument[] = "Invalid function argument";
}  // namespace

const Function* Evaluator::FindFunction(const CallExpr& expr) {
  bool allowed = false;
  std::vector<std::string> names;
  for (const EvalContext* scope = context_; scope != nullptr; scope = scope->parent) {
    if (scope->functions == nullptr) continue;
    allowed = true;
    if (const auto found = scope->functions->find(expr.name); found != scope->functions->end()) {
      return found->second.get();
    }
    for (const auto& [name, unused] : *scope->functions) names.push_back(name);
  }
  if (allowed) {
    Error("Call to unknown function", Cat("There is no function named \"", expr.name, "\".", Suggest(expr.name, names)),
          expr.name_span, &expr.span);
  } else {
    Error("Function calls not allowed", "No functions may be called here.", expr.span);
  }
  return nullptr;
}

// "f(a, list...)": false if the call cannot go on; `result` is its value then.
bool Evaluator::ExpandArguments(const CallExpr& expr, std::vector<const Expr*>& args, Value::Vector& expanded,
                                Value* result) {
  const Expr& last = *args.back();
  const size_t errors = errors_;
  const Value value = Eval(last);
  *result = Value::Unknown();
  if (errors_ > errors) return false;
  const Type& type = value.type();
  if (!type.IsDynamic() && !type.IsTuple() && !type.IsList() && !type.IsSet()) {
    Error(kBadExpansion, Cat("Before \"...\" stands a list, tuple or set, this is a ", type.FriendlyName(), "."),
          last.span, &expr.span);
    return false;
  }
  if (value.IsNull()) {
    Error(kBadExpansion, "The value before \"...\" is null.", last.span, &expr.span);
    return false;
  }
  if (!value.HasPayload()) return false;
  expanded = value.Elements();
  args.pop_back();
  return true;
}

bool Evaluator::CheckArgumentCount(const CallExpr& expr, const Function& function, size_t count,
                                   absl::FunctionRef<Span(size_t)> start_of) {
  const size_t wanted = function.params().size();
  if (count < wanted) {
    Error("Not enough function arguments",
          Cat("\"", expr.name, "\" takes", function.variadic() ? " at least " : " ", wanted, " argument(s). \"",
              function.params()[count].name, "\" is missing."),
          expr.close_span, &expr.span);
    return false;
  }
  if (count > wanted && !function.variadic()) {
    Error("Too many function arguments", Cat("\"", expr.name, "\" takes ", wanted, " argument(s) only."),
          start_of(wanted), &expr.span);
    return false;
  }
  return true;
}

void Evaluator::ReportCallFailure(const CallExpr& expr, const Function& function, const absl::Status& status,
                                  size_t count, absl::FunctionRef<Span(size_t)> start_of) {
  const std::optional<int> index = ArgumentOf(status);
  if (index && *index >= 0 && static_cast<size_t>(*index) < count) {
    const Parameter* parameter = function.ParameterAt(static_cast<size_t>(*index));
    Error(kBadArgument,
          Cat("The value for \"", parameter ? parameter->name : "", "\" does not fit: ", status.message(), "."),
          start_of(static_cast<size_t>(*index)), &expr.span);
    return;
  }
  Error("Error in function call", Cat("\"", expr.name, "\" failed: ", status.message(), "."), StartOf(expr),
        &expr.span);
}

Value Evaluator::Call(const CallExpr& expr) {
  const Function* function = FindFunction(expr);
  if (function == nullptr) return Value::Unknown();
  const size_t errors = errors_;
  std::vector<const Expr*> args(expr.args.begin(), expr.args.end());
  const Expr* last = args.empty() ? nullptr : args.back();
  Value::Vector expanded;
  Value result;
  if (expr.expand_last && last != nullptr && !ExpandArguments(expr, args, expanded, &result)) return result;
  const size_t count = args.size() + expanded.size();
  const auto start_of = [&](size_t i) { return i < args.size() ? StartOf(*args[i]) : last->span; };
  if (!CheckArgumentCount(expr, *function, count, start_of)) return Value::Unknown();

  Value::Vector values;
  values.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const Parameter& parameter = *function->ParameterAt(i);
    Value value = i < args.size() ? Eval(*args[i]) : expanded[i - args.size()];
    absl::StatusOr<Value> converted = ConvertTo(value, parameter.type);
    if (converted.ok()) {
      values.push_back(*std::move(converted));
    } else {
      Error(kBadArgument,
            Cat("The value for \"", parameter.name, "\" does not fit: ", converted.status().message(), "."),
            start_of(i), &expr.span);
    }
  }
  if (errors_ > errors || stopped_) return Value::Unknown();
  absl::StatusOr<Value> value = function->Call(values);
  if (value.ok()) return ChargeResult(*value, expr.span) ? *std::move(value) : Value::Unknown(value->type());
  ReportCallFailure(expr, *function, value.status(), count, start_of);
  return Value::Unknown();
}

}  // namespace waypoint::hcl
