// waypoint runner list, inspect, adopt, reject, forget and token.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/job_text.h"
#include "cli/json.h"
#include "cli/record_list.h"
#include "cli/session.h"
#include "cli/ui/text.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/runner.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kHashLabel[] = "waypoint.hashicorp.com/runner-hash";

std::string KindOf(const pb::Runner& runner) {
  if (runner.has_odr() || runner.deprecated_is_odr()) return "on-demand";
  if (runner.has_local()) return "local";
  return runner.has_remote() ? "remote" : "unknown";
}

std::string AdoptionOf(const pb::Runner& runner) {
  return absl::AsciiStrToLower(pb::Runner::AdoptionState_Name(runner.adoption_state()));
}

pb::Runner WithoutHash(pb::Runner runner) {
  runner.mutable_labels()->erase(kHashLabel);
  return runner;
}

class List : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&pending_, {.name = "pending", .usage = "Only runners that wait for adoption."});
    flags.Bool(&json_, {.name = "json", .usage = "Print JSON."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("runner list takes no arguments");
    auto list = session.Invoke<pb::ListRunnersResponse>("ListRunners", pb::ListRunnersRequest());
    if (!list.ok()) return session.Fail(list.status());
    Table table{.headers = {"ID", "State", "Kind", "Labels", "Last Registered"}, .rows = {}};
    for (const pb::Runner& record : list->runners()) {
      const pb::Runner runner = WithoutHash(record);
      if (pending_ && runner.adoption_state() != pb::Runner::PENDING) continue;
      if (json_) session.ui().Raw(ProtoJson(runner), false);
      table.rows.push_back({runner.id(), AdoptionOf(runner), KindOf(runner), LabelText(runner.labels()),
                            TimeCell(session, runner.last_seen())});
    }
    if (json_) return 0;
    if (table.rows.empty()) {
      session.ui().Line("No runners found");
    } else {
      session.ui().Show(table);
    }
    return 0;
  }

 private:
  bool pending_ = false, json_ = false;
};

class Inspect : public Command {
 public:
  void Flags(FlagSet& flags) override { flags.Bool(&json_, {.name = "json", .usage = "Print JSON."}); }
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("runner inspect takes the id of one runner");
    pb::GetRunnerRequest request;
    request.set_runner_id(session.args()[0]);
    auto found = session.Invoke<pb::Runner>("GetRunner", request);
    if (!found.ok()) return session.Fail(found.status());
    const pb::Runner runner = WithoutHash(*found);
    if (json_) {
      session.ui().Raw(ProtoJson(runner), false);
      return 0;
    }
    session.ui().Header("Runner:");
    session.ui().NamedValues({{"ID", runner.id()},
                              {"Adoption State", AdoptionOf(runner)},
                              {"Kind", KindOf(runner)},
                              {"Last Registered", TimeCell(session, runner.last_seen())},
                              {"Labels", MapText(runner.labels())},
                              {"Online", runner.online() ? "true" : "false"}});
    session.ui().Line("");
    return 0;
  }

 private:
  bool json_ = false;
};

// adopt, reject and forget differ in one call.
template <int kWhat>
class Decide : public Command {
 public:
  int Run(Session& session) override {
    static constexpr const char* kVerb[] = {"adopt", "reject", "forget"};
    static constexpr const char* kDone[] = {"adopted", "rejected", "forgotten"};
    if (session.args().size() != 1) {
      return session.Usage(absl::StrCat("runner ", kVerb[kWhat], " takes the id of one runner"));
    }
    const std::string& id = session.args()[0];
    absl::Status status;
    if (kWhat == 2) {
      pb::ForgetRunnerRequest request;
      request.set_runner_id(id);
      status = session.Invoke<google::protobuf::Empty>("ForgetRunner", request).status();
    } else {
      pb::AdoptRunnerRequest request;
      request.set_runner_id(id);
      request.set_adopt(kWhat == 0);
      status = session.Invoke<google::protobuf::Empty>("AdoptRunner", request).status();
    }
    if (!status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Runner \"", id, "\" ", kDone[kWhat], "."));
    return 0;
  }
};

class NewToken : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Duration(&expires_in_, {.name = "expires-in", .usage = "How long the token is valid."});
    flags.String(&id_, {.name = "id", .usage = "The only runner that may use it."});
    flags.Map(&labels_, {.name = "label", .usage = "Labels that the runner must have."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("runner token takes no arguments");
    pb::GenerateRunnerTokenRequest request;
    request.set_duration(GoDuration(expires_in_));
    request.set_id(id_);
    for (const auto& [key, value] : labels_) (*request.mutable_labels())[key] = value;
    auto token = session.Invoke<pb::NewTokenResponse>("GenerateRunnerToken", request);
    if (!token.ok()) return session.Fail(token.status());
    session.ui().Raw(token->token() + "\n", false);
    return 0;
  }

 private:
  absl::Duration expires_in_ = absl::Hours(720);
  std::string id_;
  std::map<std::string, std::string> labels_;
};

template <typename T>
CommandInfo Info(const char* name, const char* arguments, const char* synopsis, Needs needs = {}) {
  return {.words = absl::StrCat("runner ", name),
          .arguments = arguments,
          .synopsis = synopsis,
          .help = "",
          .needs = needs,
          .make = Make<T>};
}

}  // namespace

std::vector<CommandInfo> RunnerCommands() {
  return {Info<List>("list", "", "List runners", {.operation_flags = true}),
          Info<Inspect>("inspect", "ID", "Show one runner"),
          Info<Decide<0>>("adopt", "ID", "Adopt a runner that asks for it"),
          Info<Decide<1>>("reject", "ID", "Reject a runner, or end its adoption"),
          Info<Decide<2>>("forget", "ID", "Forget a runner"),
          Info<NewToken>("token", "", "Make a token that runners log in with", {.local_server = false})};
}

}  // namespace waypoint::cli
