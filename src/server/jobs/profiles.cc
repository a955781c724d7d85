#include "server/jobs/profiles.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace waypoint::jobs {
namespace {

ProfilePtr First(const state::View& view, absl::FunctionRef<bool(const pb::OnDemandRunnerConfig&)> wanted) {
  std::string found;
  view.ForEach<pb::OnDemandRunnerConfig>("", [&](const std::string& key, const pb::OnDemandRunnerConfig& profile) {
    if (wanted(profile)) found = key;
    return found.empty();
  });
  return found.empty() ? nullptr : view.Get<pb::OnDemandRunnerConfig>(found);
}

}  // namespace

ProfilePtr FindProfile(const state::View& view, const pb::Ref::OnDemandRunnerConfig& ref) {
  if (!ref.id().empty()) return view.Get<pb::OnDemandRunnerConfig>(absl::AsciiStrToLower(ref.id()));
  if (ref.name().empty()) return nullptr;
  return First(view, [&](const auto& profile) { return absl::EqualsIgnoreCase(profile.name(), ref.name()); });
}

ProfilePtr DefaultProfile(const state::View& view) {
  return First(view, [](const auto& profile) { return profile.default_(); });
}

}  // namespace waypoint::jobs
