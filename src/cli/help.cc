#include "cli/help.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/examples.h"
#include "cli/ui/table.h"
#include "cli/ui/text.h"

namespace waypoint::cli {
namespace {

constexpr const char* kCommon[] = {"login", "build", "deploy", "release", "status", "up"};
constexpr const char* kLeftOut[] = {"plugin", "k8s", "template", "token"};
constexpr int kTextWidth = 78;

bool IsCommon(const std::string& name) {
  return std::find(std::begin(kCommon), std::end(kCommon), name) != std::end(kCommon);
}

bool IsLeftOut(const Registry::Child& child) {
  return child.hidden || std::find(std::begin(kLeftOut), std::end(kLeftOut), child.name) != std::end(kLeftOut);
}

std::string Bold(absl::string_view text, bool colors) {
  return colors ? absl::StrCat("\x1b[1m", text, kColorOff) : std::string(text);
}

std::string Magenta(absl::string_view text, bool colors) {
  return colors ? absl::StrCat("\x1b[95m", text, kColorOff) : std::string(text);
}

std::string Listing(const std::vector<Registry::Child>& children) {
  size_t width = 0;
  for (const auto& child : children) width = std::max(width, child.name.size());
  std::string out;
  for (const auto& child : children) {
    absl::StrAppend(&out, "  ", child.name, std::string(width - child.name.size() + 4, ' '), child.synopsis, "\n");
  }
  return out;
}

std::string Subcommands(const Registry& registry, const std::string& words, bool colors) {
  std::vector<Registry::Child> children = registry.ChildrenOf(words);
  // Who asks for a hidden group wants to know what is in it.
  const bool all_hidden = std::all_of(children.begin(), children.end(), [](const auto& child) { return child.hidden; });
  children.erase(
      std::remove_if(children.begin(), children.end(), [&](const auto& child) { return child.hidden && !all_hidden; }),
      children.end());
  if (children.empty()) return "";
  return absl::StrCat("\n", Bold("Subcommands:", colors), "\n", Listing(children));
}

std::string Paragraphs(const std::string& text) {
  std::string out;
  for (absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    for (const std::string& line : WrapText(paragraph, kTextWidth)) {
      absl::StrAppend(&out, line.empty() ? "" : "  ", line, "\n");
    }
  }
  return out;
}

}  // namespace

std::string TopHelp(const Registry& registry, absl::string_view version, bool colors) {
  std::vector<Registry::Child> common, other;
  for (auto& child : registry.ChildrenOf("")) {
    if (IsLeftOut(child)) continue;
    (IsCommon(child.name) ? common : other).push_back(child);
  }
  auto rank = [](const Registry::Child& child) {
    return std::find(std::begin(kCommon), std::end(kCommon), child.name) - std::begin(kCommon);
  };
  std::sort(common.begin(), common.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return absl::StrCat(Bold("Welcome to Waypoint", colors), "\nDocs: docs/ beside the source\nVersion: ", version,
                      "\n\n", Magenta("Usage:", colors),
                      " waypoint [-version] [-help] [-autocomplete-(un)install] <command> [args]\n\n",
                      Bold("Common commands", colors), "\n", Listing(common), "\n", Bold("Other commands", colors),
                      "\n", Listing(other));
}

std::string GroupHelp(const Registry& registry, const GroupInfo& group, bool colors) {
  return absl::StrCat(Magenta("Usage:", colors), " waypoint ", group.words, " <subcommand> [options] [args]\n\n",
                      Paragraphs(group.synopsis), Subcommands(registry, group.words, colors));
}

std::string CommandHelp(const Registry& registry, const CommandInfo& command, const FlagSet& flags, bool colors) {
  std::string out = absl::StrCat(Magenta("Usage:", colors), " waypoint ", command.words, " [options]",
                                 command.arguments.empty() ? "" : " ", command.arguments, "\n");
  // The short and the long name of one command.
  static constexpr std::pair<const char*, const char*> kAliases[] = {
      {"build", "artifact build"}, {"deploy", "deployment deploy"}, {"install", "server install"}};
  for (const auto& [brief, full] : kAliases) {
    if (command.words == brief) absl::StrAppend(&out, Magenta("Alias:", colors), " waypoint ", full, "\n");
    if (command.words == full) absl::StrAppend(&out, Magenta("Alias:", colors), " waypoint ", brief, "\n");
  }
  absl::StrAppend(&out, "\n", Paragraphs(command.help.empty() ? command.synopsis : command.help));
  const std::vector<std::string> examples = ExamplesOf(command.words);
  if (!examples.empty()) absl::StrAppend(&out, "\n", Bold("Examples:", colors), "\n\n");
  for (const std::string& example : examples) absl::StrAppend(&out, "  waypoint ", example, "\n");
  absl::StrAppend(&out, "\n", flags.Help());
  if (registry.FindGroup(command.words) != nullptr) out += Subcommands(registry, command.words, colors);
  return out;
}

}  // namespace waypoint::cli
