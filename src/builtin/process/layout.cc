#include "builtin/process/layout.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/files.h"

namespace waypoint::builtin::process {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Layout Layout::ForUser() {
  if (std::string own = Variable("WAYPOINT_PROCESS_DATA"); !own.empty()) return Layout(own);
  std::string data = Variable("XDG_DATA_HOME");
  if (data.empty()) data = JoinPath(Variable("HOME"), ".local/share");
  return Layout(JoinPath(data, "waypoint/process"));
}

std::string Layout::Artifacts() const { return JoinPath(root_, "artifacts"); }
std::string Layout::Deployments() const { return JoinPath(root_, "deployments"); }
std::string Layout::Deployment(absl::string_view id) const { return JoinPath(Deployments(), PathPart(id)); }
std::string Layout::Task(absl::string_view id) const { return JoinPath(JoinPath(root_, "tasks"), PathPart(id)); }
std::string Layout::Front(const pb::State::Owner& owner) const { return Of("fronts", owner); }
bool Layout::IsFront(absl::string_view folder) const {
  if (!absl::ConsumePrefix(&folder, absl::StrCat(root_, "/fronts/"))) return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(folder, '/');
  auto is_plain = [](absl::string_view part) {
    return part == "%" || (!part.empty() && PathPart(absl::StrReplaceAll(part, {{"%", "_"}})).size() == part.size());
  };
  return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), is_plain);
}
std::string Layout::AllBuilds() const { return JoinPath(root_, "builds"); }
std::string Layout::Builds(const pb::State::Owner& owner) const { return Of("builds", owner) + ".json"; }
std::string Layout::FailedLog(const pb::State::Owner& owner) const { return Of("failed", owner) + ".log"; }

std::string Layout::Of(absl::string_view kind, const pb::State::Owner& owner) const {
  return absl::StrCat(root_, "/", kind, "/", PathPart(owner.project()), "/", PathPart(owner.workspace()), "/",
                      PathPart(owner.app()));
}

std::string PathPart(absl::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    char c = name[i];
    bool plain = absl::ascii_isalnum(c) || c == '-' || c == '_' || (c == '.' && i > 0);
    if (plain) {
      out += c;
    } else {
      absl::StrAppendFormat(&out, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return out.empty() ? "%" : out;
}

}  // namespace waypoint::builtin::process
