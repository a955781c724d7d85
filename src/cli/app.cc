#include "cli/app.h"

#include <filesystem>
#include <optional>
#include <regex>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/log.h"
#include "base/status.h"
#include "cli/absent.h"
#include "cli/command_flags.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/select.h"
#include "cli/shell_setup.h"

namespace waypoint::cli {
namespace {

int ShowHelp(World& world, const Selection& selection, const std::string& text) {
  if (!selection.error.empty()) world.raw(absl::StrCat(selection.error, "\n\n"), true);
  world.raw(text, true);
  return selection.exit_code;
}

// -plain before anything is printed; a word cannot be told from a flag's value yet, so after parsing.
bool WantsPlain(const World& world, const CommonFlags& flags) {
  const std::string value = absl::AsciiStrToLower(world.env.GetOr("WAYPOINT_PLAIN"));
  const bool yes = value == "1" || value == "t" || value == "true";
  if (!yes && !value.empty() && value != "0" && value != "f" && value != "false") {
    WAYPOINT_LOG(kWarn, "cli", "WAYPOINT_PLAIN is neither true nor false and not used", {"value", value});
  }
  return flags.plain || yes;
}

absl::Status CheckArguments(const CommonFlags& flags, const std::vector<std::string>& args, bool operation) {
  static const std::regex* const kProjectApp = new std::regex("[-0-9A-Za-z_]+/[-0-9A-Za-z_]+");
  if (operation && !args.empty() && std::regex_match(args[0], *kProjectApp)) {
    const size_t slash = args[0].find('/');
    return absl::InvalidArgumentError(
        absl::StrCat("\"", args[0], "\" looks like a project and an app. Write -project=", args[0].substr(0, slash),
                     " -app=", args[0].substr(slash + 1), " instead."));
  }
  if (flags.remote.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("-remote is not used any more. Write -local=", *flags.remote ? "false" : "true", " instead."));
  }
  return absl::OkStatus();
}

int RunSelected(const Registry& registry, World& world, const Selection& selection,
                const std::function<Ui*()>& plain_ui) {
  const CommandInfo& info = *selection.command;
  CommandFlags ready(info);
  auto& [command, common, flags] = ready;

  absl::StatusOr<std::vector<std::string>> words = std::vector<std::string>();
  if (dynamic_cast<AbsentCommand*>(command.get()) == nullptr) words = flags.Parse(selection.args, world.env);
  if (WantsPlain(world, common)) world.ui = plain_ui();
  absl::Status status = words.status();
  if (status.ok()) status = flags.CheckMisplaced(*words);
  // exec, snapshots and the like take paths as arguments; for them "a/b" is no project and app.
  if (status.ok()) status = CheckArguments(common, *words, info.needs.operation_flags && info.words != "exec");
  if (!status.ok()) {
    world.ui->Error(status.message());
    return 1;
  }
  Needs needs = info.needs;
  command->Adjust(needs, *words);
  Session session(world, common, *words,
                  [&] { return CommandHelp(registry, info, CommandFlags(info).flags, world.ui->colors()); });
  if (status = session.Prepare(needs); !status.ok()) return session.Fail(status);
  return command->Run(session);
}

// The help of `context` ends with where contexts are kept.
std::string ContextPlace(const World& world, const GroupInfo& group) {
  if (group.words != "context") return "";
  const std::string folder = world.env.ConfigFolder();
  const std::string home = world.env.Home();
  const bool below = !home.empty() && absl::StartsWith(folder, home + "/");
  return absl::StrCat("\nContext Info:\n  Config Path: ", below ? "~" + folder.substr(home.size()) : folder, "\n");
}

// -autocomplete-install and -autocomplete-uninstall
int SetShellsUp(World& world, bool uninstall) {
  std::error_code error;
  ShellSetup setup;
  setup.home = world.env.Home();
  setup.config_folder = FolderOf(world.env.ConfigFolder());
  setup.program = std::filesystem::read_symlink("/proc/self/exe", error).string();
  setup.name = BaseName(setup.program);
  const absl::StatusOr<std::vector<std::string>> changed = uninstall ? setup.Uninstall() : setup.Install();
  if (!changed.ok()) {
    world.ui->Error(changed.status().message());
    return 1;
  }
  for (const std::string& path : *changed) world.ui->Line("Changed " + path);
  if (!uninstall) world.ui->Line("Shells that are started from now on complete the words of this program.");
  return 0;
}

}  // namespace

int RunCommandLine(const Registry& registry, World& world, const std::vector<std::string>& args,
                   const std::function<Ui*()>& plain_ui) {
  if (const std::optional<std::string> line = world.env.Get("COMP_LINE"); line.has_value()) {
    const std::string typed = LineToComplete(*line, world.env.GetOr("COMP_POINT"));
    for (const std::string& word : Complete(registry, typed, world.working_folder)) world.raw(word + "\n", false);
    return 0;
  }
  const Selection selection = Select(registry, args);
  const bool colors = world.error_colors;
  switch (selection.kind) {
    case Selection::Kind::kTopHelp:
      return ShowHelp(world, selection, TopHelp(registry, "v" + world.version, colors));
    case Selection::Kind::kGroupHelp:
      return ShowHelp(world, selection,
                      GroupHelp(registry, *selection.group, colors) + ContextPlace(world, *selection.group));
    case Selection::Kind::kCommandHelp: {
      const CommandFlags ready(*selection.command);
      return ShowHelp(world, selection, CommandHelp(registry, *selection.command, ready.flags, colors));
    }
    case Selection::Kind::kShellSetup:
      return SetShellsUp(world, selection.uninstall);
    case Selection::Kind::kRun:
      return RunSelected(registry, world, selection, plain_ui);
  }
  return 1;
}

}  // namespace waypoint::cli
