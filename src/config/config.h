// A waypoint.hcl: found, parsed, its variables evaluated, its parts handed out (waypoint-hcl.md part B).
// Loading is lazy: Load decodes the top level; apps, stages and `use` bodies are evaluated when asked for,
// with the values the operation has by then.
//
// Owns:    the file's text and syntax tree; App and Stage share them and may outlive the Config.
// Threads: a Config belongs to one thread while it is being set up (Load, SetVariables); const calls are thread-safe.
// Errors:  InvalidArgument with "FILE:LINE,COL-COL: SUMMARY; DETAIL, and N other diagnostic(s)"; Diagnostics() of
//          errors.h gives the same with source lines. NotFound: app. FailedPrecondition: no file.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "config/variables.h"
#include "hcl/body.h"
#include "hcl/eval_context.h"
#include "hcl/value.h"
#include "protostructure/structure.pb.h"
#include "waypoint/config.pb.h"
#include "waypoint/record.pb.h"

namespace waypoint::config {

namespace pb = ::hashicorp::waypoint;

using Labels = std::map<std::string, std::string>;
// Root variables beyond the file's own, such as artifact, deploy, entrypoint.
using EvalVariables = std::map<std::string, hcl::Value>;

struct LoadOptions {
  std::string workspace = "default";
  std::string project;   // replaces the name in the file when set (the job's project)
  std::string data_dir;  // where the stages' git functions look for the repository, upwards; "" = the file's folder
  Labels labels;         // override labels: the job's, CLI -label
  const Clock* clock = nullptr;  // for timestamp() and gitrefpretty()
};

struct Hook {
  std::string when;  // "before", "after"
  std::vector<std::string> command;
  std::string on_failure;
  bool ContinueOnFailure() const { return on_failure == "continue"; }
};

// What a file needs of plugins: declared blocks and every `use`.
struct PluginUse {
  std::string name;
  std::string checksum;         // SHA-256 hex or ""
  std::set<std::string> types;  // mapper build registry deploy release
  bool declared = false;        // by a plugin block
};

struct RunnerSettings {
  bool enabled = false;
  std::string profile;
  std::optional<pb::Job::DataSource> data_source;
  std::optional<pb::Project::Poll> poll;
};

struct ConfigVars {
  bool present = false;                  // there is a config block
  std::vector<pb::ConfigVar> variables;  // sorted by name
  std::string file_change_signal;
  std::vector<std::string> warnings;
};

struct PipelineSet {
  std::vector<std::string> names;
  std::vector<pb::Pipeline> pipelines;  // embedded ones first
};

enum class StageKind { kBuild, kRegistry, kDeploy, kRelease };

namespace internal {
struct File;
struct AppBlock;
class StageBody;
}  // namespace internal

// One stage with the body chosen for this workspace and these labels.
class Stage {
 public:
  const std::string& use_type() const { return use_type_; }
  const Labels& labels() const { return labels_; }  // merged: workspace, project, app, (build,) stage, override
  absl::StatusOr<std::vector<Hook>> Hooks() const;
  // The `use` body as the JSON that Configure takes, by the structure the component published.
  // nullopt: the component takes no configuration; the body is not looked at, the result is "".
  const hcl::Body& use_body() const;
  const hcl::EvalContext* context() const;  // of the body; lives as long as the stage
  absl::StatusOr<std::string> UseJson(const std::optional<protostructure::Struct>& structure) const;

 private:
  friend class App;
  std::shared_ptr<const internal::StageBody> body_;
  std::string use_type_;
  Labels labels_;
};

class App {
 public:
  const std::string& name() const;
  const std::string& path() const;            // absolute
  const std::string& runner_profile() const;  // app's runner block, else the project's
  absl::StatusOr<Labels> labels() const;
  absl::StatusOr<std::optional<bool>> AutoHostname() const;
  absl::StatusOr<ConfigVars> Config() const;

  // Stage labels evaluated with `variables`, merged, and the body chosen by them. Unimplemented: the stage is absent
  // or has no `use` (registry, release).
  absl::StatusOr<Stage> Open(StageKind kind, const EvalVariables& variables) const;
  bool Has(StageKind kind) const;

 private:
  friend class Config;
  std::shared_ptr<const internal::AppBlock> block_;
};

class Config {
 public:
  // `file_name`: absolute path, its extension .hcl or .json tells the syntax; its folder is path.pwd.
  static absl::StatusOr<std::unique_ptr<Config>> Load(const std::string& file_name, const std::string& contents,
                                                      const LoadOptions& options);
  static absl::StatusOr<std::unique_ptr<Config>> LoadFile(const std::string& file_name, const LoadOptions& options);
  // waypoint.hcl, else waypoint.hcl.json in `folder` and, if asked, its parents. NotFound.
  static absl::StatusOr<std::string> Find(const std::string& folder, bool search_parents);

  // B12: everything that can be told without evaluating stages; collects all problems.
  absl::Status Validate() const;

  const std::string& project() const;
  const std::string& folder() const;  // path.pwd
  absl::StatusOr<Labels> labels() const;
  std::vector<std::string> app_names() const;
  bool HasPipelines() const;
  absl::StatusOr<RunnerSettings> Runner() const;
  absl::StatusOr<std::vector<PluginUse>> Plugins() const;

  const DeclaredVariables& variables() const;
  // From here on `var` is known to apps, stages and pipelines.
  void SetVariables(const VariableValues& values);

  absl::StatusOr<App> GetApp(const std::string& name) const;  // NotFound
  absl::StatusOr<ConfigVars> ProjectConfig() const;
  absl::StatusOr<PipelineSet> Pipelines() const;
  // The same file seen from another workspace (project destroy, nested pipelines).
  std::unique_ptr<Config> InWorkspace(const std::string& workspace) const;

 private:
  std::shared_ptr<internal::File> file_;
};

// Template data of a record as a root variable: JSON object -> HCL object. Nothing: absent or unusable (B6).
std::optional<hcl::Value> TemplateData(const std::string& json);
hcl::Value EntrypointVariable(const Labels& env);  // { env = map }

// B4: later maps win.
Labels MergeLabels(std::initializer_list<const Labels*> maps);
absl::Status ValidateLabels(const Labels& labels);

}  // namespace waypoint::config
