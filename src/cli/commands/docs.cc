// waypoint docs: what the components of the apps, or all that are built in, can be told in waypoint.hcl.
#include <set>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/component_docs.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class Docs : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&builtin_, {.name = "builtin", .usage = "Those of all components that are built in."});
    flags.Bool(&markdown_, {.name = "markdown", .usage = "Print Markdown."});
    flags.Bool(&json_, {.name = "json", .usage = "Print JSON."});
    flags.String(&type_, {.name = "type",
                          .usage = "Only components of this type: builder, registry, platform, "
                                   "releasemanager ..."});
    flags.String(&plugin_, {.name = "plugin", .usage = "Only components of the plugin with this name."});
  }
  void Adjust(Needs& needs, const std::vector<std::string>& args) override {
    if (builtin_) needs = kNeedsNothing;
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("docs takes no arguments");
    if (session.world().env.Get("WP_REATTACH_PLUGINS").has_value()) {
      return session.Fail("docs cannot be shown while plugins are debugged; unset WP_REATTACH_PLUGINS first");
    }
    if (!builtin_) {
      const int exit_code = session.ForEachApp([&](const std::string& app) { return AskRunner(session, app); });
      if (exit_code != 0) return exit_code;
    } else if (auto texts = TextsOf(*session.world().plugins); texts.ok()) {
      for (ComponentText& text : *texts) Take(std::move(text));
    } else {
      return session.Fail(texts.status());
    }
    return Print(session);
  }

 private:
  absl::Status AskRunner(Session& session, const std::string& app) {
    pb::Job job;
    job.mutable_docs();
    ASSIGN_OR_RETURN(const pb::Job::Result result, session.operations().Run(std::move(job), app));
    for (const auto& one : result.docs().results()) Take(TextOf(one));
    return absl::OkStatus();
  }

  // Two apps often use the same component.
  void Take(ComponentText text) {
    if (!type_.empty() && text.type != type_) return;
    if (!plugin_.empty() && text.name != plugin_) return;
    if (seen_.insert({text.name, text.type}).second) texts_.push_back(std::move(text));
  }

  int Print(Session& session) {
    if (texts_.empty() && (!type_.empty() || !plugin_.empty())) {
      return session.Fail("no component has this type and plugin; -builtin without them lists all that are built in");
    }
    if (json_) {
      session.ui().Raw(ComponentsJson(texts_), false);
      return 0;
    }
    for (const ComponentText& text : texts_) {
      if (markdown_) {
        session.ui().Raw(ComponentMarkdown(text), false);
      } else {
        ShowComponent(session.ui(), text);
      }
    }
    return 0;
  }

  bool builtin_ = false, markdown_ = false, json_ = false;
  std::string type_, plugin_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::vector<ComponentText> texts_;
};

}  // namespace

CommandInfo DocsCommand() {
  return {.words = "docs",
          .arguments = "",
          .synopsis = "Show documentation for components",
          .help = "Shows the fields, with their defaults, of the components that the apps of the project use.",
          .needs = kManyApps,
          .make = Make<Docs>};
}

}  // namespace waypoint::cli
