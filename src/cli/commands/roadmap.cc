// Commands of 0.11 that this program does not have yet: each says so, and what to do instead.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/absent.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "cli/ui/text.h"

namespace waypoint::cli {
namespace {

constexpr int kTextWidth = 78;

constexpr char kServer[] =
    "Start one with \"waypoint server run -db=FOLDER\" as a service of the machine, then run \"waypoint "
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
constexpr char kPlugin[] =
    "The components that are built in are part of this program and need no process of their own; \"waypoint docs "
    "-builtin\" lists them. Components of other programs cannot be used.";
constexpr char kTemplate[] =
    "Keep the template in a folder or a git repository, and start from it with \"waypoint init -from-project=URL "
    "-into=FOLDER\".";
constexpr char kKubernetes[] =
    "Start the server with \"waypoint server run -db=FOLDER\" in a pod, then run \"waypoint server bootstrap\" against "
    "it "
    "and put the token that it prints into a secret with kubectl.";
constexpr char kTrigger[] = "Run the operation with a token of \"waypoint user token\" from where the event happens.";

template <const char* kInstead>
std::unique_ptr<Command> MakeAbsent() {
  return std::make_unique<AbsentCommand>(kInstead);
}

template <const char* kInstead>
CommandInfo Info(const char* words) {
  return {.words = words,
          .arguments = "",
          .synopsis = "Not available yet",
          .help = absl::StrCat("This version of waypoint cannot do that yet.\n", kInstead),
          .needs = kNeedsNothing,
          .make = MakeAbsent<kInstead>,
          .hidden = true};
}

}  // namespace

int AbsentCommand::Run(Session& session) {
  return session.Fail("this version of waypoint cannot do that yet.\n" +
                      absl::StrJoin(WrapText(instead_, kTextWidth), "\n"));
}

std::vector<CommandInfo> RoadmapCommands() {
  std::vector<CommandInfo> all = {Info<kServer>("install"),           Info<kServer>("server install"),
                                  Info<kServerNew>("server upgrade"), Info<kServerGone>("server uninstall"),
                                  Info<kRunner>("runner install"),    Info<kRunnerGone>("runner uninstall")};
  for (const char* words : {"pipeline list", "pipeline inspect", "pipeline run"}) all.push_back(Info<kPipeline>(words));
  for (const char* words : {"trigger create", "trigger update", "trigger inspect", "trigger list", "trigger delete"}) {
    all.push_back(Info<kTrigger>(words));
  }
  for (const char* words :
       {"template create", "template update", "template inspect", "template list", "template delete"}) {
    all.push_back(Info<kTemplate>(words));
  }
  all.push_back(Info<kKubernetes>("k8s bootstrap"));
  all.push_back(Info<kPlugin>("plugin"));
  return all;
}

}  // namespace waypoint::cli
