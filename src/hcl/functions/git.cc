#include "hcl/functions/git.h"

#include "base/run_command.h"
#include "hcl/functions/builder.h"
#include "hcl/functions/git_repository.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;

// Unstaged changes only, as `git diff` sees them.
absl::StatusOr<bool> IsDirty(const GitRepository& repository) {
  CommandOptions command;
  command.argv = {"git", "diff", "--quiet"};
  command.cwd = repository.work_tree();
  absl::StatusOr<ExitStatus> exit = RunCommand(command);
  if (!exit.ok()) return Annotate(exit.status(), "gitrefpretty needs the git program to look for changes");
  return exit->code != 0;
}

absl::StatusOr<Value> Pretty(const std::string& folder, const Clock* clock) {
  ASSIGN_OR_RETURN(GitRepository repository, GitRepository::Open(folder));
  ASSIGN_OR_RETURN(std::string hash, repository.HeadHash());
  std::vector<std::string> tags = repository.TagsAt(hash);
  std::string name = tags.empty() ? hash : tags.front();
  ASSIGN_OR_RETURN(bool dirty, IsDirty(repository));
  if (dirty) name += "_CHANGES";
  if (dirty && clock != nullptr) absl::StrAppend(&name, "_", absl::ToUnixSeconds(clock->Now()));
  return Value::Str(name);
}

absl::StatusOr<Value> Hash(const std::string& folder) {
  ASSIGN_OR_RETURN(GitRepository repository, GitRepository::Open(folder));
  ASSIGN_OR_RETURN(std::string hash, repository.HeadHash());
  return Value::Str(hash);
}

absl::StatusOr<Value> Tag(const std::string& folder) {
  ASSIGN_OR_RETURN(GitRepository repository, GitRepository::Open(folder));
  ASSIGN_OR_RETURN(std::string hash, repository.HeadHash());
  std::vector<std::string> tags = repository.TagsAt(hash);
  return Value::Str(tags.empty() ? "" : tags.back());
}

absl::StatusOr<Value> RemoteUrl(const std::string& folder, const std::string& name) {
  ASSIGN_OR_RETURN(GitRepository repository, GitRepository::Open(folder));
  if (std::optional<std::string> url = repository.RemoteUrl(name)) return Value::Str(*url);
  return ArgumentError(0, absl::StrCat("the git repository at ", repository.work_tree(), " has no remote named \"",
                                       name, "\"; `git remote -v` lists those it has"));
}

}  // namespace

FunctionTable GitFunctions(const std::string& folder, const Clock* clock) {
  FunctionTable table;
  const Type text = Type::String();
  auto define = [&](const char* name, auto f) {
    Define(table, name, {{}, std::nullopt, Returns(text), [f](Args, const Type&) { return f(); }});
  };
  define("gitrefhash", [folder] { return Hash(folder); });
  define("gitreftag", [folder] { return Tag(folder); });
  define("gitrefpretty", [folder, clock] { return Pretty(folder, clock); });
  Define(table, "gitremoteurl", {{Param("name", text)}, std::nullopt, Returns(text), [folder](Args a, const Type&) {
                                   return RemoteUrl(folder, a[0].AsString());
                                 }});
  return table;
}

}  // namespace waypoint::hcl
