#include "cli/completion.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/files.h"
#include "cli/command_flags.h"

namespace waypoint::cli {
namespace {

constexpr std::array<absl::string_view, 4> kTakesFile = {"fmt", "server restore", "server snapshot",
                                                         "server snapshot verify"};

bool IsFlag(absl::string_view word) { return absl::StartsWith(word, "-"); }

// Names below the folder that `typed` begins to name; folders end in "/".
std::vector<std::string> Files(const std::string& folder, const std::string& typed) {
  const std::string parent = typed.substr(0, typed.rfind('/') + 1);  // "" without a slash
  std::vector<std::string> out;
  std::error_code error;
  std::filesystem::directory_iterator entries(JoinPath(folder, parent), error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    std::error_code unreadable;
    out.push_back(
        absl::StrCat(parent, entries->path().filename().string(), entries->is_directory(unreadable) ? "/" : ""));
  }
  return out;
}

struct Position {
  std::string words;  // of the command or group that was typed
  size_t used = 1;    // typed words, the program included
};

// Follows the words as far as they name commands. A flag between them changes nothing.
Position FindPosition(const Registry& registry, const std::vector<std::string>& typed) {
  Position position;
  for (size_t i = 1; i < typed.size(); ++i) {
    if (IsFlag(typed[i])) continue;
    const std::string deeper = absl::StrCat(position.words, position.words.empty() ? "" : " ", typed[i]);
    if (registry.FindCommand(deeper) == nullptr && registry.FindGroup(deeper) == nullptr) break;
    position = {deeper, i + 1};
  }
  return position;
}

}  // namespace

std::string LineToComplete(absl::string_view line, absl::string_view point) {
  size_t end = 0;
  if (!absl::SimpleAtoi(point, &end) || end > line.size()) return std::string(line);
  return std::string(line.substr(0, end));
}

std::vector<std::string> Complete(const Registry& registry, absl::string_view line, const std::string& folder) {
  std::vector<std::string> typed = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  std::string last;  // the word that is being typed; "" behind a space
  if (!line.empty() && !absl::ascii_isspace(line.back()) && typed.size() > 1) {
    last = typed.back();
    typed.pop_back();
  }
  const Position position = FindPosition(registry, typed);
  std::vector<std::string> candidates;
  if (position.used >= typed.size()) {
    for (const auto& child : registry.ChildrenOf(position.words)) {
      if (!child.hidden) candidates.push_back(child.name);
    }
  }
  if (const CommandInfo* command = registry.FindCommand(position.words); command != nullptr) {
    if (IsFlag(last)) candidates = CommandFlags(*command).flags.Names();
    if (!IsFlag(last) && std::find(kTakesFile.begin(), kTakesFile.end(), position.words) != kTakesFile.end()) {
      for (std::string& name : Files(folder, last)) candidates.push_back(std::move(name));
    }
  }
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                  [&](const std::string& name) { return !absl::StartsWith(name, last); }),
                   candidates.end());
  std::sort(candidates.begin(), candidates.end());
  return candidates;
}

}  // namespace waypoint::cli
