#include "config/config.h"

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "config/errors.h"
#include "config/file.h"
#include "hcl/secrets.h"

namespace waypoint::config {

absl::StatusOr<std::unique_ptr<Config>> Config::Load(const std::string& file_name, const std::string& contents,
                                                     const LoadOptions& options) {
  hcl::Diagnostics diagnostics;
  auto config = std::make_unique<Config>();
  config->file_ = internal::DecodeFile(file_name, contents, options, diagnostics);
  RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
  return config;
}

absl::StatusOr<std::unique_ptr<Config>> Config::LoadFile(const std::string& file_name, const LoadOptions& options) {
  ASSIGN_OR_RETURN(std::string contents, ReadFile(file_name));
  return Load(file_name, contents, options);
}

absl::StatusOr<std::string> Config::Find(const std::string& folder, bool search_parents) {
  std::string at = folder;
  while (true) {
    for (const char* name : {"waypoint.hcl", "waypoint.hcl.json"}) {
      std::string path = JoinPath(at, name);
      if (PathExists(path) && !IsFolder(path)) return path;
    }
    std::string parent = FolderOf(at);
    if (!search_parents || parent == at || at == "." || at.empty()) break;
    at = parent;
  }
  return absl::NotFoundError(
      absl::StrCat("no waypoint.hcl in ", folder, search_parents ? " or above" : "", "; `waypoint init` makes one"));
}

const std::string& Config::project() const { return file_->project; }
const std::string& Config::folder() const { return file_->folder; }
absl::StatusOr<Labels> Config::labels() const { return file_->labels; }
bool Config::HasPipelines() const { return !file_->pipelines.empty(); }
const DeclaredVariables& Config::variables() const { return file_->variables; }

std::vector<std::string> Config::app_names() const {
  std::vector<std::string> names;
  for (const internal::AppBlock& app : file_->apps) names.push_back(app.name);
  return names;
}

void Config::SetVariables(const VariableValues& values) {
  hcl::Value::Fields fields;
  auto secrets = std::make_shared<hcl::Secrets>();
  secrets->root = "var";
  for (const auto& [name, variable] : values) {
    fields[name] = variable.value;
    if (variable.sensitive) secrets->Add(name, variable.value);
  }
  // Apps handed out before keep the file as it was.
  auto file = std::make_shared<internal::File>(*file_);
  file->var = hcl::Value::Object(std::move(fields));
  file->secrets = std::move(secrets);
  file_ = std::move(file);
}

std::unique_ptr<Config> Config::InWorkspace(const std::string& workspace) const {
  auto other = std::make_unique<Config>();
  other->file_ = std::make_shared<internal::File>(*file_);
  other->file_->options.workspace = workspace;
  other->file_->base = internal::BaseScope(*other->file_);
  return other;
}

absl::StatusOr<App> Config::GetApp(const std::string& name) const {
  for (const internal::AppBlock& block : file_->apps) {
    if (block.name != name) continue;
    auto copy = std::make_shared<internal::AppBlock>(block);
    copy->file = file_;
    App app;
    app.block_ = std::move(copy);
    return app;
  }
  return absl::NotFoundError(absl::StrCat("app \"", name, "\" is not in ", file_->path));
}

absl::StatusOr<RunnerSettings> Config::Runner() const {
  RunnerSettings settings = file_->runner.settings;
  if (file_->runner.data_source) {
    ASSIGN_OR_RETURN(settings.data_source,
                     internal::DecodeDataSource(*file_->runner.data_source, file_->base->final_context()));
  }
  return settings;
}

}  // namespace waypoint::config
