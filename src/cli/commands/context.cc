// waypoint context: the named connections of this user.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/json.h"
#include "cli/session.h"
#include "waypoint/project.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

clicontext::Connection ToConnection(const clicontext::Context& context, const std::string& name) {
  clicontext::Connection connection{context.address, context.tls, context.tls_skip_verify, "", context.platform, name};
  if (context.require_auth && context.auth_token != "-") connection.token = context.auth_token;
  return connection;
}

class Create : public Command {
 public:
  static clicontext::Context Defaults() {
    clicontext::Context context;
    context.tls = true;
    context.platform = "n/a";
    return context;
  }
  void Flags(FlagSet& flags) override {
    flags.String(&context_.address, {.name = "server-addr", .usage = "Address of the server."});
    flags.String(&context_.auth_token, {.name = "server-auth-token", .usage = "Token to log in with."});
    flags.Bool(&context_.require_auth, {.name = "server-require-auth", .usage = "Whether the token is sent."});
    flags.Bool(&context_.tls, {.name = "server-tls", .usage = "Whether the server is reached over TLS."});
    flags.Bool(&context_.tls_skip_verify,
               {.name = "server-tls-skip-verify", .usage = "Whether any certificate is accepted."});
    flags.String(&context_.platform, {.name = "server-platform", .usage = "What the server runs on."});
    flags.Bool(&set_default_, {.name = "set-default", .usage = "Make this the default context."});
  }
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("context create takes one name");
    if (context_.address.empty()) return session.Usage("context create needs -server-addr");
    const std::string& name = session.args()[0];
    absl::Status status = session.contexts().Set(name, context_);
    if (status.ok() && set_default_) status = session.contexts().SetDefault(name);
    if (!status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Context \"", name, "\" created."));
    return 0;
  }

 private:
  clicontext::Context context_ = Defaults();
  bool set_default_ = true;
};

class Use : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("context use takes one name");
    const std::string& name = session.args()[0];
    if (absl::Status status = session.contexts().SetDefault(name); !status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Context \"", name, "\" is now the default."));
    return 0;
  }
};

class Clear : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("context clear takes no arguments");
    if (absl::Status status = session.contexts().UnsetDefault(); !status.ok()) return session.Fail(status);
    session.ui().Success("There is no default context any more.");
    return 0;
  }
};

// Changes the workspace of the default context.
class Set : public Command {
 public:
  int Run(Session& session) override {
    const std::string name = session.contexts().Default();
    if (!session.args().empty()) return session.Usage("context set takes no arguments");
    if (name.empty())
      return session.Fail("there is no default context to change; choose one with \"waypoint context use\"");
    if (session.flags().workspace.empty()) return session.Usage("context set needs -workspace=NAME");
    auto context = session.contexts().Load(name);
    if (!context.ok()) return session.Fail(context.status());
    context->workspace = session.flags().workspace;
    if (absl::Status status = session.contexts().Set(name, *context); !status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Context \"", name, "\" now uses the workspace \"", context->workspace, "\"."));
    return 0;
  }
};

class Inspect : public Command {
 public:
  void Flags(FlagSet& flags) override { flags.Bool(&json_, {.name = "json", .usage = "Print JSON."}); }
  int Run(Session& session) override {
    if (session.args().size() > 1) return session.Usage("context inspect takes at most one name");
    if (session.args().empty()) return ShowFolder(session);
    auto context = session.contexts().Load(session.args()[0]);
    if (!context.ok()) return session.Fail(context.status());
    if (json_) {
      session.ui().Raw(ToJson(*context).Print(), false);
      return 0;
    }
    session.ui().Header("Context Info:");
    session.ui().NamedValues({{"address", context->address},
                              {"address internal", context->address_internal},
                              {"tls", Text(context->tls)},
                              {"tls skip verify", Text(context->tls_skip_verify)},
                              {"require auth", Text(context->require_auth)},
                              {"platform", context->platform},
                              {"workspace", context->workspace.empty() ? "default" : context->workspace}});
    return 0;
  }

 private:
  static std::string Text(bool value) { return value ? "true" : "false"; }

  static Json ToJson(const clicontext::Context& context) {
    Json json = Json::Object();
    json.Set("address", Json::Text(context.address));
    if (context.tls) json.Set("tls", Json::Bool(true));
    if (context.tls_skip_verify) json.Set("tls_skip_verify", Json::Bool(true));
    if (!context.address_internal.empty()) json.Set("address_internal", Json::Text(context.address_internal));
    if (context.require_auth) json.Set("require_path", Json::Bool(true));  // the name the original gives it
    if (!context.auth_token.empty()) json.Set("auth_token", Json::Text(context.auth_token));
    if (!context.platform.empty()) json.Set("platform", Json::Text(context.platform));
    return json;
  }

  int ShowFolder(Session& session) {
    const std::string folder = session.world().env.ConfigFolder();
    const std::string chosen = session.contexts().Default();
    if (json_) {
      Json json = Json::Object();
      json.Set("config_path", Json::Text(folder)).Set("default_context", Json::Text(chosen));
      session.ui().Raw(json.Print(), false);
      return 0;
    }
    session.ui().Header("Context Info:");
    session.ui().NamedValues({{"config path", folder}, {"default context", chosen.empty() ? "<unset>" : chosen}});
    return 0;
  }

  bool json_ = false;
};

class List : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("context list takes no arguments");
    auto names = session.contexts().List();
    if (!names.ok()) return session.Fail(names.status());
    if (names->empty()) {
      session.ui().Line("No contexts. Create one with \"waypoint context create\".");
      return 0;
    }
    Table table{.headers = {"", "Name", "Platform", "Server Address"}, .rows = {}};
    for (const std::string& name : *names) {
      auto context = session.contexts().Load(name);
      const bool ok = context.ok();
      table.rows.push_back({name == session.contexts().Default() ? "*" : "", name,
                            !ok || context->platform.empty() ? "n/a" : context->platform,
                            ok ? context->address : "(cannot be read)"});
    }
    session.ui().Show(table);
    return 0;
  }
};

class Rename : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() != 2) return session.Usage("context rename takes the old and the new name");
    absl::Status status = session.contexts().Rename(session.args()[0], session.args()[1]);
    if (!status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Context \"", session.args()[0], "\" is now \"", session.args()[1], "\"."));
    return 0;
  }
};

class Delete : public Command {
 public:
  void Flags(FlagSet& flags) override { flags.Bool(&all_, {.name = "all", .usage = "Delete all contexts."}); }
  int Run(Session& session) override {
    std::vector<std::string> names = session.args();
    if (all_ != names.empty()) return session.Usage("context delete takes names, or -all");
    if (all_) {
      auto found = session.contexts().List();
      if (!found.ok()) return session.Fail(found.status());
      names = *found;
    }
    for (const std::string& name : names) {
      const bool present = session.contexts().Load(name).status().code() != absl::StatusCode::kNotFound;
      if (absl::Status status = session.contexts().Delete(name); !status.ok()) return session.Fail(status);
      session.ui().Success(
          absl::StrCat(present ? "Context \"" : "There was no context \"", name, present ? "\" deleted." : "\"."));
    }
    return 0;
  }

 private:
  bool all_ = false;
};

class Verify : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() > 1) return session.Usage("context verify takes at most one name");
    const std::string name = session.args().empty() ? session.contexts().Default() : session.args()[0];
    if (name.empty()) return session.Fail("there is no default context; name one");
    auto group = session.ui().Steps();
    auto step = group->Add(absl::StrCat("Connecting with context \"", name, "\"..."));
    absl::Status status = Check(session, name, *step);
    if (!status.ok()) {
      step->Abort();
      return session.Fail(status);
    }
    step->Update(absl::StrCat("Context \"", name, "\" connected successfully."));
    step->Done();
    return 0;
  }

 private:
  absl::Status Check(Session& session, const std::string& name, Step& step) {
    ASSIGN_OR_RETURN(const clicontext::Context context, session.contexts().Load(name));
    ASSIGN_OR_RETURN(auto channel, session.world().dial(ToConnection(context, name), absl::Seconds(10)));
    step.Update(absl::StrCat("Verifying connection is valid for context \"", name, "\"..."));
    // A call that needs the token, unlike the version.
    pb::ListWorkspacesRequest request;
    request.mutable_global();
    return client::Invoke<pb::ListWorkspacesResponse>(*channel, "ListWorkspaces", request).status();
  }
};

template <typename T>
CommandInfo Info(const char* name, const char* arguments, const char* synopsis) {
  return {.words = absl::StrCat("context ", name),
          .arguments = arguments,
          .synopsis = synopsis,
          .help = "",
          .needs = kNeedsNothing,
          .make = Make<T>};
}

}  // namespace

std::vector<CommandInfo> ContextCommands() {
  return {Info<Create>("create", "NAME", "Create a context"),
          Info<Use>("use", "NAME", "Make a context the default"),
          Info<Clear>("clear", "", "Have no default context"),
          Info<Set>("set", "", "Set the workspace of the default context"),
          Info<Inspect>("inspect", "[NAME]", "Show a context"),
          Info<List>("list", "", "List contexts"),
          Info<Rename>("rename", "FROM TO", "Rename a context"),
          Info<Delete>("delete", "NAME...", "Delete contexts"),
          Info<Verify>("verify", "[NAME]", "Check that a context connects")};
}

}  // namespace waypoint::cli
