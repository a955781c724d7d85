#include "hcl/functions/functions.h"

namespace waypoint::hcl {

FunctionTable StandardFunctions(const FunctionOptions& options) {
  FunctionTable table;
  AddNumberFunctions(table);
  AddStringFunctions(table);
  AddFormatFunctions(table);
  AddRegexFunctions(table);
  AddTimeFunctions(table, options.clock);
  AddListFunctions(table);
  AddMapFunctions(table);
  AddSetFunctions(table);
  AddEncodingFunctions(table);
  AddJsonFunctions(table);
  AddYamlFunctions(table);
  AddFileFunctions(table, options);
  AddJsonnetFunctions(table);
  AddSelectorFunctions(table);
  return table;
}

}  // namespace waypoint::hcl
