// Values that must not be seen: the texts of sensitive variables are kept out of what mistakes tell.
//
// Owns:    its names and texts.
// Threads: plain data, pure functions.
// Spec:    waypoint-hcl.md A9, B7 "never print or log the raw value".
#pragma once

#include <set>
#include <string>
#include <vector>

#include "hcl/ast.h"
#include "hcl/diagnostic.h"
#include "hcl/eval_context.h"

namespace waypoint::hcl {

struct Secrets {
  std::string root;                          // the variable that holds them, "var"
  std::set<std::string, std::less<>> names;  // which of its attributes
  std::vector<std::string> texts;            // what stands in them

  void Add(const std::string& name, const Value& value);
};

// `text` without the secrets of the context, which may be nullptr.
std::string HideSecrets(const EvalContext* context, std::string text);

// The same for the diagnostics from `first` on, which an evaluation of `node` has left. When the expression names a
// secret nothing but summary and place stays: functions may have changed the text.
void HideSecrets(const EvalContext* context, const Document& document, const Expr& node, size_t first,
                 Diagnostics& diagnostics);

}  // namespace waypoint::hcl
