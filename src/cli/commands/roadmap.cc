// Commands of 0.11 that this program does not have yet: each says so, and what to do instead.
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

constexpr char kServer[] =
    "Start one with \"waypoint server run -accept-tos -db=FILE\" as a service of the machine, then run \"waypoint "
    "server bootstrap\" once. For yourself alone nothing is needed: a local server is started on demand.";
constexpr char kServerGone[] =
    "Stop the service that runs \"waypoint server run\". The local server is stopped with \"waypoint server stop\".";
constexpr char kServerNew[] =
    "Make a backup with \"waypoint server snapshot FILE\", replace the program, and start the service again.";
constexpr char kRunner[] =
    "Make a token with \"waypoint runner token\" and start \"waypoint runner agent\" with it as a service of the "
    "machine where the work is to be done.";
constexpr char kRunnerGone[] =
    "Stop the service that runs \"waypoint runner agent\", then run \"waypoint runner forget\".";
constexpr char kPipeline[] =
    "Run the steps one by one, such as \"waypoint build\", \"waypoint deploy\" and \"waypoint release\".";
constexpr char kTrigger[] = "Run the operation with a token of \"waypoint user token\" from where the event happens.";

// Takes any words, because what would be said about them does not matter.
template <const char* kInstead>
class Absent : public Command {
 public:
  void Flags(FlagSet& flags) override {
    for (const char* name : {"platform", "id", "name", "op", "description", "run"}) {
      flags.String(&ignored_, {.name = name, .usage = "Not used.", .hidden = true});
    }
    for (const char* name : {"accept-tos", "auto-approve", "json", "no-auth", "reattach"}) {
      flags.Bool(&ignored_bool_, {.name = name, .usage = "Not used.", .hidden = true});
    }
  }
  int Run(Session& session) override {
    return session.Fail(absl::StrCat("this version of waypoint cannot do that yet.\n", kInstead));
  }

 private:
  std::string ignored_;
  bool ignored_bool_ = false;
};

template <const char* kInstead>
CommandInfo Info(const char* words) {
  return {.words = words,
          .arguments = "",
          .synopsis = "Not available yet",
          .help = absl::StrCat("This version of waypoint cannot do that yet.\n", kInstead),
          .needs = kNeedsNothing,
          .make = Make<Absent<kInstead>>,
          .hidden = true};
}

}  // namespace

std::vector<CommandInfo> RoadmapCommands() {
  std::vector<CommandInfo> all = {Info<kServer>("install"),           Info<kServer>("server install"),
                                  Info<kServerNew>("server upgrade"), Info<kServerGone>("server uninstall"),
                                  Info<kRunner>("runner install"),    Info<kRunnerGone>("runner uninstall")};
  for (const char* words : {"pipeline list", "pipeline inspect", "pipeline run"}) all.push_back(Info<kPipeline>(words));
  for (const char* words : {"trigger create", "trigger update", "trigger inspect", "trigger list", "trigger delete"}) {
    all.push_back(Info<kTrigger>(words));
  }
  return all;
}

}  // namespace waypoint::cli
