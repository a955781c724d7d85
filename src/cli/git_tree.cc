#include "cli/git_tree.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "cli/run_program.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::Duration kPatience = absl::Seconds(10);

class Git {
 public:
  explicit Git(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<ProgramEnd> Ask(const std::vector<std::string>& words) const {
    return RunGit(words, folder_, kPatience);
  }

  // The output without spaces around it; a failing command is an error.
  absl::StatusOr<std::string> Text(const std::vector<std::string>& words) const {
    ASSIGN_OR_RETURN(const ProgramEnd answer, Ask(words));
    if (answer.code != 0) {
      return absl::UnknownError(absl::StrCat("git ", absl::StrJoin(words, " "), " ended with exit code ", answer.code));
    }
    return std::string(absl::StripAsciiWhitespace(answer.out));
  }

 private:
  std::string folder_;
};

absl::string_view WithoutUserAndSuffix(absl::string_view url) {
  absl::ConsumePrefix(&url, "git@");
  absl::ConsumeSuffix(&url, "/");
  absl::ConsumeSuffix(&url, ".git");
  return url;
}

// "host/path" of https, ssh and the short ssh form.
std::string HostAndPath(absl::string_view url) {
  url = WithoutUserAndSuffix(url);
  const bool short_form = !absl::StrContains(url, "://");
  for (absl::string_view scheme : {"https://", "http://", "ssh://"}) absl::ConsumePrefix(&url, scheme);
  absl::ConsumePrefix(&url, "git@");
  std::string out(url);
  if (const size_t colon = out.find(':'); short_form && colon != std::string::npos) out[colon] = '/';
  return out;
}

absl::StatusOr<std::string> FindRemote(const Git& git, const std::string& url) {
  ASSIGN_OR_RETURN(const std::string names, git.Text({"remote"}));
  for (absl::string_view name : absl::StrSplit(names, '\n', absl::SkipEmpty())) {
    ASSIGN_OR_RETURN(const std::string other, git.Text({"remote", "get-url", std::string(name)}));
    if (SameRepository(other, url)) return std::string(name);
  }
  return absl::NotFoundError(absl::StrCat("no remote of the repository is ", url));
}

absl::StatusOr<std::string> DefaultBranch(const Git& git, const std::string& remote) {
  ASSIGN_OR_RETURN(const std::string text, git.Text({"remote", "show", remote}));
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (absl::ConsumePrefix(&line, "HEAD branch: ")) return std::string(line);
  }
  return absl::NotFoundError(absl::StrCat("the remote ", remote, " does not say what its branch is"));
}

absl::StatusOr<std::string> BranchOf(const Git& git, const std::string& remote, std::string ref) {
  if (ref.empty()) {
    ASSIGN_OR_RETURN(ref, DefaultBranch(git, remote));
  }
  const std::string branch = absl::StrCat(remote, "/", ref);
  ASSIGN_OR_RETURN(const ProgramEnd known, git.Ask({"show-ref", "--verify", "--quiet", "refs/remotes/" + branch}));
  if (known.code != 0) return absl::NotFoundError(absl::StrCat(branch, " is no branch that was fetched"));
  return branch;
}

}  // namespace

bool SameRepository(absl::string_view a, absl::string_view b) {
  return WithoutUserAndSuffix(a) == WithoutUserAndSuffix(b) || HostAndPath(a) == HostAndPath(b);
}

absl::StatusOr<bool> HasUnusedEdits(const std::string& folder, const pb::Job::Git& source) {
  ASSIGN_OR_RETURN(const std::string root, Git(folder).Text({"rev-parse", "--show-toplevel"}));
  const Git git(root);
  ASSIGN_OR_RETURN(const std::string remote, FindRemote(git, source.url()));
  std::vector<std::string> status = {"status", "--porcelain", "--"};
  if (!source.path().empty()) status.push_back(source.path());
  ASSIGN_OR_RETURN(const std::string uncommitted, git.Text(status));
  if (!uncommitted.empty()) return true;
  ASSIGN_OR_RETURN(const std::string branch, BranchOf(git, remote, source.ref()));
  std::vector<std::string> diff = {"diff", "--quiet", branch, "--"};
  if (!source.path().empty()) diff.push_back(source.path());
  ASSIGN_OR_RETURN(const ProgramEnd answer, git.Ask(diff));
  return answer.code != 0;
}

}  // namespace waypoint::cli
