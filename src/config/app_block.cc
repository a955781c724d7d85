#include <algorithm>

#include "base/files.h"
#include "config/file.h"

namespace waypoint::config::internal {
namespace {

std::optional<UseBlock> DecodeUse(const hcl::BodyContent& content, Decoder& decoder) {
  const hcl::Block* use = decoder.Single(content, "use");
  if (use == nullptr) return std::nullopt;
  return UseBlock{use->labels[0], use->body, use->def_range};
}

std::vector<ScopedBlock> DecodeScoped(const hcl::BodyContent& content, const char* type, Decoder& decoder) {
  std::vector<ScopedBlock> out;
  for (const hcl::Block* block : content.BlocksOf(type)) {
    hcl::BodyContent inner =
        block->body->PartialContent(Schema({}, {{"use", {"type"}}}), decoder.diagnostics(), nullptr);
    out.push_back({block->labels[0], DecodeUse(inner, decoder), block->body, block->def_range});
  }
  return out;
}

}  // namespace

StageBlock DecodeStage(const hcl::Block& block, const char* kind, Decoder& decoder,
                       std::optional<StageBlock>* registry) {
  StageBlock stage;
  stage.kind = kind;
  stage.body = block.body;
  stage.range = block.def_range;
  hcl::BodySchema schema = Schema({}, {{"use", {"type"}}, {"workspace", {"name"}}, {"label", {"selector"}}});
  if (registry != nullptr) schema.blocks.push_back({"registry", {}});
  hcl::BodyContent content = block.body->PartialContent(schema, decoder.diagnostics(), nullptr);
  stage.use = DecodeUse(content, decoder);
  stage.workspaces = DecodeScoped(content, "workspace", decoder);
  stage.labels = DecodeScoped(content, "label", decoder);
  if (registry == nullptr) return stage;
  if (const hcl::Block* inner = decoder.Single(content, "registry")) {
    *registry = DecodeStage(*inner, "registry", decoder, nullptr);
  }
  return stage;
}

RunnerBlock DecodeRunner(const hcl::Block& block, Decoder& decoder) {
  RunnerBlock runner;
  hcl::BodySchema schema = Schema({"enabled", "profile"}, {{"data_source", {"type"}}, {"poll", {}}});
  hcl::BodyContent content = block.body->Content(schema, decoder.diagnostics());
  decoder.Get(content, "enabled", &runner.settings.enabled);
  decoder.Get(content, "profile", &runner.settings.profile);
  if (const hcl::Block* source = decoder.Single(content, "data_source")) runner.data_source = *source;
  if (const hcl::Block* poll = decoder.Single(content, "poll")) {
    hcl::BodyContent inner = poll->body->Content(Schema({"enabled", "interval"}), decoder.diagnostics());
    bool enabled = false;
    std::string interval;
    decoder.Get(inner, "enabled", &enabled);
    decoder.Get(inner, "interval", &interval);
    runner.settings.poll.emplace();
    runner.settings.poll->set_enabled(enabled);
    runner.settings.poll->set_interval(interval);
  }
  return runner;
}

AppBlock DecodeApp(const hcl::Block& block, const File& file, Decoder& decoder) {
  AppBlock app;
  app.name = block.labels[0];
  app.body = block.body;
  app.range = block.def_range;
  hcl::BodySchema schema = Schema({"path"}, {{"runner", {}}, {"build", {}}, {"deploy", {}}, {"release", {}}});
  hcl::BodyContent content = block.body->PartialContent(schema, decoder.diagnostics(), &app.remain);
  std::string path;
  decoder.Get(content, "path", &path);
  app.path = CleanPath(JoinPath(file.folder, path));
  if (const hcl::Block* runner = decoder.Single(content, "runner")) {
    app.runner = DecodeRunner(*runner, decoder).settings;
  }
  if (const hcl::Block* b = decoder.Single(content, "build")) {
    app.build = DecodeStage(*b, "build", decoder, &app.registry);
  }
  if (const hcl::Block* b = decoder.Single(content, "deploy")) {
    app.deploy = DecodeStage(*b, "deploy", decoder, nullptr);
  }
  if (const hcl::Block* b = decoder.Single(content, "release")) {
    app.release = DecodeStage(*b, "release", decoder, nullptr);
  }
  return app;
}

const std::optional<StageBlock>& AppBlock::Stage(StageKind kind) const {
  switch (kind) {
    case StageKind::kBuild:
      return build;
    case StageKind::kRegistry:
      return registry;
    case StageKind::kDeploy:
      return deploy;
    case StageKind::kRelease:
      return release;
  }
  return release;
}

ScopePtr AppScope(const AppBlock& app) {
  hcl::Variables variables;
  variables["app"] = hcl::Value::StringMap({{"name", app.name}});
  variables["path"] =
      hcl::Value::StringMap({{"pwd", app.file->folder}, {"project", app.file->folder}, {"app", app.path}});
  if (app.file->var) variables["var"] = *app.file->var;
  return Scope::Make(app.file->base, std::move(variables), nullptr, app.file->secrets);
}

}  // namespace waypoint::config::internal
