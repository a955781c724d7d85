#include "core/app.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/log.h"
#include "base/status.h"

namespace waypoint::core {
namespace {

plugin::ComponentType TypeOf(config::StageKind stage) {
  switch (stage) {
    case config::StageKind::kBuild:
      return plugin::ComponentType::kBuilder;
    case config::StageKind::kRegistry:
      return plugin::ComponentType::kRegistry;
    case config::StageKind::kDeploy:
      return plugin::ComponentType::kPlatform;
    case config::StageKind::kRelease:
      return plugin::ComponentType::kReleaser;
  }
  return plugin::ComponentType::kBuilder;
}

absl::string_view StageName(config::StageKind stage) {
  switch (stage) {
    case config::StageKind::kBuild:
      return "build";
    case config::StageKind::kRegistry:
      return "build.registry";
    case config::StageKind::kDeploy:
      return "deploy";
    case config::StageKind::kRelease:
      return "release";
  }
  return "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<App>> App::Open(const Project& project, config::App config) {
  std::unique_ptr<App> app(new App(project, std::move(config)));
  ASSIGN_OR_RETURN(app->labels_, app->config_.labels());
  app->cache_dir_ = absl::StrCat(project.data_dir(), "/cache/app/", app->name());
  app->data_dir_ = absl::StrCat(project.data_dir(), "/data/app/", app->name());
  RETURN_IF_ERROR(MakeFolders(app->cache_dir_));
  RETURN_IF_ERROR(MakeFolders(app->data_dir_));
  return app;
}

pb::Ref::Application App::ref() const {
  pb::Ref::Application ref;
  ref.set_application(name());
  ref.set_project(project_.name());
  return ref;
}

pb::Ref::Workspace App::workspace_ref() const {
  pb::Ref::Workspace ref;
  ref.set_workspace(project_.workspace());
  return ref;
}

absl::Status App::Configure(plugin::Component& component, const config::Stage& stage) const {
  ASSIGN_OR_RETURN(std::optional<protostructure::Struct> structure, component.ConfigStruct());
  if (!structure.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::string json, stage.UseJson(structure));
  return component.Configure(json);
}

absl::StatusOr<ActiveComponent> App::MakeComponent(config::StageKind kind, const config::EvalVariables& variables,
                                                   bool configure) const {
  ASSIGN_OR_RETURN(config::Stage stage, config_.Open(kind, variables));
  ActiveComponent active;
  active.info.set_type(static_cast<pb::Component::Type>(TypeOf(kind)));
  active.info.set_name(stage.use_type());
  active.labels = stage.labels();
  ASSIGN_OR_RETURN(auto plugin, project_.environment().plugins->Find(stage.use_type()));
  absl::StatusOr<std::unique_ptr<plugin::Component>> component = plugin->New(TypeOf(kind));
  if (absl::IsUnimplemented(component.status())) {
    // Not Unimplemented: the stage is there, it just names a plugin that can't do this.
    return absl::FailedPreconditionError(absl::StrCat("app \"", name(), "\", ", StageName(kind), ": ",
                                                      component.status().message(), ". Use another plugin here"));
  }
  if (!component.ok()) return component.status();
  active.component = *std::move(component);
  if (!configure) return active;
  absl::Status configured = Configure(*active.component, stage);
  if (!configured.ok()) {
    return Annotate(configured, "app \"", name(), "\", ", StageName(kind), " with \"", stage.use_type(), "\"");
  }
  ASSIGN_OR_RETURN(active.hooks, stage.Hooks());
  return active;
}

absl::StatusOr<plugin::Arguments> App::CommonArguments(const config::Labels& component_labels) const {
  plugin::Arguments arguments;
  sdk::Args::Source source;
  source.set_app(name());
  source.set_path(config_.path());
  sdk::Args::JobInfo job;
  job.set_id(project_.environment().job.id);
  job.set_local(project_.environment().job.local);
  job.set_workspace(project_.workspace());
  job.set_project(project_.name());
  job.set_app(name());
  sdk::Args::DataDir::App dirs;
  dirs.set_cache_dir(cache_dir_);
  dirs.set_data_dir(data_dir_);
  sdk::Args::DataDir::Project project_dirs;
  project_dirs.set_cache_dir(JoinPath(project_.data_dir(), "cache"));
  project_dirs.set_data_dir(JoinPath(project_.data_dir(), "data"));
  sdk::Args::LabelSet labels;
  labels.mutable_labels()->insert(component_labels.begin(), component_labels.end());
  sdk::Args::Logger logger;
  logger.set_name("waypoint");
  arguments.Add("", source).Add("", job).Add("", dirs).Add("", project_dirs);
  arguments.Add("labels", labels).Add("", logger).Add("", sdk::Args::TerminalUI());
  for (const auto& plugin : project_.mapper_plugins()) RETURN_IF_ERROR(arguments.AddMappers(plugin));
  return arguments;
}

absl::Status App::Call(plugin::Component& component, plugin::Function function, const plugin::Arguments& arguments,
                       google::protobuf::Message* response) const {
  const plugin::CallContext context{.stop = project_.environment().stop, .terminal = project_.environment().terminal};
  return Call(component, function, arguments, context, response);
}

absl::Status App::Call(plugin::Component& component, plugin::Function function, const plugin::Arguments& arguments,
                       const plugin::CallContext& context, google::protobuf::Message* response) const {
  if (context.stop.stop_requested()) return absl::CancelledError("the operation was cancelled");
  ASSIGN_OR_RETURN(sdk::FuncSpec spec, component.Spec(function));
  ASSIGN_OR_RETURN(sdk::FuncSpec::Args args, arguments.Resolve(spec));
  absl::Status status = component.Call(function, args, context, response);
  project_.ui().CloseStatus();  // ends a spinner the component left behind
  return status;
}

}  // namespace waypoint::core
