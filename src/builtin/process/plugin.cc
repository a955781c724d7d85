#include "builtin/process/plugin.h"

#include "builtin/files.pb.h"
#include "builtin/process/artifact.h"
#include "builtin/process/builder.h"
#include "builtin/process/platform.h"
#include "builtin/process/releaser.h"
#include "builtin/process/tasks.h"
#include "plugin/native.h"

namespace waypoint::builtin::process {

std::shared_ptr<plugin::Plugin> MakePlugin(Options options) {
  using plugin::ComponentType;
  auto made = std::make_shared<plugin::NativePlugin>("process");
  made->Add(ComponentType::kBuilder, BuilderType(options));
  made->Add(ComponentType::kPlatform, PlatformType(options));
  made->Add(ComponentType::kReleaser, ReleaserType(options));
  made->Add(ComponentType::kTaskLauncher, TaskLauncherType(options));
  // What the `files` builder or registry leaves can be run as well.
  made->AddMapper<files::Files, pb::Artifact>([layout = options.layout](const files::Files& files) {
    return StoreArtifact(layout, files.path(), {".git/", ".waypoint/"});
  });
  return made;
}

}  // namespace waypoint::builtin::process
