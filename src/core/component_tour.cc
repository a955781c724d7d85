#include "core/component_tour.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "core/rpc_status.h"
#include "google/protobuf/empty.pb.h"

namespace waypoint::core {
namespace {

using config::StageKind;
using plugin::Function;

constexpr StageKind kStages[] = {StageKind::kBuild, StageKind::kRegistry, StageKind::kDeploy, StageKind::kRelease};

absl::StatusOr<std::vector<ActiveComponent>> Components(const App& app, bool configure) {
  std::vector<ActiveComponent> out;
  for (StageKind stage : kStages) {
    absl::StatusOr<ActiveComponent> made = app.MakeComponent(stage, {}, configure);
    if (absl::IsUnimplemented(made.status())) continue;
    if (!made.ok()) return made.status();
    out.push_back(*std::move(made));
  }
  return out;
}

bool Matches(const pb::Ref::Component& filter, const pb::Component& component) {
  return filter.type() == component.type() && (filter.name().empty() || filter.name() == component.name());
}

absl::Status Check(const App& app, const ActiveComponent& active, pb::Job::AuthResult::Result* result) {
  ASSIGN_OR_RETURN(plugin::Arguments arguments, app.CommonArguments(active.labels));
  google::protobuf::Empty response;
  absl::Status checked = app.Call(*active.component, Function::kValidateAuth, arguments, &response);
  if (absl::IsCancelled(checked)) return checked;
  result->set_check_result(checked.ok());
  result->clear_check_error();
  if (!checked.ok()) *result->mutable_check_error() = ToRpcStatus(checked);
  return absl::OkStatus();
}

absl::Status LogIn(const App& app, const ActiveComponent& active, pb::Job::AuthResult::Result* result) {
  ASSIGN_OR_RETURN(plugin::Arguments arguments, app.CommonArguments(active.labels));
  sdk::Auth::AuthResponse response;
  absl::Status status = app.Call(*active.component, Function::kAuth, arguments, &response);
  if (absl::IsCancelled(status)) return status;
  if (!status.ok()) {
    *result->mutable_auth_error() = ToRpcStatus(status);
    return absl::OkStatus();
  }
  result->set_auth_completed(response.authenticated());
  return response.authenticated() ? Check(app, active, result) : absl::OkStatus();
}

absl::Status AuthenticateOne(const App& app, const ActiveComponent& active, bool check_only,
                             pb::Job::AuthResult::Result* result) {
  *result->mutable_component() = active.info;
  ASSIGN_OR_RETURN(bool supported, active.component->Has(plugin::Probe::kAuthenticator));
  result->set_auth_supported(supported);
  if (!supported) return absl::OkStatus();
  RETURN_IF_ERROR(Check(app, active, result));
  if (result->check_result() || check_only) return absl::OkStatus();
  return LogIn(app, active, result);
}

void CopyField(const sdk::Config::FieldDocumentation& from, pb::Documentation::Field* to) {
  to->set_name(from.name());
  to->set_synopsis(from.synopsis());
  to->set_summary(from.summary());
  to->set_optional(from.optional());
  to->set_env_var(from.env_var());
  to->set_type(from.type());
  to->set_default_(from.default_());
}

pb::Documentation Copy(const sdk::Config::Documentation& from) {
  pb::Documentation to;
  to.set_description(from.description());
  to.set_example(from.example());
  to.set_input(from.input());
  to.set_output(from.output());
  for (const auto& [name, field] : from.fields()) CopyField(field, &(*to.mutable_fields())[name]);
  for (const auto& mapper : from.mappers()) {
    auto* out = to.add_mappers();
    out->set_input(mapper.input());
    out->set_output(mapper.output());
    out->set_description(mapper.description());
  }
  return to;
}

}  // namespace

absl::StatusOr<pb::Job::AuthResult> Authenticate(const App& app, const pb::Job::AuthOp& op) {
  ASSIGN_OR_RETURN(std::vector<ActiveComponent> components, Components(app, /*configure=*/true));
  pb::Job::AuthResult out;
  for (const ActiveComponent& active : components) {
    if (op.has_component() && !Matches(op.component(), active.info)) continue;
    RETURN_IF_ERROR(AuthenticateOne(app, active, op.check_only(), out.add_results()));
  }
  if (op.has_component() && out.results().empty()) {
    return absl::FailedPreconditionError(absl::StrCat("app \"", app.name(), "\" has no component ",
                                                      op.component().name(), " of type ",
                                                      pb::Component::Type_Name(op.component().type())));
  }
  return out;
}

absl::StatusOr<pb::Job::DocsResult> Document(const App& app) {
  ASSIGN_OR_RETURN(std::vector<ActiveComponent> components, Components(app, /*configure=*/false));
  pb::Job::DocsResult out;
  for (const ActiveComponent& active : components) {
    absl::StatusOr<sdk::Config::Documentation> docs = active.component->Documentation();
    if (absl::IsUnimplemented(docs.status())) continue;
    if (!docs.ok()) return docs.status();
    auto* result = out.add_results();
    *result->mutable_component() = active.info;
    *result->mutable_docs() = Copy(*docs);
  }
  return out;
}

}  // namespace waypoint::core
