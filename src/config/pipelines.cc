#include <set>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "config/config.h"
#include "config/errors.h"
#include "config/file.h"

namespace waypoint::config {
namespace {

using Step = pb::Pipeline::Step;

// Evaluates pipelines into `out`; embedded ones come before those that hold them.
class PipelineReader {
 public:
  PipelineReader(const internal::File& file, const ScopePtr& scope)
      : file_(file), decoder_(scope->final_context(), diagnostics_) {}

  absl::StatusOr<std::vector<pb::Pipeline>> Read(const internal::PipelineBlock& block) {
    ReadPipeline(block.name, *block.body, block.range, true);
    if (absl::Status status = DiagnosticsStatus(diagnostics_); !status.ok()) return status;
    RETURN_IF_ERROR(status_);
    return out_;
  }

 private:
  void Fail(absl::StatusCode code, const hcl::Range& at, const std::string& text) {
    if (status_.ok()) status_ = absl::Status(code, absl::StrCat(hcl::ToString(at), ": ", text));
  }

  // False: no steps.
  bool ReadPipeline(const std::string& name, const hcl::Body& body, const hcl::Range& range, bool outermost) {
    hcl::BodyContent content = body.Content(Schema({}, {{"step", {"name"}}}), diagnostics_);
    if (content.blocks.empty()) return false;
    pb::Pipeline pipeline;
    pipeline.set_name(name);
    pipeline.mutable_project()->set_project(file_.project);
    std::string previous;
    for (const hcl::Block& block : content.blocks) {
      const std::string& step_name = block.labels[0];
      if (pipeline.steps().contains(step_name)) {
        Fail(absl::StatusCode::kInvalidArgument, block.def_range,
             absl::StrCat("step \"", step_name, "\" is defined twice in pipeline \"", name, "\""));
        continue;
      }
      Step step;
      step.set_name(step_name);
      if (!previous.empty()) step.add_depends_on(previous);
      previous = step_name;
      if (ReadStep(block, outermost, step)) (*pipeline.mutable_steps())[step_name] = std::move(step);
    }
    out_.push_back(std::move(pipeline));
    return true;
  }

  // False: the step is left out.
  bool ReadStep(const hcl::Block& block, bool outermost, Step& step) {
    hcl::BodySchema schema =
        Schema({"depends_on", "image_url", "workspace", "labels"}, {{"use", {"type"}}, {"pipeline", {"name"}}});
    hcl::BodyContent content = block.body->Content(schema, diagnostics_);
    std::vector<std::string> depends_on;
    std::string image, workspace;
    Labels labels;
    decoder_.Get(content, "depends_on", &depends_on);
    decoder_.Get(content, "image_url", &image);
    decoder_.Get(content, "workspace", &workspace);
    decoder_.Get(content, "labels", &labels);
    if (!depends_on.empty()) {
      step.clear_depends_on();
      for (const std::string& name : depends_on) step.add_depends_on(name);
    }
    if (!workspace.empty()) step.mutable_workspace()->set_workspace(workspace);
    const hcl::Block* use = decoder_.Single(content, "use");
    const hcl::Block* embedded = decoder_.Single(content, "pipeline");
    if ((use == nullptr) == (embedded == nullptr)) {
      Fail(absl::StatusCode::kInvalidArgument, block.def_range,
           absl::StrCat("step \"", block.labels[0], "\" needs either a `use` block or a `pipeline` block",
                        use == nullptr ? "" : ", not both"));
      return false;
    }
    if (use != nullptr) {
      ReadUse(*use, image, step);
      return true;
    }
    return ReadEmbedded(*embedded, outermost, step);
  }

  bool ReadEmbedded(const hcl::Block& block, bool outermost, Step& step) {
    if (!outermost) {
      Fail(absl::StatusCode::kFailedPrecondition, block.def_range,
           "a pipeline inside an embedded pipeline is not supported; define it on its own and refer to it with `use "
           "\"pipeline\"`");
      return false;
    }
    if (!ReadPipeline(block.labels[0], *block.body, block.def_range, false)) return false;
    SetReference(file_.project, block.labels[0], step);
    return true;
  }

  static void SetReference(const std::string& project, const std::string& name, Step& step) {
    auto* owner = step.mutable_pipeline()->mutable_ref()->mutable_owner();
    owner->mutable_project()->set_project(project);
    owner->set_pipeline_name(name);
  }

  void ReadUse(const hcl::Block& block, const std::string& image, Step& step) {
    const std::string& kind = block.labels[0];
    if (kind == "build") return ReadBuild(*block.body, step);
    if (kind == "deploy") return ReadDeploy(*block.body, step);
    if (kind == "release") return ReadRelease(*block.body, step);
    if (kind == "up") return ReadUp(*block.body, step);
    if (kind == "exec") return ReadExec(*block.body, image, step);
    if (kind == "pipeline") return ReadReference(*block.body, step);
    if (kind.empty()) return Fail(absl::StatusCode::kFailedPrecondition, block.def_range, "a step must have a type");
    Fail(absl::StatusCode::kInternal, block.def_range,
         absl::StrCat("unsupported step type \"", kind, "\"; use build, deploy, release, up, exec or pipeline"));
  }

  void ReadBuild(const hcl::Body& body, Step& step) {
    bool disable_push = false;
    decoder_.Get(body.Content(Schema({"disable_push"}), diagnostics_), "disable_push", &disable_push);
    step.mutable_build()->set_disable_push(disable_push);
  }

  void ReadDeploy(const hcl::Body& body, Step& step) {
    bool release = false;
    decoder_.Get(body.Content(Schema({"release"}), diagnostics_), "release", &release);
    step.mutable_deploy()->set_release(release);
  }

  template <typename T>
  hcl::BodyContent ReadPrune(const hcl::Body& body, bool prune, std::initializer_list<const char*> names, T* out) {
    hcl::BodyContent content = body.Content(Schema(names), diagnostics_);
    int32_t retain = 0;
    bool override_retain = false;
    decoder_.Get(content, "prune", &prune);
    decoder_.Get(content, "prune_retain", &retain);
    decoder_.Get(content, "prune_retain_override", &override_retain);
    out->set_prune(prune);
    out->set_prune_retain(retain);
    out->set_prune_retain_override(override_retain);
    return content;
  }

  void ReadRelease(const hcl::Body& body, Step& step) {
    hcl::BodyContent content = ReadPrune(
        body, true, {"deployment_ref", "prune", "prune_retain", "prune_retain_override"}, step.mutable_release());
    uint64_t sequence = 0;
    decoder_.Get(content, "deployment_ref", &sequence);
    pb::Ref::Deployment& deployment = *step.mutable_release()->mutable_deployment();
    if (sequence == 0) {
      deployment.set_latest(true);
    } else {
      deployment.set_sequence(sequence);
    }
  }

  void ReadUp(const hcl::Body& body, Step& step) {
    ReadPrune(body, false, {"prune", "prune_retain", "prune_retain_override"}, step.mutable_up());
  }

  void ReadExec(const hcl::Body& body, const std::string& image, Step& step) {
    hcl::BodyContent content = body.Content(Schema({"command!", "args"}), diagnostics_);
    std::string command;
    std::vector<std::string> args;
    decoder_.Get(content, "command", &command);
    decoder_.Get(content, "args", &args);
    step.mutable_exec()->set_image(image);
    step.mutable_exec()->set_command(command);
    for (const std::string& arg : args) step.mutable_exec()->add_args(arg);
  }

  void ReadReference(const hcl::Body& body, Step& step) {
    hcl::BodyContent content = body.Content(Schema({"project!", "name!"}), diagnostics_);
    std::string project, name;
    decoder_.Get(content, "project", &project);
    decoder_.Get(content, "name", &name);
    SetReference(project.empty() ? file_.project : project, name, step);
  }

  const internal::File& file_;
  hcl::Diagnostics diagnostics_;
  Decoder decoder_;
  absl::Status status_;
  std::vector<pb::Pipeline> out_;
};

}  // namespace

absl::StatusOr<PipelineSet> Config::Pipelines() const {
  PipelineSet out;
  // Functions and `var`, nothing else.
  hcl::Variables variables;
  if (file_->var) variables["var"] = *file_->var;
  ScopePtr scope = Scope::Make(nullptr, std::move(variables), file_->base->context()->functions, file_->secrets);
  std::vector<absl::Status> errors;
  for (const internal::PipelineBlock& block : file_->pipelines) {
    out.names.push_back(block.name);
    absl::StatusOr<std::vector<pb::Pipeline>> pipelines = PipelineReader(*file_, scope).Read(block);
    if (!pipelines.ok()) {
      errors.push_back(pipelines.status());
      continue;
    }
    out.pipelines.insert(out.pipelines.end(), pipelines->begin(), pipelines->end());
  }
  RETURN_IF_ERROR(JoinErrors(errors, "errors in pipelines"));
  return out;
}

}  // namespace waypoint::config
