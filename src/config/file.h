// The decoded top level of a waypoint.hcl (waypoint-hcl.md B2, B3). Internal to src/config.
//
// Owns:    the syntax tree and the contexts; AppBlock and StageBlock are parts of a File.
// Threads: immutable after Load, except project and variables while the file is being set up.
// Errors:  diagnostics.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/decode.h"
#include "config/scope.h"
#include "hcl/body.h"

namespace waypoint::config::internal {

struct UseBlock {
  std::string type;
  hcl::BodyPtr body;
  hcl::Range range;
};

// A complete body for one workspace or label selector.
struct ScopedBlock {
  std::string scope;
  std::optional<UseBlock> use;
  hcl::BodyPtr body;
  hcl::Range range;
};

struct StageBlock {
  const char* kind = "";  // build, registry, deploy, release
  std::optional<UseBlock> use;
  std::vector<ScopedBlock> workspaces;
  std::vector<ScopedBlock> labels;
  hcl::BodyPtr body;
  hcl::Range range;
};

struct File;

struct AppBlock {
  std::shared_ptr<const File> file;  // set when handed out
  std::string name;
  std::string path;  // absolute
  std::optional<RunnerSettings> runner;
  std::optional<StageBlock> build, registry, deploy, release;
  hcl::BodyPtr body;    // all of it
  hcl::BodyPtr remain;  // without what is decoded at load
  hcl::Range range;

  const std::optional<StageBlock>& Stage(StageKind kind) const;
};

struct PipelineBlock {
  std::string name;
  hcl::BodyPtr body;
  hcl::Range range;
};

struct RunnerBlock {
  RunnerSettings settings;  // without data_source
  std::optional<hcl::Block> data_source;
};

struct File {
  std::string path;
  std::string folder;
  LoadOptions options;
  hcl::BodyPtr body;
  std::string project;
  Labels labels;
  RunnerBlock runner;
  DeclaredVariables variables;
  std::vector<PluginUse> plugins;
  std::optional<hcl::Block> config;
  std::vector<AppBlock> apps;
  std::vector<PipelineBlock> pipelines;

  ScopePtr base;                                // functions, path, workspace
  std::optional<hcl::Value> var;                // object of all variables' values
  std::shared_ptr<const hcl::Secrets> secrets;  // the sensitive ones among them
};

// Diagnostics decide whether the file is usable.
std::shared_ptr<File> DecodeFile(const std::string& path, const std::string& contents, const LoadOptions& options,
                                 hcl::Diagnostics& diagnostics);

std::string CleanPath(const std::string& path);  // without ., .., doubled and trailing slashes

RunnerBlock DecodeRunner(const hcl::Block& block, Decoder& decoder);
AppBlock DecodeApp(const hcl::Block& block, const File& file, Decoder& decoder);
// The stage and, for build, its registry.
StageBlock DecodeStage(const hcl::Block& block, const char* kind, Decoder& decoder,
                       std::optional<StageBlock>* registry);
// The shape of a config stanza, and its file_change_signal; the values are not evaluated.
hcl::BodyContent DecodeConfigBlock(const hcl::Block& block, Decoder& decoder, std::string* file_change_signal);
absl::StatusOr<pb::Job::DataSource> DecodeDataSource(const hcl::Block& block, const hcl::EvalContext* context);
ScopePtr BaseScope(const File& file);
// Scope of an app's labels, url, stages.
ScopePtr AppScope(const AppBlock& app);

}  // namespace waypoint::config::internal
