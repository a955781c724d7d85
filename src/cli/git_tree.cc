#include "cli/git_tree.h"

#include <poll.h>
#include <unistd.h>

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/subprocess.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::Duration kPatience = absl::Seconds(10);

// False at the deadline.
bool ReadToEnd(int fd, absl::Time deadline, std::string& out) {
  char buffer[8192];
  while (true) {
    pollfd wait = {fd, POLLIN, 0};
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0) return false;
    if (poll(&wait, 1, static_cast<int>(left)) <= 0) continue;
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    if (count == 0) return true;
    if (count > 0) out.append(buffer, count);
  }
}

struct Answer {
  std::string text;
  int code = 0;
};

class Git {
 public:
  explicit Git(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<Answer> Ask(const std::vector<std::string>& words) const {
    SpawnOptions options;
    options.argv = {"git"};
    options.argv.insert(options.argv.end(), words.begin(), words.end());
    // Nobody is asked for a password, and texts are not translated.
    options.env = MergeEnvironment(CurrentEnvironment(), {"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C",
                                                          "GIT_SSH_COMMAND=ssh -oBatchMode=yes"});
    options.cwd = folder_;
    options.in = options.err = Stdio::Null();
    options.out = Stdio::Pipe();
    options.group = SpawnOptions::Group::kNewGroup;
    ASSIGN_OR_RETURN(const std::unique_ptr<Process> process, Process::Spawn(options));
    const absl::Time deadline = absl::Now() + kPatience;
    Answer answer;
    if (!ReadToEnd(process->out.get(), deadline, answer.text)) {
      return absl::DeadlineExceededError(absl::StrCat("git ", absl::StrJoin(words, " "), " took too long"));
    }
    ASSIGN_OR_RETURN(const ExitStatus end, process->Wait({}, deadline));
    answer.code = end.ShellCode();
    return answer;
  }

  // The output without spaces around it; a failing command is an error.
  absl::StatusOr<std::string> Text(const std::vector<std::string>& words) const {
    ASSIGN_OR_RETURN(Answer answer, Ask(words));
    if (answer.code != 0) {
      return absl::UnknownError(absl::StrCat("git ", absl::StrJoin(words, " "), " ended with exit code ", answer.code));
    }
    return std::string(absl::StripAsciiWhitespace(answer.text));
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
  ASSIGN_OR_RETURN(const Answer known, git.Ask({"show-ref", "--verify", "--quiet", "refs/remotes/" + branch}));
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
  ASSIGN_OR_RETURN(const Answer answer, git.Ask(diff));
  return answer.code != 0;
}

}  // namespace waypoint::cli
