#include "cli/select.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace waypoint::cli {
namespace {

constexpr int kUnknownCommand = 127;

bool IsHelp(const std::string& word) { return word == "-h" || word == "-help" || word == "--help"; }
bool IsVersion(const std::string& word) { return word == "-version" || word == "--version"; }

// Takes -v, -vv, -vvv out of the words before a literal "--".
int TakeVerbosity(std::vector<std::string>& args) {
  int verbosity = 0;
  auto end = std::find(args.begin(), args.end(), "--");
  auto kept = std::remove_if(args.begin(), end, [&](const std::string& word) {
    const int level = word == "-v" ? 1 : word == "-vv" ? 2 : word == "-vvv" ? 3 : 0;
    verbosity = std::max(verbosity, level);
    return level > 0;
  });
  args.erase(kept, end);
  return verbosity;
}

bool EndsCommandWords(const std::string& word) {
  return word.empty() || absl::StrContains(word, ' ') || word[0] == '-';
}

}  // namespace

Selection Select(const Registry& registry, std::vector<std::string> args) {
  Selection selection;
  const bool lone_v = args.size() == 1 && args[0] == "-v";
  selection.verbosity = TakeVerbosity(args);

  size_t first = 0;  // flags before the command word
  while (first < args.size() && EndsCommandWords(args[first]) && args[first] != "--") ++first;
  const bool version = std::any_of(args.begin(), args.begin() + first, IsVersion);
  const bool help = std::any_of(args.begin(), std::find(args.begin(), args.end(), "--"), IsHelp);
  if (lone_v || (version && !help)) {
    selection.kind = Selection::Kind::kRun;
    selection.command = registry.FindCommand("version");
    return selection;
  }

  for (size_t i = 0; i < first; ++i) {
    const bool uninstall = args[i] == "-autocomplete-uninstall" || args[i] == "--autocomplete-uninstall";
    if (help || (!uninstall && args[i] != "-autocomplete-install" && args[i] != "--autocomplete-install")) continue;
    selection.kind = Selection::Kind::kShellSetup;
    selection.uninstall = uninstall;
    return selection;
  }

  std::string words;
  size_t used = first;
  for (size_t i = first; i < args.size() && !EndsCommandWords(args[i]); ++i) {
    absl::StrAppend(&words, words.empty() ? "" : " ", args[i]);
    if (const CommandInfo* command = registry.FindCommand(words)) {
      selection.command = command;
      selection.group = nullptr;
      used = i + 1;
    } else if (const GroupInfo* group = registry.FindGroup(words)) {
      selection.group = group;
      selection.command = nullptr;
      used = i + 1;
    }
  }
  selection.args.assign(args.begin() + used, args.end());

  if (selection.command != nullptr) {
    selection.kind = help || first > 0 ? Selection::Kind::kCommandHelp : Selection::Kind::kRun;
    if (!help && first > 0) {
      selection.error = "Flags must stand behind the command: " + args[0];
      selection.exit_code = 1;
    }
  } else if (selection.group != nullptr) {
    selection.kind = Selection::Kind::kGroupHelp;
    selection.exit_code = help ? 0 : 1;
  } else {
    selection.kind = Selection::Kind::kTopHelp;
    selection.exit_code = help ? 0 : kUnknownCommand;
    if (!help && !words.empty()) selection.error = absl::StrCat("There is no command \"", words, "\".");
  }
  return selection;
}

}  // namespace waypoint::cli
