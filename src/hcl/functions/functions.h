// The standard functions of waypoint.hcl (waypoint-hcl.md B10), without those of git, templates and dynamic values.
//
// Owns:    the table shares its functions.
// Threads: immutable once made; file functions read the file system of this process.
// Errors:  see function.h.
#pragma once

#include <string>

#include "base/clock.h"
#include "hcl/function.h"

namespace waypoint::hcl {

struct FunctionOptions {
  const Clock* clock = nullptr;  // for timestamp(); without one calling it is an error
  std::string home;              // what `~` stands for
  std::string temp_dir = "/tmp";
};

FunctionTable StandardFunctions(const FunctionOptions& options);

// One group each, called by StandardFunctions.
void AddNumberFunctions(FunctionTable& table);
void AddStringFunctions(FunctionTable& table);
void AddFormatFunctions(FunctionTable& table);
void AddRegexFunctions(FunctionTable& table);
void AddTimeFunctions(FunctionTable& table, const Clock* clock);
void AddListFunctions(FunctionTable& table);
void AddMapFunctions(FunctionTable& table);
void AddSetFunctions(FunctionTable& table);
void AddEncodingFunctions(FunctionTable& table);
void AddJsonFunctions(FunctionTable& table);
void AddYamlFunctions(FunctionTable& table);
void AddFileFunctions(FunctionTable& table, const FunctionOptions& options);
void AddJsonnetFunctions(FunctionTable& table);
void AddSelectorFunctions(FunctionTable& table);

}  // namespace waypoint::hcl
