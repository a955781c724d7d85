#include "core/fake_plugin.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/status.h"
#include "builtin/docker.pb.h"
#include "builtin/files.pb.h"

namespace waypoint::core {
namespace {

using plugin::Function;
using plugin::Named;
using plugin::NativeType;
using plugin::Outcome;
namespace sdk = ::hashicorp::waypoint::sdk;

absl::Status Play(Script* script, const std::string& call, std::stop_token stop) {
  script->calls.push_back(call);
  if (!script->wait.empty() && absl::StartsWith(call, script->wait)) {
    if (script->waiting) script->waiting();
    absl::Notification stopped;
    std::stop_callback notify(stop, [&] { stopped.Notify(); });
    stopped.WaitForNotification();
    return absl::CancelledError("stopped");
  }
  if (!script->fail.empty() && absl::StartsWith(call, script->fail)) {
    return absl::UnknownError(absl::StrCat(call, " failed"));
  }
  return absl::OkStatus();
}

struct Base {
  explicit Base(Script* s) : script(s) {}
  Script* script;
};

struct Builder : Base {
  using Base::Base;
  struct Config {
    std::string name;
  } config;
  absl::StatusOr<Outcome<docker::Image>> Build(plugin::Ui& ui, const sdk::Args::Source& source,
                                               Named<"hasregistry", bool> has_registry, std::stop_token stop) {
    RETURN_IF_ERROR(Play(script, absl::StrCat("build ", source.app(), *has_registry ? " for registry" : ""), stop));
    ui.Info("built");
    Outcome<docker::Image> out;
    out.result.set_image(config.name);
    out.labels["from"] = "result";
    return out;
  }
};

struct Registry : Base {
  using Base::Base;
  struct Config {
    std::string tag;
  } config;
  absl::StatusOr<docker::Image> Push(const docker::Image& image, std::stop_token stop) {
    RETURN_IF_ERROR(Play(script, absl::StrCat("push ", image.image()), stop));
    docker::Image out = image;
    out.set_tag(config.tag);
    return out;
  }
};

struct Platform : Base {
  using Base::Base;
  struct Config {
    std::string note;
    std::map<std::string, std::string> env;
  } config;
  absl::StatusOr<Outcome<docker::Deployment>> Deploy(const docker::Image& image,
                                                     const sdk::Args::DeploymentConfig& entrypoint,
                                                     const sdk::Args::LabelSet& labels, std::stop_token stop) {
    RETURN_IF_ERROR(Play(script, absl::StrCat("deploy ", entrypoint.id(), " ", config.note), stop));
    Outcome<docker::Deployment> out;
    out.result.set_id(absl::StrCat("made of ", image.image(), ":", image.tag()));
    out.declared.add_resources()->set_name("container");
    return out;
  }
  absl::StatusOr<std::string> Generation() { return script->generation; }
  absl::Status Destroy(const docker::Deployment& deployment, std::stop_token stop) {
    return Play(script, absl::StrCat("destroy ", deployment.id()), stop);
  }
  absl::Status DestroyWorkspace(std::stop_token stop) { return Play(script, "destroy workspace", stop); }
  absl::StatusOr<sdk::StatusReport> Status(Named<"target", docker::Deployment> target,
                                           Named<"last_report", sdk::StatusReport> last, std::stop_token stop) {
    RETURN_IF_ERROR(
        Play(script, absl::StrCat("status ", target->id(), last->health_message().empty() ? "" : " again"), stop));
    sdk::StatusReport report;
    report.set_health(sdk::StatusReport::READY);
    report.set_health_message("fine");
    report.add_resources()->set_name("container");
    return report;
  }
};

struct Releaser : Base {
  using Base::Base;
  struct Config {
    std::string host;
  } config;
  absl::StatusOr<Outcome<files::Files>> Release(const docker::Deployment& target, std::stop_token stop) {
    RETURN_IF_ERROR(Play(script, absl::StrCat("release ", target.id()), stop));
    Outcome<files::Files> out;
    out.url = absl::StrCat("http://", config.host.empty() ? "default" : config.host);
    return out;
  }
  absl::Status Destroy(const files::Files&, std::stop_token stop) { return Play(script, "destroy release", stop); }
};

template <typename Impl>
NativeType Type(Script* script) {
  return NativeType::Of<Impl>([script] { return std::make_shared<Impl>(script); });
}

NativeType BuilderType(Script* script) {
  NativeType type = Type<Builder>(script);
  plugin::ConfigFields<Builder::Config> fields;
  fields.Required("name", &Builder::Config::name, "");
  return type.Config(&Builder::config, fields).Add(Function::kBuild, &Builder::Build);
}

NativeType RegistryType(Script* script) {
  NativeType type = Type<Registry>(script);
  plugin::ConfigFields<Registry::Config> fields;
  fields.Optional("tag", &Registry::Config::tag, "");
  return type.Config(&Registry::config, fields).Add(Function::kPush, &Registry::Push);
}

NativeType ReleaserType(Script* script) {
  NativeType type = Type<Releaser>(script);
  plugin::ConfigFields<Releaser::Config> fields;
  fields.Optional("host", &Releaser::Config::host, "");
  return type.Config(&Releaser::config, fields)
      .Add(Function::kRelease, &Releaser::Release)
      .Add(Function::kDestroy, &Releaser::Destroy);
}

NativeType PlatformType(Script* script, bool full) {
  NativeType type = Type<Platform>(script);
  plugin::ConfigFields<Platform::Config> fields;
  fields.Optional("note", &Platform::Config::note, "").Optional("env", &Platform::Config::env, "");
  type.Config(&Platform::config, fields).Add(Function::kDeploy, &Platform::Deploy);
  if (!full) return type;
  return type.Add(Function::kDestroy, &Platform::Destroy)
      .Add(Function::kDestroyWorkspace, &Platform::DestroyWorkspace)
      .Add(Function::kStatus, &Platform::Status);
}

}  // namespace

std::vector<std::shared_ptr<const plugin::Plugin>> FakePlugins(Script* script) {
  auto fake = std::make_shared<plugin::NativePlugin>("fake");
  fake->Add(plugin::ComponentType::kBuilder, BuilderType(script));
  fake->Add(plugin::ComponentType::kRegistry, RegistryType(script));
  fake->Add(plugin::ComponentType::kPlatform, PlatformType(script, /*full=*/true));
  fake->Add(plugin::ComponentType::kReleaser, ReleaserType(script));
  auto bare = std::make_shared<plugin::NativePlugin>("bare");
  bare->Add(plugin::ComponentType::kBuilder, BuilderType(script));
  bare->Add(plugin::ComponentType::kPlatform, PlatformType(script, /*full=*/false));
  auto self_releasing = std::make_shared<plugin::NativePlugin>("self-releasing");
  NativeType platform = PlatformType(script, /*full=*/true);
  platform.Add(Function::kGeneration, &Platform::Generation);
  platform.DefaultReleaser<Platform>([script](Platform&) { return ReleaserType(script).New(); });
  self_releasing->Add(plugin::ComponentType::kPlatform, platform);
  return {fake, bare, self_releasing};
}

}  // namespace waypoint::core
