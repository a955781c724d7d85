// waypoint exec: run a command in an instance of a deployment.
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/exec_input.h"
#include "cli/record_list.h"
#include "cli/session.h"
#include "waypoint/entrypoint.pb.h"
#include "waypoint/operation.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class Exec : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&instance_, {.name = "instance",
                              .usage = "Run it in this instance; else in one of the newest "
                                       "deployment."});
  }

  int Run(Session& session) override {
    if (session.args().empty()) return session.Usage("exec needs a command to run");
    if (absl::Status status = session.operations().Prepare(); !status.ok()) return session.Fail(status);
    pb::ExecStreamRequest request;
    absl::Status status = Target(session, session.apps()[0], *request.mutable_start());
    if (!status.ok()) return session.Fail(status);
    for (const std::string& word : session.args()) request.mutable_start()->add_args(word);
    const bool pty = ::isatty(STDOUT_FILENO) == 1;
    if (pty) {
      auto& terminal = *request.mutable_start()->mutable_pty();
      terminal.set_enable(true);
      terminal.set_term(session.world().env.GetOr("TERM"));
      if (auto size = TerminalSize()) *terminal.mutable_window_size() = *size;
    }
    return RunStream(session, request, pty);
  }

 private:
  absl::Status Target(Session& session, const std::string& app, pb::ExecStreamRequest::Start& start) {
    if (!instance_.empty()) {
      RETURN_IF_ERROR(CheckInstance(session, app));
      start.set_instance_id(instance_);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(std::optional<pb::Deployment> newest, NewestDeployment(session, app));
    if (!newest.has_value()) {
      return absl::NotFoundError(absl::StrCat("app \"", app, "\" has no deployment; \"waypoint up\" makes one"));
    }
    start.set_deployment_id(newest->id());
    return absl::OkStatus();
  }

  absl::Status CheckInstance(Session& session, const std::string& app) {
    pb::ListInstancesRequest request;
    *request.mutable_application()->mutable_application() = session.operations().Application(app);
    *request.mutable_application()->mutable_workspace() = session.operations().Workspace();
    ASSIGN_OR_RETURN(auto list, session.Invoke<pb::ListInstancesResponse>("ListInstances", request));
    std::string known;
    for (const pb::Instance& instance : list.instances()) {
      if (instance.id() == instance_) return absl::OkStatus();
      absl::StrAppend(&known, known.empty() ? "" : ", ", instance.id());
    }
    return absl::NotFoundError(absl::StrCat("app \"", app, "\" has no instance ", instance_, " connected; ",
                                            known.empty() ? "there is none at all" : "there are: " + known));
  }

  int RunStream(Session& session, const pb::ExecStreamRequest& start, bool pty) {
    client::CallOptions call = session.operations().Calls();
    call.stop = session.world().interrupt;
    std::unique_ptr<client::Stream> stream = session.channel().Open("StartExecStream", call);
    stream->Send(start);
    std::optional<RawTerminal> raw;
    std::optional<ExecInput> input;
    while (true) {
      pb::ExecStreamResponse response;
      absl::StatusOr<bool> more = stream->Receive(&response);
      if (input.has_value() && input->disconnected()) return 1;
      if (!more.ok() || !*more) {
        raw.reset();  // the message shall not end up on a raw terminal
        return session.Fail(more.ok() ? absl::UnavailableError("the session ended without an exit code")
                                      : more.status());
      }
      if (response.has_open() && !input.has_value()) {
        if (pty) raw.emplace();
        input.emplace(*stream, pty);
      } else if (response.has_output()) {
        session.ui().Raw(response.output().data(),
                         response.output().channel() == pb::ExecStreamResponse::Output::STDERR);
      } else if (response.has_exit()) {
        raw.reset();
        if (!response.exit().reason().empty()) session.ui().Error(response.exit().reason());
        return response.exit().code();
      }
    }
  }

  std::string instance_;
};

}  // namespace

CommandInfo ExecCommand() {
  return {.words = "exec",
          .arguments = "COMMAND...",
          .synopsis = "Run a command in an instance of a deployment",
          .help =
              "Runs a command beside the app, in one of its instances, with the app's configuration. On a terminal "
              "the command gets one too; Enter, \"~\" and \".\" leave it. Ends with the exit code of the command.",
          .needs = kOneApp,
          .make = Make<Exec>};
}

}  // namespace waypoint::cli
