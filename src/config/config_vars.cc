#include <algorithm>

#include "base/status.h"
#include "config/config.h"
#include "config/config_entries.h"
#include "config/errors.h"
#include "config/file.h"

namespace waypoint::config {
namespace {

using Target = pb::ConfigVar::Target;

hcl::BodySchema ScopeSchema() {
  return Schema({"env", "internal", "file"}, {{"workspace", {"name"}}, {"label", {"selector"}}});
}

hcl::BodySchema ValuesSchema() { return Schema({"env", "internal", "file"}); }

// One config stanza: its root values and the blocks scoped to workspaces, labels and runners.
class Stanza {
 public:
  Stanza(ScopePtr scope, Target target) : scope_(std::move(scope)), target_(std::move(target)) {}

  absl::StatusOr<ConfigVars> Read(const hcl::Block& block) {
    hcl::Diagnostics diagnostics;
    Decoder decoder(scope_->final_context(), diagnostics);
    ConfigVars out;
    out.present = true;
    hcl::BodyContent content = internal::DecodeConfigBlock(block, decoder, &out.file_change_signal);
    Target root = target_;
    AddScopes(content, root);
    if (const hcl::Block* runner = decoder.Single(content, "runner")) {
      root.mutable_runner()->mutable_any();
      hcl::Diagnostics ignored;
      AddScopes(runner->body->Content(ScopeSchema(), ignored), root);
    }
    if (absl::Status status = DiagnosticsStatus(diagnostics); !status.ok()) errors_.push_back(status);
    RETURN_IF_ERROR(JoinErrors(errors_, "errors in config"));
    out.variables = std::move(variables_);
    out.warnings = std::move(warnings_);
    std::stable_sort(out.variables.begin(), out.variables.end(),
                     [](const pb::ConfigVar& a, const pb::ConfigVar& b) { return a.name() < b.name(); });
    return out;
  }

 private:
  void AddScopes(const hcl::BodyContent& content, const Target& target) {
    hcl::Diagnostics ignored;  // DecodeConfigBlock has told them
    AddEntries(content, target);
    for (const hcl::Block& block : content.blocks) {
      Target scoped = target;
      if (block.type == "workspace") {
        scoped.mutable_workspace()->set_workspace(block.labels[0]);
      } else if (block.type == "label") {
        scoped.set_label_selector(block.labels[0]);
      } else {
        continue;
      }
      AddEntries(block.body->Content(ValuesSchema(), ignored), scoped);
    }
  }

  void AddEntries(const hcl::BodyContent& content, const Target& target) {
    absl::StatusOr<std::vector<pb::ConfigVar>> entries = EvaluateEntries(content, scope_, warnings_);
    if (!entries.ok()) {
      errors_.push_back(entries.status());
      return;
    }
    for (pb::ConfigVar& var : *entries) {
      *var.mutable_target() = target;
      variables_.push_back(std::move(var));
    }
  }

  const ScopePtr scope_;
  const Target target_;
  std::vector<pb::ConfigVar> variables_;
  std::vector<std::string> warnings_;
  std::vector<absl::Status> errors_;
};

}  // namespace

hcl::BodyContent internal::DecodeConfigBlock(const hcl::Block& block, Decoder& decoder,
                                             std::string* file_change_signal) {
  hcl::BodySchema schema = ScopeSchema();
  schema.attributes.push_back({"file_change_signal", false});
  schema.blocks.push_back({"runner", {}});
  hcl::BodyContent content = block.body->Content(schema, decoder.diagnostics());
  decoder.Get(content, "file_change_signal", file_change_signal);
  hcl::Diagnostics& diagnostics = decoder.diagnostics();
  for (const hcl::Block& inner : content.blocks) {
    inner.body->Content(inner.type == "runner" ? ScopeSchema() : ValuesSchema(), diagnostics);
  }
  return content;
}

absl::StatusOr<ConfigVars> Config::ProjectConfig() const {
  if (!file_->config) return ConfigVars();
  Target target;
  target.mutable_project()->set_project(file_->project);
  return Stanza(file_->base, std::move(target)).Read(*file_->config);
}

absl::StatusOr<ConfigVars> App::Config() const {
  hcl::Diagnostics diagnostics;
  hcl::BodyContent content = block_->remain->PartialContent(Schema({}, {{"config", {}}}), diagnostics, nullptr);
  ScopePtr scope = internal::AppScope(*block_);
  Decoder decoder(scope->final_context(), diagnostics);
  const hcl::Block* block = decoder.Single(content, "config");
  RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
  if (block == nullptr) return ConfigVars();
  Target target;
  target.mutable_application()->set_project(block_->file->project);
  target.mutable_application()->set_application(block_->name);
  return Stanza(std::move(scope), std::move(target)).Read(*block);
}

}  // namespace waypoint::config
