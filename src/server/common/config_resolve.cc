#include "server/common/config_resolve.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/match.h"
#include "base/log.h"
#include "hcl/selector.h"
#include "ptypes/config_var.h"
#include "ptypes/names.h"
#include "ptypes/refs.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

using VarSet = std::vector<pb::ConfigVar>;

template <typename Record, typename Use>
void ForEachUnder(const state::View& view, const std::string& prefix, Use use) {
  view.ForEach<Record>(prefix, [&](const std::string& key, const Record& record) {
    if (!absl::StartsWith(key, prefix)) return false;
    use(record);
    return true;
  });
}

bool WorkspaceFits(const pb::Ref::Workspace& target, bool has, const std::string& workspace) {
  return !has || workspace.empty() || ptypes::SameName(target.workspace(), workspace);
}

bool SelectorFits(const pb::ConfigVar& var, const std::map<std::string, std::string>& labels) {
  const std::string& selector = var.target().label_selector();
  if (selector.empty()) return true;
  const absl::StatusOr<hcl::Selector> parsed = hcl::Selector::Parse(selector);
  if (!parsed.ok()) {  // SetConfig refuses such; this one comes from a snapshot
    WAYPOINT_LOG(kWarn, "server.config", "a stored variable has a label selector that cannot be read, it is left out",
                 {"name", var.name()}, {"error", parsed.status().message()});
    return false;
  }
  // A selector that names an unknown label matches nothing.
  return parsed->Matches(labels).value_or(false);
}

bool RunnerFits(const pb::ConfigVar::Target& target, const std::optional<std::string>& runner_id) {
  if (!runner_id) return !target.has_runner();
  if (!target.has_runner()) return false;
  return target.runner().has_any() || (target.runner().has_id() && target.runner().id().id() == *runner_id);
}

bool Fits(const pb::ConfigVar& var, const ConfigScope& scope) {
  const pb::ConfigVar::Target& target = var.target();
  return absl::StartsWithIgnoreCase(var.name(), scope.name_prefix) && RunnerFits(target, scope.runner_id) &&
         WorkspaceFits(target.workspace(), target.has_workspace(), scope.workspace) && SelectorFits(var, scope.labels);
}

// Weakest first.
void SortByStrength(VarSet& set) {
  std::stable_sort(set.begin(), set.end(), [](const pb::ConfigVar& a, const pb::ConfigVar& b) {
    auto strength = [](const pb::ConfigVar& var) {
      const pb::ConfigVar::Target& target = var.target();
      return std::make_tuple(target.has_workspace(), target.app_scope_case(), target.label_selector().size());
    };
    return strength(a) < strength(b);
  });
}

VarSet Collect(const state::View& view, const std::vector<std::string>& prefixes, const ConfigScope& scope) {
  VarSet set;
  for (const std::string& prefix : prefixes) {
    ForEachUnder<pb::ConfigVar>(view, prefix, [&](const pb::ConfigVar& var) {
      if (Fits(var, scope)) set.push_back(var);
    });
  }
  SortByStrength(set);
  // An id beats "any runner" within its scope.
  if (scope.runner_id) {
    std::stable_partition(set.begin(), set.end(),
                          [](const pb::ConfigVar& var) { return var.target().runner().has_any(); });
  }
  return set;
}

std::vector<VarSet> SetsOf(const state::View& view, const ConfigScope& scope) {
  std::vector<VarSet> sets;
  sets.push_back(Collect(view, {ptypes::GlobalPrefix()}, scope));
  if (scope.project.empty()) return sets;
  if (scope.application.empty()) {
    sets.push_back(
        Collect(view, {ptypes::ProjectPrefix(scope.project), ptypes::ApplicationsPrefix(scope.project)}, scope));
  } else {
    sets.push_back(Collect(view, {ptypes::ProjectPrefix(scope.project)}, scope));
    sets.push_back(Collect(view, {ptypes::ApplicationPrefix(scope.project, scope.application)}, scope));
  }
  return sets;
}

bool SourceFits(const pb::ConfigSource& source, const SourceScope& scope) {
  return absl::StartsWithIgnoreCase(source.type(), scope.type_prefix) &&
         (scope.all || WorkspaceFits(source.workspace(), source.has_workspace(), scope.workspace));
}

}  // namespace

std::vector<pb::ConfigVar> ResolveConfig(const state::View& view, const ConfigScope& scope) {
  const bool merge = scope.project.empty() || !scope.application.empty();
  std::vector<pb::ConfigVar> result;
  std::map<std::string, size_t> place;
  for (VarSet& set : SetsOf(view, scope)) {
    for (pb::ConfigVar& var : set) {
      const auto [it, fresh] = place.try_emplace(var.name(), result.size());
      if (fresh || !merge) {
        result.push_back(std::move(var));
      } else {
        result[it->second] = std::move(var);
      }
    }
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const pb::ConfigVar& a, const pb::ConfigVar& b) { return a.name() < b.name(); });
  return result;
}

std::vector<pb::ConfigSource> ResolveSources(const state::View& view, const SourceScope& scope) {
  std::vector<std::string> prefixes = {ptypes::GlobalPrefix()};
  if (!scope.project.empty()) prefixes.push_back(ptypes::ProjectPrefix(scope.project));
  if (!scope.application.empty()) prefixes.push_back(ptypes::ApplicationPrefix(scope.project, scope.application));
  if (scope.all) prefixes = {""};
  std::vector<pb::ConfigSource> sources;
  for (const std::string& prefix : prefixes) {
    ForEachUnder<pb::ConfigSource>(view, prefix, [&](const pb::ConfigSource& source) {
      if (SourceFits(source, scope)) sources.push_back(source);
    });
  }
  std::stable_sort(sources.begin(), sources.end(), [](const pb::ConfigSource& a, const pb::ConfigSource& b) {
    return std::make_tuple(a.has_workspace(), a.scope_case()) < std::make_tuple(b.has_workspace(), b.scope_case());
  });
  return sources;
}

}  // namespace waypoint::server
