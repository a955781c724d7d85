#include "server/access/user_index.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "waypoint/common.pb.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

std::string Alias(absl::string_view kind, absl::string_view name) {
  return absl::AsciiStrToLower(absl::StrCat(kind, "\n", name));
}

std::string LinkAlias(absl::string_view issuer, absl::string_view subject) {
  return Alias("link", absl::StrCat(issuer, "\n", subject));
}

std::vector<std::string> AliasesOf(const state::Message* record) {
  std::vector<std::string> aliases;
  if (record == nullptr) return aliases;
  const auto& user = static_cast<const pb::User&>(*record);
  aliases.push_back(Alias("name", user.username()));
  if (!user.email().empty()) aliases.push_back(Alias("email", user.email()));
  for (const pb::User::Link& link : user.links()) {
    if (link.has_oidc()) aliases.push_back(LinkAlias(link.oidc().iss(), link.oidc().sub()));
  }
  return aliases;
}

}  // namespace

void UserIndex::Changed(const std::string& key, const state::Message* before, const state::Message* after) {
  for (const std::string& alias : AliasesOf(before)) {
    auto it = holders_.find(alias);
    if (it == holders_.end()) continue;
    it->second.erase(std::remove(it->second.begin(), it->second.end(), key), it->second.end());
    if (it->second.empty()) holders_.erase(it);
  }
  for (const std::string& alias : AliasesOf(after)) holders_[alias].push_back(key);
  size_ += (after != nullptr) - (before != nullptr);
}

// Without the order of writing, which a restart forgets.
std::string UserIndex::DebugDump() const {
  std::string text = absl::StrCat(size_, " users\n");
  for (const auto& [alias, keys] : holders_) {
    std::vector<std::string> sorted = keys;
    std::sort(sorted.begin(), sorted.end());
    absl::StrAppend(&text, alias, ": ", absl::StrJoin(sorted, " "), "\n");
  }
  return text;
}

std::string UserIndex::ByName(absl::string_view name) const { return Last(Alias("name", name)); }

std::string UserIndex::ByEmail(absl::string_view email) const { return Last(Alias("email", email)); }

std::string UserIndex::ByLink(absl::string_view issuer, absl::string_view subject) const {
  return Last(LinkAlias(issuer, subject));
}

std::string UserIndex::Last(const std::string& alias) const {
  auto it = holders_.find(alias);
  return it == holders_.end() ? std::string() : it->second.back();
}

}  // namespace waypoint::server
