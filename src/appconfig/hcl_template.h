// Templates in configuration values, by the real language (logs-exec-entrypoint.md 11, refresh 4).
//
// Threads: the evaluator may be used by one thread at a time.
// Errors:  InvalidArgument with the diagnostic's line.
#pragma once

#include "appconfig/resolve.h"
#include "base/clock.h"

namespace waypoint::appconfig {

// Knows config.env.NAME and config.internal.NAME of dynamic values (each absent if there are none) and the
// standard functions; those of git and templates are not there. The clock outlives it.
TemplateEvaluator HclTemplates(const Clock& clock);

}  // namespace waypoint::appconfig
