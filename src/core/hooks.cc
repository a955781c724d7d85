#include "core/hooks.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/run_command.h"
#include "base/status.h"

namespace waypoint::core {
namespace {

absl::Status RunHook(const config::Hook& hook, plugin::Ui& ui, std::stop_token stop) {
  if (hook.command.empty()) return absl::InvalidArgumentError("command is empty");
  CommandOptions options;
  options.argv = hook.command;
  options.output = [&ui](absl::string_view data, bool is_stderr) { ui.Raw(data, is_stderr); };
  ASSIGN_OR_RETURN(ExitStatus exit, RunCommand(options, stop));
  if (exit.ok()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("`", absl::StrJoin(hook.command, " "), "`: ", exit.Text()));
}

}  // namespace

absl::Status RunHooks(const std::vector<config::Hook>& hooks, absl::string_view when, plugin::Ui ui,
                      std::stop_token stop) {
  absl::Status first;
  int index = 0;
  for (const config::Hook& hook : hooks) {
    if (hook.when != when) continue;
    absl::Status status = RunHook(hook, ui, stop);
    if (!status.ok() && !hook.ContinueOnFailure() && first.ok()) {
      first = Annotate(status, when, " hook ", index, " failed");
    }
    ++index;
  }
  return first;
}

}  // namespace waypoint::core
