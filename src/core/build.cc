#include "core/build.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "config/errors.h"
#include "core/record_operation.h"
#include "waypoint/operation.pb.h"

namespace waypoint::core {
namespace {

using config::StageKind;
using plugin::Function;

// Nothing when the stage is absent.
absl::StatusOr<std::optional<ActiveComponent>> MakeOptional(const App& app, StageKind stage,
                                                            const config::EvalVariables& variables) {
  absl::StatusOr<ActiveComponent> made = app.MakeComponent(stage, variables);
  if (absl::IsUnimplemented(made.status())) return std::optional<ActiveComponent>();
  if (!made.ok()) return made.status();
  return std::optional<ActiveComponent>(*std::move(made));
}

// Build and pushed artifact carry what they produced in the same fields.
template <typename Record>
class ArtifactOperation : public RecordOperation<Record> {
 public:
  using RecordOperation<Record>::RecordOperation;
  using RecordOperation<Record>::record;

  pb::Status* status() override { return record.mutable_status(); }
  void StoreProduced(const Produced* produced) override {
    if (produced == nullptr) {
      record.mutable_artifact()->clear_artifact();
      return;
    }
    *record.mutable_artifact()->mutable_artifact() = produced->value;
    record.mutable_artifact()->set_artifact_json(produced->json);
    this->SetTemplateData(*produced);
  }
};

class BuildOperation : public ArtifactOperation<pb::Build> {
 public:
  using ArtifactOperation::ArtifactOperation;

  absl::string_view name() const override { return "build"; }
  absl::Status Init() override {
    ASSIGN_OR_RETURN(builder_, app().MakeComponent(StageKind::kBuild, {}));
    SetOrigin(builder_.info);
    return OpenRegistry();
  }
  absl::Status Do() override {
    ASSIGN_OR_RETURN(plugin::Arguments arguments, app().CommonArguments(builder_.labels));
    arguments.AddBool("HasRegistry", has_registry_);
    RETURN_IF_ERROR(AddAccessInfo(&arguments));
    sdk::Build::Resp response;
    ASSIGN_OR_RETURN(Function function, BuildFunction());
    RETURN_IF_ERROR(app().Call(*builder_.component, function, arguments, &response));
    produced_.value = response.result();
    produced_.json = response.result_json();
    produced_.template_data = response.template_data();
    produced_.labels = {response.labels().begin(), response.labels().end()};
    return absl::OkStatus();
  }
  absl::Status Upsert(const client::CallOptions& options) override {
    pb::UpsertBuildRequest request;
    *request.mutable_build() = record;
    return Store("UpsertBuild", request, options, &pb::UpsertBuildResponse::mutable_build);
  }
  const ActiveComponent* component() const override { return &builder_; }

 private:
  // A registry whose body speaks of the artifact can't be configured before there is one: push does it.
  absl::Status OpenRegistry() {
    absl::StatusOr<std::optional<ActiveComponent>> registry = MakeOptional(app(), StageKind::kRegistry, {});
    const bool postponed = config::OnlyMissing(registry.status(), "artifact");
    if (!registry.ok() && !postponed) return registry.status();
    if (registry.ok()) registry_ = *std::move(registry);
    has_registry_ = postponed || registry_.has_value();
    return absl::OkStatus();
  }
  // A registry without access information is fine: builders that need it say so themselves.
  absl::Status AddAccessInfo(plugin::Arguments* arguments) {
    if (!registry_.has_value()) return absl::OkStatus();
    absl::StatusOr<sdk::FuncSpec> spec = registry_->component->Spec(Function::kAccess);
    if (absl::IsUnimplemented(spec.status())) return absl::OkStatus();
    if (!spec.ok()) return spec.status();
    ASSIGN_OR_RETURN(plugin::Arguments common, app().CommonArguments(registry_->labels));
    sdk::Access::Resp response;
    RETURN_IF_ERROR(app().Call(*registry_->component, Function::kAccess, common, &response));
    arguments->AddAny("access_info", response.result());
    return absl::OkStatus();
  }
  absl::StatusOr<Function> BuildFunction() {
    if (!project().environment().job.on_demand) return Function::kBuild;
    absl::StatusOr<sdk::FuncSpec> spec = builder_.component->Spec(Function::kBuildOdr);
    if (spec.ok()) return Function::kBuildOdr;
    if (absl::IsUnimplemented(spec.status())) return Function::kBuild;
    return spec.status();
  }

  ActiveComponent builder_;
  std::optional<ActiveComponent> registry_;
  bool has_registry_ = false;
};

class PushOperation : public ArtifactOperation<pb::PushedArtifact> {
 public:
  PushOperation(const App& app, const pb::Build& build) : ArtifactOperation(app), build_(build) {}

  absl::string_view name() const override { return "push build"; }
  absl::Status Init() override {
    config::EvalVariables variables;
    AddTemplateData("artifact", build_.template_data(), &variables);
    ASSIGN_OR_RETURN(registry_, MakeOptional(app(), StageKind::kRegistry, variables));
    SetOrigin(registry_.has_value() ? registry_->info : build_.component());
    record.set_build_id(build_.id());
    return absl::OkStatus();
  }
  absl::Status Do() override {
    if (!registry_.has_value()) return PassOn();
    ASSIGN_OR_RETURN(plugin::Arguments arguments, app().CommonArguments(registry_->labels));
    arguments.AddAny("artifact", build_.artifact().artifact());
    sdk::Push::Resp response;
    RETURN_IF_ERROR(app().Call(*registry_->component, Function::kPush, arguments, &response));
    produced_.value = response.result();
    produced_.json = response.result_json();
    produced_.template_data = response.template_data();
    return absl::OkStatus();
  }
  absl::Status Upsert(const client::CallOptions& options) override {
    pb::UpsertPushedArtifactRequest request;
    *request.mutable_artifact() = record;
    return Store("UpsertPushedArtifact", request, options, &pb::UpsertPushedArtifactResponse::mutable_artifact);
  }
  const ActiveComponent* component() const override { return registry_.has_value() ? &*registry_ : nullptr; }

 private:
  // The build is the artifact. Its template data come along, so that deploy can say artifact.image all the same.
  absl::Status PassOn() {
    produced_.value = build_.artifact().artifact();
    produced_.json = build_.artifact().artifact_json();
    produced_.template_data = build_.template_data();
    return absl::OkStatus();
  }

  const pb::Build& build_;
  std::optional<ActiveComponent> registry_;
};

}  // namespace

void AddTemplateData(const std::string& name, const std::string& template_data, config::EvalVariables* variables) {
  if (template_data.empty()) return;
  std::optional<hcl::Value> value = config::TemplateData(template_data);
  if (value.has_value()) {
    (*variables)[name] = *std::move(value);
  } else {
    WAYPOINT_LOG(kWarn, "core", "template data can't be used", {"variable", name});
  }
}

absl::StatusOr<pb::Build> Build(const App& app) {
  BuildOperation operation(app);
  RETURN_IF_ERROR(RunOperation(operation));
  return std::move(operation.record);
}

absl::StatusOr<pb::PushedArtifact> Push(const App& app, const pb::Build& build) {
  PushOperation operation(app, build);
  RETURN_IF_ERROR(RunOperation(operation));
  return std::move(operation.record);
}

absl::StatusOr<pb::Job::BuildResult> BuildAndPush(const App& app, const pb::Job::BuildOp& op) {
  pb::Job::BuildResult result;
  ASSIGN_OR_RETURN(*result.mutable_build(), Build(app));
  if (op.disable_push()) return result;
  ASSIGN_OR_RETURN(*result.mutable_push(), Push(app, result.build()));
  return result;
}

}  // namespace waypoint::core
