#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "datasource/git_source.h"

namespace waypoint::datasource {
namespace {

namespace pb = ::hashicorp::waypoint;

absl::Status Apply(const std::string& name, const std::string& value, pb::Job::Git* git) {
  const std::string field = absl::AsciiStrToLower(name);
  if (field == "url") {
    git->set_url(value);
  } else if (field == "ref") {
    git->set_ref(value);
  } else if (field == "path") {
    git->set_path(value);
  } else if (field == "username") {
    git->mutable_basic()->set_username(value);
  } else if (field != "password" && field != "key" && field != "key_password") {
    return absl::FailedPreconditionError(absl::StrCat("data source override \"", name,
                                                      "\" is unknown for git. Known are: url, ref, path, username, ",
                                                      "password, key, key_password"));
  }
  return absl::OkStatus();
}

// Those that belong to a kind of login; the user name decides which one it is.
absl::Status ApplyAuth(const std::map<std::string, std::string>& overrides, pb::Job::Git* git) {
  auto find = [&](const char* name) {
    const auto it = overrides.find(name);
    return it != overrides.end() ? it->second : std::string();
  };
  if (overrides.count("username") != 0) {
    git->mutable_basic()->set_password(find("password"));
  } else if (overrides.count("key") != 0) {
    git->mutable_ssh()->set_private_key_pem(find("key"));
    git->mutable_ssh()->set_password(find("key_password"));
  } else if (overrides.count("password") != 0 || overrides.count("key_password") != 0) {
    return absl::FailedPreconditionError(
        "data source overrides: \"password\" needs \"username\", \"key_password\" needs \"key\"");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<pb::Job::Git> EffectiveGit(const pb::Job& job) {
  pb::Job::Git git = job.data_source().git();
  std::map<std::string, std::string> overrides;
  for (const auto& [name, value] : job.data_source_overrides()) {
    overrides[absl::AsciiStrToLower(name)] = value;
    if (absl::Status status = Apply(name, value, &git); !status.ok()) return status;
  }
  if (absl::Status status = ApplyAuth(overrides, &git); !status.ok()) return status;
  for (absl::string_view part : absl::StrSplit(git.path(), '/')) {
    if (part == ".." || (!git.path().empty() && git.path()[0] == '/')) {
      return absl::FailedPreconditionError(
          absl::StrCat("git path \"", git.path(), "\" must be relative and stay inside the repository"));
    }
  }
  return git;
}

}  // namespace waypoint::datasource
