#include "hcl/partial.h"

#include <algorithm>

#include "hcl/convert.h"
#include "hcl/evaluator.h"
#include "hcl/folder.h"
#include "hcl/secrets.h"
#include "hcl/text.h"

namespace waypoint::hcl {

PartialResult EvaluatePartially(const Expression& expr, const EvalContext& context, Diagnostics& diagnostics) {
  Diagnostics whole;
  Value value = expr.Evaluate(&context, whole);
  if (!whole.HasErrors() && value.IsWhollyKnown()) return value;
  Diagnostics found;
  Folder folder(expr.document()->source, context, found);
  PartialResult result = folder.Run(expr.node());
  HideSecrets(&context, *expr.document(), expr.node(), 0, found);
  diagnostics.Append(found);
  if (found.HasErrors()) return Value::Unknown();
  return result;
}

}  // namespace waypoint::hcl
