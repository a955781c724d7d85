#include "absl/strings/str_cat.h"
#include "config/config.h"
#include "config/errors.h"
#include "config/file.h"

namespace waypoint::config {
namespace {

using internal::AppBlock;
using internal::PipelineBlock;
using internal::StageBlock;

using Errors = std::vector<absl::Status>;

void Add(Errors& errors, const hcl::Range& range, const std::string& text) {
  errors.push_back(absl::InvalidArgumentError(absl::StrCat(hcl::ToString(range), ": ", text)));
}

void AddStatus(Errors& errors, const absl::Status& status) {
  if (!status.ok()) errors.push_back(status);
}

hcl::BodySchema AppSchema() {
  return Schema({"path", "labels"},
                {{"url", {}}, {"config", {}}, {"runner", {}}, {"build", {}}, {"deploy", {}}, {"release", {}}});
}

bool Inside(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder == "/" ? "/" : folder + "/");
}

void CheckUse(const std::optional<StageBlock>& stage, bool required, Errors& errors) {
  if (!stage) return;
  bool named = stage->use && !stage->use->type.empty();
  if (!named && (required || stage->use)) {
    Add(errors, stage->range, absl::StrCat(stage->kind, " needs a block `use \"PLUGIN\" {}`"));
  }
  for (const auto* list : {&stage->workspaces, &stage->labels}) {
    for (const auto& scoped : *list) {
      if (!scoped.use) {
        Add(errors, scoped.range,
            absl::StrCat("\"", scoped.scope, "\" in ", stage->kind, " needs its own `use` block"));
      }
    }
  }
}

void CheckApp(const AppBlock& app, const std::string& folder, Errors& errors) {
  hcl::Diagnostics diagnostics;
  app.body->Content(AppSchema(), diagnostics);
  AddStatus(errors, DiagnosticsStatus(diagnostics));
  if (!app.build) Add(errors, app.range, absl::StrCat("app \"", app.name, "\" needs a `build` block"));
  if (!app.deploy) Add(errors, app.range, absl::StrCat("app \"", app.name, "\" needs a `deploy` block"));
  if (!Inside(app.path, folder)) {
    Add(errors, app.range,
        absl::StrCat("path of app \"", app.name, "\" must lie inside the project's folder, ", folder, ", not at ",
                     app.path));
  }
  CheckUse(app.build, true, errors);
  CheckUse(app.registry, false, errors);
  CheckUse(app.deploy, true, errors);
  CheckUse(app.release, false, errors);
}

void CheckStep(const hcl::Block& step, Errors& errors) {
  hcl::Diagnostics ignored;  // told when the step is evaluated
  hcl::BodySchema schema = Schema({}, {{"use", {"type"}}, {"pipeline", {"name"}}});
  hcl::BodyContent content = step.body->PartialContent(schema, ignored, nullptr);
  bool use = !content.BlocksOf("use").empty(), pipeline = !content.BlocksOf("pipeline").empty();
  if (use == pipeline) {
    Add(errors, step.def_range,
        absl::StrCat("step \"", step.labels[0], "\" needs either a `use` block or a `pipeline` block",
                     use ? ", not both" : ""));
  }
}

void CheckPipelines(const std::vector<PipelineBlock>& pipelines, Errors& errors) {
  std::set<std::string> names;
  for (const PipelineBlock& pipeline : pipelines) {
    hcl::Diagnostics diagnostics;
    hcl::BodyContent content = pipeline.body->Content(Schema({"labels"}, {{"step", {"name"}}}), diagnostics);
    AddStatus(errors, DiagnosticsStatus(diagnostics));
    for (const hcl::Block& step : content.blocks) CheckStep(step, errors);
    if (content.blocks.empty() && !diagnostics.HasErrors()) {
      Add(errors, pipeline.range, absl::StrCat("pipeline \"", pipeline.name, "\" needs at least one `step` block"));
    }
    if (!names.insert(pipeline.name).second) {
      Add(errors, pipeline.range, absl::StrCat("pipeline \"", pipeline.name, "\" is defined twice"));
    }
  }
}

}  // namespace

absl::Status Config::Validate() const {
  Errors errors;
  if (file_->project.empty()) {
    errors.push_back(absl::InvalidArgumentError(
        absl::StrCat(file_->path, ": 'project' attribute is required; add a line `project = \"NAME\"`")));
  }
  AddStatus(errors, ValidateLabels(file_->labels));
  AddStatus(errors, ValidateLabels(file_->options.labels));
  for (const AppBlock& app : file_->apps) CheckApp(app, file_->folder, errors);
  CheckPipelines(file_->pipelines, errors);
  return JoinErrors(errors, "validation errors");
}

}  // namespace waypoint::config
