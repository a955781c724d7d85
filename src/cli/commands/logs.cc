// waypoint logs: follow what the instances of an app write.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "waypoint/entrypoint.pb.h"
#include "waypoint/operation.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr size_t kShownIdLength = 6;
constexpr char kGreen[] = "\x1b[32m", kCyan[] = "\x1b[36m", kOff[] = "\x1b[0m";

class Logs : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&sequence_, {.name = "deployment-seq", .usage = "Show the logs of this deployment, by number, only."});
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("logs takes no arguments");
    const std::string app = session.apps()[0];
    if (absl::Status status = session.operations().Prepare(); !status.ok()) return session.Fail(status);
    absl::StatusOr<pb::GetLogStreamRequest> request = MakeRequest(session, app);
    if (!request.ok()) return session.Fail(request.status());

    // An app may be silent for hours; whoever read us (waypoint logs | head) may be gone meanwhile.
    session.world().end_with_reader();
    client::CallOptions call = session.operations().Calls();
    call.stop = session.world().interrupt;
    std::unique_ptr<client::Stream> stream = session.channel().Open("GetLogStream", call);
    if (stream->Send(*request)) stream->CloseSend();
    while (true) {
      pb::LogBatch batch;
      absl::StatusOr<bool> more = stream->Receive(&batch);
      if (!more.ok() && session.world().interrupt.stop_requested()) return 1;
      if (!more.ok()) return session.Fail(more.status());
      if (!*more) return 1;
      if (batch.lines().empty()) return 0;
      Show(session, batch);
    }
  }

 private:
  absl::StatusOr<pb::GetLogStreamRequest> MakeRequest(Session& session, const std::string& app) {
    pb::GetLogStreamRequest request;
    if (sequence_.empty()) {
      *request.mutable_application()->mutable_application() = session.operations().Application(app);
      *request.mutable_application()->mutable_workspace() = session.operations().Workspace();
      return request;
    }
    uint64_t sequence = 0;
    if (!absl::SimpleAtoi(sequence_, &sequence)) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", sequence_, "\" is no number of a deployment; \"waypoint deployment list\" shows them."));
    }
    pb::GetDeploymentRequest get;
    get.mutable_ref()->mutable_sequence()->set_number(sequence);
    *get.mutable_ref()->mutable_sequence()->mutable_application() = session.operations().Application(app);
    ASSIGN_OR_RETURN(auto deployment, session.Invoke<pb::Deployment>("GetDeployment", get));
    request.set_deployment_id(deployment.id());
    return request;
  }

  // 2006-01-02T15:04:05.000Z07:00 <last 6 of the instance>: text
  void Show(Session& session, const pb::LogBatch& batch) {
    const std::string& id = batch.instance_id();
    const std::string shown = id.size() > kShownIdLength ? id.substr(id.size() - kShownIdLength) : id;
    std::string out;
    for (const auto& line : batch.lines()) {
      const absl::Time time =
          absl::FromUnixSeconds(line.timestamp().seconds()) + absl::Nanoseconds(line.timestamp().nanos());
      std::string prefix = absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M:%E3S", time, absl::LocalTimeZone()),
                                        Zone(time), " ", shown, ": ");
      if (session.ui().colors()) {
        const bool entrypoint = line.source() == pb::LogBatch::Entry::ENTRYPOINT;
        prefix = absl::StrCat(entrypoint ? kCyan : kGreen, prefix, kOff);
      }
      for (absl::string_view part : absl::StrSplit(line.line(), '\n')) absl::StrAppend(&out, prefix, part, "\n");
    }
    session.ui().Raw(out, false);
  }

  static std::string Zone(absl::Time time) {
    const std::string zone = absl::FormatTime("%Ez", time, absl::LocalTimeZone());
    return zone == "+00:00" ? "Z" : zone;
  }

  std::string sequence_;
};

}  // namespace

CommandInfo LogsCommand() {
  return {.words = "logs",
          .arguments = "",
          .synopsis = "Show log output from the current application deployment",
          .help = "Shows what the instances of an app wrote lately, and follows them until interrupted.",
          .needs = kOneApp,
          .make = Make<Logs>};
}

}  // namespace waypoint::cli
