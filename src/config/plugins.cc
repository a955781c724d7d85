#include "config/config.h"
#include "config/file.h"

namespace waypoint::config {
namespace {

using internal::AppBlock;
using internal::StageBlock;

// Which type of component a stage's plugin must have.
const char* ComponentOf(const StageBlock& stage) { return stage.kind; }

void AddUse(const std::optional<internal::UseBlock>& use, const char* type, std::vector<PluginUse>& plugins) {
  if (!use || use->type.empty()) return;
  for (PluginUse& plugin : plugins) {
    if (plugin.name != use->type) continue;
    plugin.types.insert({"mapper", type});
    return;
  }
  PluginUse plugin;
  plugin.name = use->type;
  plugin.types = {"mapper", type};
  plugins.push_back(std::move(plugin));
}

void AddStage(const std::optional<StageBlock>& stage, std::vector<PluginUse>& plugins) {
  if (!stage) return;
  AddUse(stage->use, ComponentOf(*stage), plugins);
  for (const auto& scoped : stage->workspaces) AddUse(scoped.use, ComponentOf(*stage), plugins);
  for (const auto& scoped : stage->labels) AddUse(scoped.use, ComponentOf(*stage), plugins);
}

}  // namespace

absl::StatusOr<std::vector<PluginUse>> Config::Plugins() const {
  std::vector<PluginUse> plugins = file_->plugins;
  for (const AppBlock& app : file_->apps) {
    AddStage(app.build, plugins);
    AddStage(app.registry, plugins);
    AddStage(app.deploy, plugins);
    AddStage(app.release, plugins);
  }
  return plugins;
}

}  // namespace waypoint::config
