#include "cli/shell_setup.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/files.h"
#include "base/status.h"

namespace waypoint::cli {
namespace {

// A file of a shell and the lines that belong in it. An own file holds nothing else.
struct Target {
  std::string path;
  std::vector<std::string> lines;
  bool own = false;
};

std::vector<std::string> FishLines(const ShellSetup& setup) {
  const std::string function = absl::StrCat("__complete_", setup.name);
  return {absl::StrCat("function ", function),
          "    set -lx COMP_LINE (commandline -cp)",
          "    set -lx COMP_POINT (string length -- $COMP_LINE)",
          absl::StrCat("    ", setup.program),
          "end",
          absl::StrCat("complete -f -c ", setup.name, " -a \"(", function, ")\"")};
}

// Only shells that the user has files of.
std::vector<Target> Targets(const ShellSetup& setup) {
  std::vector<Target> out;
  for (const char* name : {".bashrc", ".bash_profile", ".bash_login", ".profile"}) {
    const std::string path = JoinPath(setup.home, name);
    if (!PathExists(path)) continue;
    out.push_back({path, {absl::StrCat("complete -C ", setup.program, " ", setup.name)}});
    break;
  }
  if (const std::string path = JoinPath(setup.home, ".zshrc"); PathExists(path)) {
    out.push_back({path,
                   {"autoload -U +X bashcompinit && bashcompinit",
                    absl::StrCat("complete -o nospace -C ", setup.program, " ", setup.name)}});
  }
  if (const std::string folder = JoinPath(setup.config_folder, "fish"); IsFolder(folder)) {
    out.push_back({absl::StrCat(folder, "/completions/", setup.name, ".fish"), FishLines(setup), /*own=*/true});
  }
  return out;
}

absl::StatusOr<std::vector<Target>> SomeTargets(const ShellSetup& setup) {
  std::vector<Target> targets = Targets(setup);
  if (!targets.empty()) return targets;
  return absl::NotFoundError(absl::StrCat(
      "there is no file of a shell to edit: neither .bashrc, .bash_profile, .bash_login, .profile or .zshrc in ",
      setup.home, " nor the folder ", setup.config_folder, "/fish. Create the one of your shell and try again."));
}

std::vector<std::string> LinesOf(const std::string& text) { return absl::StrSplit(text, '\n'); }

absl::StatusOr<std::string> ReadIfThere(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) return "";
  return text;
}

bool Has(const std::string& text, const Target& target) {
  const std::vector<std::string> lines = LinesOf(text);
  return std::find(lines.begin(), lines.end(), target.lines.back()) != lines.end();
}

// In place: startup files are often links into somebody's collection of them.
absl::Status Write(const std::string& path, const std::string& text) {
  RETURN_IF_ERROR(MakeFolders(FolderOf(path)));
  return WriteFile(path, text);
}

absl::Status AddTo(const Target& target, std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return Write(target.path, absl::StrCat(text, absl::StrJoin(target.lines, "\n"), "\n"));
}

absl::Status RemoveFrom(const Target& target, const std::string& text) {
  if (target.own) return RemoveAll(target.path);
  std::vector<std::string> lines = LinesOf(text);
  auto ours = [&](const std::string& line) {
    // Others may need the first line that zsh got, and it does no harm.
    return line == target.lines.back();
  };
  lines.erase(std::remove_if(lines.begin(), lines.end(), ours), lines.end());
  return Write(target.path, absl::StrJoin(lines, "\n"));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ShellSetup::Install() const {
  ASSIGN_OR_RETURN(const std::vector<Target> targets, SomeTargets(*this));
  std::vector<std::string> changed;
  for (const Target& target : targets) {
    ASSIGN_OR_RETURN(const std::string text, ReadIfThere(target.path));
    if (Has(text, target)) continue;
    RETURN_IF_ERROR(AddTo(target, text));
    changed.push_back(target.path);
  }
  if (changed.empty()) return absl::AlreadyExistsError("completion is installed already");
  return changed;
}

absl::StatusOr<std::vector<std::string>> ShellSetup::Uninstall() const {
  std::vector<std::string> changed;
  for (const Target& target : Targets(*this)) {
    ASSIGN_OR_RETURN(const std::string text, ReadIfThere(target.path));
    if (!Has(text, target)) continue;
    RETURN_IF_ERROR(RemoveFrom(target, text));
    changed.push_back(target.path);
  }
  if (changed.empty()) return absl::NotFoundError("completion is not installed");
  return changed;
}

}  // namespace waypoint::cli
