// waypoint config set, delete and get: variables that the server hands to apps and runners.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/job_text.h"
#include "cli/json.h"
#include "cli/session.h"
#include "cli/standard_input.h"
#include "waypoint/config.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

int FailOnStderr(Session& session, absl::string_view text) {
  session.world().raw(absl::StrCat(text, "\n"), true);
  return 1;
}

// The arguments, or the lines of a pipe.
absl::StatusOr<std::vector<std::string>> WordsOrPipe(Session& session) {
  if (!session.args().empty()) return session.args();
  if (!StandardInputIsPipe()) {
    return absl::InvalidArgumentError("give the variables as arguments, or as lines of a pipe");
  }
  ASSIGN_OR_RETURN(const std::string text, ReadStandardInput());
  return std::vector<std::string>(absl::StrSplit(text, '\n', absl::SkipEmpty()));
}

// What set and delete have in common.
class Change : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&scope_, {.name = "scope", .usage = "Whom the variables are for: global, project or app."});
    flags.String(&label_scope_, {.name = "label-scope", .usage = "Only for operations whose labels match this."});
    flags.Bool(&runner_, {.name = "runner", .usage = "For runners instead of apps."});
  }
  void Adjust(Needs& needs, const std::vector<std::string>& args) override {
    if (scope_ == "global") needs = {.local_server = needs.local_server};
  }
  int Run(Session& session) override {
    pb::ConfigVar::Target target;
    absl::Status status = Target(session, target);
    absl::StatusOr<std::vector<std::string>> words = WordsOrPipe(session);
    if (status.ok()) status = words.status();
    if (!status.ok()) return FailOnStderr(session, status.message());
    return Send(session, target, *words);
  }

 private:
  virtual int Send(Session& session, const pb::ConfigVar::Target& target, const std::vector<std::string>& words) = 0;

  absl::Status Target(Session& session, pb::ConfigVar::Target& target) {
    if (scope_ == "global") {
      target.mutable_global();
    } else if (scope_ == "project" || scope_ == "app") {
      if (session.project().empty()) {
        return absl::FailedPreconditionError("there is no project here; name one with -project, or use -scope=global");
      }
      if (scope_ == "project") {
        target.mutable_project()->set_project(session.project());
      } else if (session.flags().app.empty()) {
        return absl::InvalidArgumentError("-scope=app needs -app=NAME");
      } else {
        target.mutable_application()->set_project(session.project());
        target.mutable_application()->set_application(session.flags().app);
      }
    } else {
      return absl::InvalidArgumentError(absl::StrCat("-scope is \"", scope_, "\"; it must be global, project or app"));
    }
    if (!session.flags().workspace.empty()) target.mutable_workspace()->set_workspace(session.flags().workspace);
    target.set_label_selector(label_scope_);
    if (runner_) target.mutable_runner()->mutable_any();
    return absl::OkStatus();
  }

  std::string scope_ = "project";
  std::string label_scope_;
  bool runner_ = false;
};

class Set : public Change {
 private:
  int Send(Session& session, const pb::ConfigVar::Target& target, const std::vector<std::string>& words) override {
    pb::ConfigSetRequest request;
    for (const std::string& word : words) {
      const size_t equals = word.find('=');
      if (equals == 0 || equals == std::string::npos) {
        return FailOnStderr(session, absl::StrCat("\"", word, "\" must have the form NAME=VALUE; nothing was set"));
      }
      pb::ConfigVar& variable = *request.add_variables();
      variable.set_name(word.substr(0, equals));
      variable.set_static_(word.substr(equals + 1));
      *variable.mutable_target() = target;
    }
    const absl::Status status = session.Invoke<pb::ConfigSetResponse>("SetConfig", request).status();
    return status.ok() ? 0 : session.Fail(status);
  }
};

class Delete : public Change {
 private:
  int Send(Session& session, const pb::ConfigVar::Target& target, const std::vector<std::string>& words) override {
    pb::ConfigDeleteRequest request;
    for (const std::string& word : words) {
      pb::ConfigVar& variable = *request.add_variables();
      variable.set_name(word);
      *variable.mutable_target() = target;
    }
    const absl::Status status = session.Invoke<pb::ConfigDeleteResponse>("DeleteConfig", request).status();
    return status.ok() ? 0 : session.Fail(status);
  }
};

class Get : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&json_, {.name = "json", .usage = "Print JSON on one line."});
    flags.Bool(&raw_, {.name = "raw", .usage = "Print NAME=VALUE lines."});
    flags.Bool(&runner_, {.name = "runner", .usage = "Those of runners instead of apps."});
    flags.Map(&labels_, {.name = "label", .usage = "Labels that selectors are compared with."});
  }
  int Run(Session& session) override {
    if (session.args().size() > 1) return session.Usage("config get takes at most one prefix");
    if (session.project().empty()) return FailOnStderr(session, "there is no project here; name one with -project");
    const std::string prefix = session.args().empty() ? "" : session.args()[0];
    auto found = session.Invoke<pb::ConfigGetResponse>("GetConfig", Request(session, prefix));
    if (!found.ok()) return session.Fail(found.status());
    if (raw_) return PrintRaw(session, *found, prefix);
    if (json_) {
      PrintJson(session, *found);
    } else {
      PrintTable(session, *found);
    }
    return 0;
  }

 private:
  pb::ConfigGetRequest Request(Session& session, const std::string& prefix) const {
    pb::ConfigGetRequest request;
    request.set_prefix(prefix);
    if (session.flags().app.empty()) {
      request.mutable_project()->set_project(session.project());
    } else {
      request.mutable_application()->set_project(session.project());
      request.mutable_application()->set_application(session.flags().app);
      request.mutable_workspace()->set_workspace(session.workspace());
      for (const auto& [key, value] : labels_) (*request.mutable_labels())[key] = value;
    }
    if (runner_) request.mutable_runner()->set_id("-");
    return request;
  }

  static std::string Value(const pb::ConfigVar& variable) {
    return variable.has_dynamic() ? absl::StrCat("<dynamic via ", variable.dynamic().from(), ">") : variable.static_();
  }

  int PrintRaw(Session& session, const pb::ConfigGetResponse& found, const std::string& prefix) const {
    if (!prefix.empty()) {
      if (found.variables_size() == 0 || found.variables(0).name() != prefix) {
        return FailOnStderr(session, absl::StrCat("there is no variable \"", prefix, "\""));
      }
      session.ui().Raw(Value(found.variables(0)) + "\n", false);
      return 0;
    }
    for (const auto& variable : found.variables()) {
      session.ui().Raw(absl::StrCat(variable.name(), "=", Value(variable), "\n"), false);
    }
    return 0;
  }

  static void PrintJson(Session& session, const pb::ConfigGetResponse& found) {
    std::map<std::string, std::string> values;
    for (const auto& variable : found.variables()) values[variable.name()] = Value(variable);
    std::string out = "{";
    for (const auto& [name, value] : values) {
      absl::StrAppend(&out, out.size() > 1 ? "," : "", JsonQuoted(name), ":", JsonQuoted(value));
    }
    session.ui().Raw(out + "}\n", false);
  }

  static void PrintTable(Session& session, const pb::ConfigGetResponse& found) {
    Table table{.headers = {"Scope", "Name", "Value", "Workspace", "Labels"}, .rows = {}};
    for (const auto& variable : found.variables()) {
      const auto& target = variable.target();
      std::string scope = "project";
      if (target.has_global()) scope = "global";
      if (target.has_application()) scope = absl::StrCat("app: ", target.application().application());
      table.rows.push_back(
          {scope, variable.name(), Value(variable), target.workspace().workspace(), target.label_selector()});
    }
    session.ui().Show(table);
  }

  bool json_ = false, raw_ = false, runner_ = false;
  std::map<std::string, std::string> labels_;
};

}  // namespace

std::vector<CommandInfo> ConfigCommands() {
  constexpr Needs kNeeds{.config = true};
  return {
      {.words = "config set",
       .arguments = "NAME=VALUE...",
       .synopsis = "Set configuration variables",
       .help = "Sets variables that apps get as their environment. Running apps get them at once. Without arguments "
               "the lines of a pipe are read.",
       .needs = kNeeds,
       .make = Make<Set>},
      {.words = "config delete",
       .arguments = "NAME...",
       .synopsis = "Delete configuration variables",
       .help = "Deletes variables that were set with \"waypoint config set\".",
       .needs = kNeeds,
       .make = Make<Delete>},
      {.words = "config get",
       .arguments = "[PREFIX]",
       .synopsis = "Show configuration variables",
       .help = "Shows the variables of the project, or with -app those that one app gets.",
       .needs = kNeeds,
       .make = Make<Get>}};
}

}  // namespace waypoint::cli
