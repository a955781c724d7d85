#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "config/errors.h"
#include "config/stage_body.h"
#include "config/use_decoder.h"
#include "hcl/selector.h"

namespace waypoint::config {

using internal::AppBlock;
using internal::ScopedBlock;
using internal::StageBlock;
using internal::UseBlock;

namespace internal {

hcl::BodySchema StageSchema(const StageBlock& stage) {
  std::vector<hcl::BlockSchema> blocks = {
      {"hook", {}}, {"use", {"type"}}, {"workspace", {"name"}}, {"label", {"selector"}}};
  if (absl::string_view(stage.kind) == "build") blocks.push_back({"registry", {}});
  return Schema({"labels"}, std::move(blocks));
}

absl::StatusOr<std::vector<Hook>> StageBody::Hooks() const {
  hcl::Diagnostics diagnostics;
  Decoder decoder(scope_->final_context(), diagnostics);
  hcl::BodyContent content = body_->Content(StageSchema(stage_), diagnostics);
  std::vector<Hook> hooks;
  for (const hcl::Block* block : content.BlocksOf("hook")) {
    hcl::BodyContent fields = block->body->Content(Schema({"when!", "command!", "on_failure"}), diagnostics);
    Hook hook;
    decoder.Get(fields, "when", &hook.when);
    decoder.Get(fields, "command", &hook.command);
    decoder.Get(fields, "on_failure", &hook.on_failure);
    hooks.push_back(std::move(hook));
  }
  RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
  return hooks;
}

absl::StatusOr<std::string> StageBody::UseJson(const std::optional<protostructure::Struct>& structure) const {
  if (!structure) return std::string();
  hcl::Diagnostics diagnostics;
  std::string json = DecodeUseBody(*use_.body, *structure, scope_->final_context(), diagnostics);
  RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
  return json;
}

}  // namespace internal

namespace {

absl::StatusOr<Labels> StageLabels(const StageBlock& stage, const hcl::EvalContext* context) {
  hcl::Diagnostics diagnostics;
  hcl::BodyContent content = stage.body->PartialContent(Schema({"labels"}), diagnostics, nullptr);
  Labels labels;
  Decoder(context, diagnostics).Get(content, "labels", &labels);
  RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
  for (const auto& [key, value] : labels) {
    if (key.starts_with("waypoint/")) {
      return absl::InvalidArgumentError(absl::StrCat(hcl::ToString(stage.range), ": label \"", key,
                                                     "\": names that start with \"waypoint/\" are reserved"));
    }
  }
  return labels;
}

// A selector about a label that is not set does not match.
absl::StatusOr<bool> Matches(const ScopedBlock& block, const Labels& labels) {
  std::string where = hcl::ToString(block.range);
  absl::StatusOr<hcl::Selector> selector = hcl::Selector::Parse(block.scope);
  if (!selector.ok()) return Annotate(selector.status(), where);
  absl::StatusOr<bool> matches = selector->Matches(labels);
  if (absl::IsNotFound(matches.status())) return false;
  return matches.ok() ? matches : Annotate(matches.status(), where);
}

absl::StatusOr<const ScopedBlock*> ChooseScoped(const StageBlock& stage, const Labels& labels) {
  auto workspace = labels.find("waypoint/workspace");
  for (const ScopedBlock& block : stage.workspaces) {
    if (workspace != labels.end() && block.scope == workspace->second) return &block;
  }
  std::vector<const ScopedBlock*> by_length;
  for (const ScopedBlock& block : stage.labels) by_length.push_back(&block);
  std::stable_sort(by_length.begin(), by_length.end(),
                   [](const ScopedBlock* a, const ScopedBlock* b) { return a->scope.size() > b->scope.size(); });
  for (const ScopedBlock* block : by_length) {
    ASSIGN_OR_RETURN(bool matches, Matches(*block, labels));
    if (matches) return block;
  }
  return nullptr;
}

absl::Status MissingUse(const std::string& what, const hcl::Range& range) {
  return absl::InvalidArgumentError(absl::StrCat(hcl::ToString(range), ": Missing use block; ", what,
                                                 " needs a block `use \"PLUGIN\" {}` that names its plugin"));
}

}  // namespace

absl::StatusOr<Stage> App::Open(StageKind kind, const EvalVariables& variables) const {
  const std::optional<StageBlock>& stage = block_->Stage(kind);
  if (!stage) return absl::UnimplementedError(absl::StrCat("app \"", name(), "\" has no such stage"));
  hcl::Variables values(variables.begin(), variables.end());
  ScopePtr scope = Scope::Make(internal::AppScope(*block_), values);

  Labels build_labels;
  if (kind == StageKind::kRegistry) {
    ASSIGN_OR_RETURN(build_labels, StageLabels(*block_->build, scope->final_context()));
  }
  ASSIGN_OR_RETURN(Labels app_labels, labels());
  ASSIGN_OR_RETURN(Labels stage_labels, StageLabels(*stage, scope->final_context()));
  const LoadOptions& options = block_->file->options;
  Labels workspace = {{"waypoint/workspace", options.workspace}};
  Stage out;
  out.labels_ =
      MergeLabels({&workspace, &block_->file->labels, &app_labels, &build_labels, &stage_labels, &options.labels});

  ASSIGN_OR_RETURN(const ScopedBlock* scoped, ChooseScoped(*stage, out.labels_));
  const std::optional<UseBlock>& use = scoped != nullptr ? scoped->use : stage->use;
  if (!use && scoped != nullptr) {
    return MissingUse(absl::StrCat(stage->kind, " scoped to \"", scoped->scope, "\""), scoped->range);
  }
  if (!use && (kind == StageKind::kRegistry || kind == StageKind::kRelease)) {
    return absl::UnimplementedError(absl::StrCat("app \"", name(), "\": ", stage->kind, " names no plugin"));
  }
  if (!use || use->type.empty()) {
    // Perhaps it is there in a wrong form: then that is the better message.
    hcl::Diagnostics diagnostics;
    stage->body->Content(internal::StageSchema(*stage), diagnostics);
    RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
    return MissingUse(stage->kind, stage->range);
  }

  values["labels"] = hcl::Value::StringMap(out.labels_);
  out.use_type_ = use->type;
  out.body_ =
      std::make_shared<const internal::StageBody>(block_, *stage, scoped != nullptr ? scoped->body : stage->body, *use,
                                                  Scope::Make(internal::AppScope(*block_), values));
  return out;
}

absl::StatusOr<std::vector<Hook>> Stage::Hooks() const { return body_->Hooks(); }

const hcl::Body& Stage::use_body() const { return *body_->use().body; }
const hcl::EvalContext* Stage::context() const { return body_->scope()->final_context(); }

absl::StatusOr<std::string> Stage::UseJson(const std::optional<protostructure::Struct>& structure) const {
  return body_->UseJson(structure);
}

}  // namespace waypoint::config
