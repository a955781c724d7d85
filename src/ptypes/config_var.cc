#include "ptypes/config_var.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "ptypes/names.h"
#include "ptypes/refs.h"
#include "ptypes/violations.h"

namespace waypoint::ptypes {
namespace {

const std::string kEnd(1, '\0');  // no name holds it

void CheckVariable(const pb::ConfigVar& var, const std::string& field, Violations& out) {
  out.Require(!var.name().empty(), field + ".name", kBlank);
  out.Require(var.name().find('\0') == std::string::npos, field + ".name", "cannot contain a zero byte");
  const pb::ConfigVar::Target& target = var.target();
  switch (target.app_scope_case()) {
    case pb::ConfigVar::Target::kGlobal:
      break;
    case pb::ConfigVar::Target::kProject:
      out.Require(!target.project().project().empty(), field + ".target.AppScope.Project.project", kBlank);
      break;
    case pb::ConfigVar::Target::kApplication:
      CheckApplicationRef(target.application(), field + ".target.AppScope.Application", out);
      break;
    case pb::ConfigVar::Target::APP_SCOPE_NOT_SET:
      out.Add(field + ".target.AppScope", kMustBeSet);
      break;
  }
}

template <typename Request>
absl::Status CheckVariables(const Request& request) {
  Violations out;
  out.Require(request.variables_size() > 0, "variables", kBlank);
  for (int i = 0; i < request.variables_size(); ++i) {
    pb::ConfigVar var = request.variables(i);
    NormalizeTarget(var);
    CheckVariable(var, absl::StrCat("variables[", i, "]"), out);
  }
  return out.ToStatus();
}

template <typename Scoped>
void CheckScope(const Scoped& scoped, const std::string& field, Violations& out) {
  if (scoped.has_project()) out.Require(!scoped.project().project().empty(), field + "Scope.Project.project", kBlank);
  if (scoped.has_application()) CheckApplicationRef(scoped.application(), field + "Scope.Application", out);
}

template <typename Request>
absl::Status CheckSource(const Request& request) {
  Violations out;
  if (out.Require(request.has_config_source(), "config_source", kMustBeSet)) {
    const pb::ConfigSource& source = request.config_source();
    out.Require(!source.type().empty(), "config_source.type", kBlank);
    out.Require(source.scope_case() != pb::ConfigSource::SCOPE_NOT_SET, "config_source.Scope", kMustBeSet);
    CheckScope(source, "config_source.", out);
  }
  return out.ToStatus();
}

std::string RunnerKey(const pb::Ref::Runner& runner) {
  switch (runner.target_case()) {
    case pb::Ref::Runner::kAny:
      return "any";
    case pb::Ref::Runner::kId:
      return absl::StrCat("id=", runner.id().id());
    case pb::Ref::Runner::kLabels: {
      const std::map<std::string, std::string> sorted(runner.labels().labels().begin(), runner.labels().labels().end());
      std::string key = "labels";
      for (const auto& [name, value] : sorted) absl::StrAppend(&key, "\1", name, "\2", value);
      return key;
    }
    case pb::Ref::Runner::TARGET_NOT_SET:
      break;
  }
  return "";
}

template <typename Scoped>
std::string ScopePrefix(const Scoped& scoped) {
  if (scoped.has_application()) {
    return ApplicationPrefix(scoped.application().project(), scoped.application().application());
  }
  return scoped.has_project() ? ProjectPrefix(scoped.project().project()) : GlobalPrefix();
}

// Found in any case, but told apart by it.
std::string ScopeSpelling(const pb::ConfigVar::Target& target) {
  if (target.has_application()) {
    return absl::StrCat(target.application().project(), kEnd, target.application().application(), kEnd);
  }
  return target.has_project() ? absl::StrCat(target.project().project(), kEnd) : "";
}

}  // namespace

absl::Status Check(const pb::ConfigSetRequest& request) { return CheckVariables(request); }
absl::Status Check(const pb::ConfigDeleteRequest& request) { return CheckVariables(request); }
absl::Status Check(const pb::SetConfigSourceRequest& request) { return CheckSource(request); }
absl::Status Check(const pb::DeleteConfigSourceRequest& request) { return CheckSource(request); }

absl::Status Check(const pb::ConfigGetRequest& request) {
  Violations out;
  out.Require(request.scope_case() != pb::ConfigGetRequest::SCOPE_NOT_SET, "Scope", kMustBeSet);
  return out.ToStatus();
}

absl::Status Check(const pb::GetConfigSourceRequest& request) {
  Violations out;
  out.Require(request.scope_case() != pb::GetConfigSourceRequest::SCOPE_NOT_SET, "Scope", kMustBeSet);
  return out.ToStatus();
}

void NormalizeTarget(pb::ConfigVar& var) {
  if (var.unused_scope_case() == pb::ConfigVar::UNUSED_SCOPE_NOT_SET) return;
  pb::ConfigVar::Target target;
  if (var.has_application()) {
    *target.mutable_application() = var.application();
  } else if (var.has_project()) {
    *target.mutable_project() = var.project();
  } else {
    target.mutable_global();
    *target.mutable_runner() = var.runner();
  }
  var.clear_unused_scope();
  *var.mutable_target() = std::move(target);
}

bool IsDelete(const pb::ConfigVar& var) {
  return var.value_case() == pb::ConfigVar::VALUE_NOT_SET || var.has_unset() ||
         (var.value_case() == pb::ConfigVar::kStatic && var.static_().empty());
}

std::string ConfigVarKey(const pb::ConfigVar& normalized) {
  const pb::ConfigVar::Target& target = normalized.target();
  return absl::StrCat(ScopePrefix(target), ScopeSpelling(target), target.workspace().workspace(), kEnd,
                      target.label_selector(), kEnd, RunnerKey(target.runner()), kEnd, FoldCase(normalized.name()));
}

std::string ConfigSourceKey(const pb::ConfigSource& source) {
  return absl::StrCat(ScopePrefix(source), FoldCase(source.workspace().workspace()), kEnd, source.type());
}

uint64_t ConfigSourceHash(const pb::ConfigSource& source) {
  const std::map<std::string, std::string> sorted(source.config().begin(), source.config().end());
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  auto add = [&hash](absl::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash = (hash ^ 0xff) * 0x100000001b3u;  // the end: no byte of UTF-8
  };
  for (const auto& [name, value] : sorted) {
    add(name);
    add(value);
  }
  return hash;
}

std::string GlobalPrefix() { return absl::StrCat("g", kEnd); }
std::string ProjectPrefix(absl::string_view project) { return absl::StrCat("p", kEnd, FoldCase(project), kEnd); }
std::string ApplicationsPrefix(absl::string_view project) { return absl::StrCat("a", kEnd, FoldCase(project), kEnd); }
std::string ApplicationPrefix(absl::string_view project, absl::string_view application) {
  return absl::StrCat(ApplicationsPrefix(project), FoldCase(application), kEnd);
}

}  // namespace waypoint::ptypes
