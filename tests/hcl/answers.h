// Our answers to the corpus' requests about the language, in the corpus' own form.
#pragma once

#include <memory>

#include "hcl/body.h"
#include "hcl/corpus_values.h"
#include "hcl/diagnostic.h"

namespace waypoint::hcl::testing {

// Of one request of the kinds expr, template, traversal, body, schema, json.
Json Answer(const Json& request, const Contexts& contexts);

// The request's `want`, brought into the same form: numbers as texts, diagnostics sorted.
Json Expected(const Json& request);

Json EncodeDiagnostics(const Diagnostics& diagnostics);

}  // namespace waypoint::hcl::testing
