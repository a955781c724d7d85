// waypoint runner profile set, edit, inspect, list and delete: how on-demand runners are started.
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/editor.h"
#include "cli/job_text.h"
#include "cli/json.h"
#include "cli/session.h"
#include "google/protobuf/empty.pb.h"
#include "hcl/diagnostic.h"
#include "hcl/parse.h"
#include "waypoint/runner.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;
using Profile = pb::OnDemandRunnerConfig;

constexpr char kDefaultImage[] = "hashicorp/waypoint-odr:latest";

absl::StatusOr<Profile> Find(Session& session, const pb::Ref::OnDemandRunnerConfig& ref) {
  pb::GetOnDemandRunnerConfigRequest request;
  *request.mutable_config() = ref;
  ASSIGN_OR_RETURN(auto response,
                   session.Invoke<pb::GetOnDemandRunnerConfigResponse>("GetOnDemandRunnerConfig", request));
  return response.config();
}

absl::StatusOr<Profile> FindByName(Session& session, const std::string& name) {
  pb::Ref::OnDemandRunnerConfig ref;
  ref.set_name(name);
  return Find(session, ref);
}

// The argument may be either.
absl::StatusOr<Profile> FindByNameOrId(Session& session, const std::string& text) {
  absl::StatusOr<Profile> profile = FindByName(session, text);
  if (!absl::IsNotFound(profile.status())) return profile;
  pb::Ref::OnDemandRunnerConfig ref;
  ref.set_id(text);
  absl::StatusOr<Profile> by_id = Find(session, ref);
  if (absl::IsNotFound(by_id.status())) {
    return absl::NotFoundError(
        absl::StrCat("there is no runner profile \"", text, "\"; \"waypoint runner profile list\" shows all"));
  }
  return by_id;
}

absl::Status Store(Session& session, const Profile& profile) {
  pb::UpsertOnDemandRunnerConfigRequest request;
  *request.mutable_config() = profile;
  return session.Invoke<pb::UpsertOnDemandRunnerConfigResponse>("UpsertOnDemandRunnerConfig", request).status();
}

absl::Status CheckPluginConfig(const std::string& name, const std::string& text, pb::Hcl::Format format) {
  hcl::Diagnostics diagnostics;
  hcl::SourcePtr source = hcl::MakeSource(name, text);
  format == pb::Hcl::JSON ? hcl::ParseJson(source, diagnostics) : hcl::ParseNative(source, diagnostics);
  return diagnostics.HasErrors() ? absl::InvalidArgumentError(diagnostics.Render()) : absl::OkStatus();
}

// The name is an argument or -name, not both.
absl::StatusOr<std::string> NameOf(Session& session, const std::string& flag) {
  if (session.args().size() + (flag.empty() ? 0 : 1) != 1) {
    return absl::InvalidArgumentError("name one profile, as an argument or with -name");
  }
  return flag.empty() ? session.args()[0] : flag;
}

class Set : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&name_, {.name = "name", .usage = "The profile to create or change."});
    flags.OptionalString(&oci_url_, {.name = "oci-url",
                                     .usage = "The image that the runner is started from. A new profile takes "
                                              "hashicorp/waypoint-odr:latest."});
    flags.Map(&env_, {.name = "env-var", .usage = "Environment of the runner; an empty value removes a variable."});
    flags.List(&old_env_, {.name = "env-vars", .usage = "As -env-var, deprecated.", .hidden = true});
    flags.String(&plugin_type_, {.name = "plugin-type",
                                 .usage = "The platform that starts the runner, as \"process\" "
                                          "or \"docker\"."});
    flags.String(&plugin_config_,
                 {.name = "plugin-config", .usage = "File with the configuration of that platform (.hcl or .json)."});
    flags.OptionalBool(&default_, {.name = "default", .usage = "Use it for projects that name no profile."});
    flags.OptionalString(&target_id_, {.name = "target-runner-id", .usage = "The runner that starts it."});
    flags.Map(&target_labels_, {.name = "target-runner-label", .usage = "Runners with these labels may start it."});
    flags.OptionalBool(&target_any_, {.name = "target-runner-any", .usage = "Any runner may start it."});
  }

  int Run(Session& session) override {
    absl::StatusOr<std::string> name = NameOf(session, name_);
    if (!name.ok()) return session.Usage(name.status().message());
    absl::StatusOr<Profile> profile = FindByName(session, *name);
    const bool is_new = absl::IsNotFound(profile.status());
    if (is_new) profile = NewProfile(*name);
    if (!profile.ok()) return session.Fail(profile.status());
    if (absl::Status status = Merge(session, *profile); !status.ok()) return session.Fail(status);
    if (profile->plugin_type().empty()) {
      return session.Fail("a new profile needs -plugin-type: the platform that starts the runner");
    }
    if (absl::Status status = Store(session, *profile); !status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Runner profile \"", *name, "\" ", is_new ? "created." : "updated."));
    return 0;
  }

 private:
  static Profile NewProfile(const std::string& name) {
    Profile profile;
    profile.set_name(name);
    profile.set_oci_url(kDefaultImage);
    profile.mutable_target_runner()->mutable_any();
    return profile;
  }

  absl::Status Merge(Session& session, Profile& profile) const {
    if (oci_url_.has_value()) profile.set_oci_url(*oci_url_);
    if (!plugin_type_.empty()) profile.set_plugin_type(plugin_type_);
    if (default_.has_value()) profile.set_default_(*default_);
    RETURN_IF_ERROR(MergeEnvironment(session, profile));
    MergeTarget(session, profile);
    if (plugin_config_.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::string text, ReadFile(JoinPath(session.world().working_folder, plugin_config_)));
    const bool json = absl::EndsWith(plugin_config_, ".json");
    if (!json && !absl::EndsWith(plugin_config_, ".hcl")) {
      return absl::InvalidArgumentError(
          absl::StrCat(plugin_config_, ": the name must end with .hcl or .json, so that its format is known"));
    }
    const pb::Hcl::Format format = json ? pb::Hcl::JSON : pb::Hcl::HCL;
    RETURN_IF_ERROR(CheckPluginConfig(plugin_config_, text, format));
    profile.set_plugin_config(std::move(text));
    profile.set_config_format(format);
    return absl::OkStatus();
  }

  absl::Status MergeEnvironment(Session& session, Profile& profile) const {
    std::map<std::string, std::string> env = env_;
    if (!old_env_.empty()) session.ui().Warning("-env-vars is deprecated; use -env-var");
    for (const std::string& word : old_env_) {
      const size_t equals = word.find('=');
      if (equals == std::string::npos) {
        return absl::InvalidArgumentError(absl::StrCat("-env-vars: \"", word, "\" is not of the form NAME=VALUE"));
      }
      env.emplace(word.substr(0, equals), word.substr(equals + 1));
    }
    for (const auto& [key, value] : env) {
      if (value.empty()) {
        profile.mutable_environment_variables()->erase(key);
      } else {
        (*profile.mutable_environment_variables())[key] = value;
      }
    }
    return absl::OkStatus();
  }

  void MergeTarget(Session& session, Profile& profile) const {
    const int given =
        (target_id_.has_value() ? 1 : 0) + (target_labels_.empty() ? 0 : 1) + (target_any_.value_or(false) ? 1 : 0);
    if (given > 1) session.ui().Warning("Several targets are given: the id wins over labels, labels over any.");
    if (target_id_.has_value()) {
      profile.mutable_target_runner()->mutable_id()->set_id(*target_id_);
    } else if (!target_labels_.empty()) {
      auto& labels = *profile.mutable_target_runner()->mutable_labels()->mutable_labels();
      labels.clear();
      labels.insert(target_labels_.begin(), target_labels_.end());
    } else if (target_any_.value_or(false)) {
      profile.mutable_target_runner()->mutable_any();
    }
  }

  std::string name_, plugin_type_, plugin_config_;
  std::optional<std::string> oci_url_, target_id_;
  std::map<std::string, std::string> env_, target_labels_;
  std::vector<std::string> old_env_;
  std::optional<bool> default_, target_any_;
};

class Edit : public Command {
 public:
  void Flags(FlagSet& flags) override { flags.String(&name_, {.name = "name", .usage = "The profile to edit."}); }
  int Run(Session& session) override {
    absl::StatusOr<std::string> name = NameOf(session, name_);
    if (!name.ok()) return session.Usage(name.status().message());
    absl::StatusOr<Profile> profile = FindByNameOrId(session, *name);
    if (!profile.ok()) return session.Fail(profile.status());
    const bool json = profile->config_format() == pb::Hcl::JSON;
    absl::StatusOr<std::string> text = EditText(session, profile->plugin_config(), json ? ".json" : ".hcl");
    if (!text.ok()) return session.Fail(text.status());
    if (*text == profile->plugin_config()) return session.Fail("nothing was changed");
    absl::Status status = CheckPluginConfig("plugin configuration", *text, profile->config_format());
    profile->set_plugin_config(*std::move(text));
    if (status.ok()) status = Store(session, *profile);
    if (!status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Runner profile \"", profile->name(), "\" updated."));
    return 0;
  }

 private:
  std::string name_;
};

class Inspect : public Command {
 public:
  void Flags(FlagSet& flags) override { flags.Bool(&json_, {.name = "json", .usage = "Print JSON."}); }
  int Run(Session& session) override {
    if (session.args().size() > 1) return session.Usage("runner profile inspect takes at most one name or id");
    absl::StatusOr<Profile> profile =
        session.args().empty() ? Default(session) : FindByNameOrId(session, session.args()[0]);
    if (!profile.ok()) return session.Fail(profile.status());
    if (json_) {
      session.ui().Raw(ProtoJson(*profile), false);
      return 0;
    }
    if (session.args().empty()) session.ui().Line("No profile is named; this is the default one.");
    session.ui().Header("Runner profile:");
    session.ui().NamedValues({{"Name", profile->name()},
                              {"ID", profile->id()},
                              {"Default", profile->default_() ? "true" : "false"},
                              {"OCI URL", profile->oci_url()},
                              {"Plugin Type", profile->plugin_type()},
                              {"Target Runner", TargetText(profile->target_runner())},
                              {"Environment Variables", MapText(profile->environment_variables())},
                              {"Plugin Configuration", profile->plugin_config()}});
    session.ui().Line("");
    return 0;
  }

 private:
  static absl::StatusOr<Profile> Default(Session& session) {
    auto response = session.Invoke<pb::GetOnDemandRunnerConfigResponse>("GetDefaultOnDemandRunnerConfig",
                                                                        google::protobuf::Empty());
    const bool none = response.ok() ? response->config().id().empty() : absl::IsNotFound(response.status());
    if (none) {
      return absl::NotFoundError("no runner profile is the default; name one, or see: waypoint runner profile list");
    }
    RETURN_IF_ERROR(response.status());
    return response->config();
  }

  bool json_ = false;
};

class List : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("runner profile list takes no arguments");
    auto list =
        session.Invoke<pb::ListOnDemandRunnerConfigsResponse>("ListOnDemandRunnerConfigs", google::protobuf::Empty());
    if (!list.ok()) return session.Fail(list.status());
    if (list->configs().empty()) {
      session.ui().Line("No runner profiles found.");
      return 0;
    }
    session.ui().Header("Runner profiles");
    Table table{.headers = {"Name", "Plugin Type", "OCI Url", "Target Runner", "Default"}, .rows = {}};
    for (const Profile& profile : list->configs()) {
      table.rows.push_back({profile.name(), profile.plugin_type(), profile.oci_url(),
                            TargetText(profile.target_runner()), profile.default_() ? "yes" : ""});
    }
    session.ui().Show(table);
    return 0;
  }
};

class Delete : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&id_, {.name = "id", .usage = "The id of the profile to delete."});
  }
  int Run(Session& session) override {
    if (session.args().size() + (id_.empty() ? 0 : 1) != 1) {
      return session.Usage("name one profile, as an argument or with -id");
    }
    const std::string& name = id_.empty() ? session.args()[0] : id_;
    absl::StatusOr<Profile> profile = FindByNameOrId(session, name);
    if (!profile.ok()) return session.Fail(profile.status());
    pb::DeleteOnDemandRunnerConfigRequest request;
    request.mutable_config()->set_id(profile->id());
    auto done = session.Invoke<pb::DeleteOnDemandRunnerConfigResponse>("DeleteOnDemandRunnerConfig", request);
    if (!done.ok()) return session.Fail(done.status());
    session.ui().Success(absl::StrCat("Runner profile \"", profile->name(), "\" deleted."));
    return 0;
  }

 private:
  std::string id_;
};

template <typename T>
CommandInfo Info(const char* name, const char* arguments, const char* synopsis, const char* help) {
  return {.words = absl::StrCat("runner profile ", name),
          .arguments = arguments,
          .synopsis = synopsis,
          .help = help,
          .needs = {},
          .make = Make<T>};
}

}  // namespace

std::vector<CommandInfo> RunnerProfileCommands() {
  return {Info<Set>("set", "NAME", "Create or change a runner profile",
                    "Creates a runner profile, or changes what is given of an existing one."),
          Info<Edit>("edit", "NAME", "Edit the plugin configuration of a runner profile",
                     "Opens the plugin configuration of a profile in $EDITOR (vi without one) and stores the result."),
          Info<Inspect>("inspect", "[NAME]", "Show a runner profile",
                        "Shows one profile, named by name or id; the default one if none is named."),
          Info<List>("list", "", "List runner profiles", "Lists how on-demand runners may be started."),
          Info<Delete>("delete", "NAME", "Delete a runner profile", "Deletes one profile, named by name or id.")};
}

}  // namespace waypoint::cli
