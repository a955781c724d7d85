// waypoint job inspect, cancel and get-stream: one job, named by its id.
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/job_text.h"
#include "cli/job_view.h"
#include "cli/json.h"
#include "cli/session.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/job.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

absl::StatusOr<pb::Job> GetJob(Session& session, const std::string& id) {
  pb::GetJobRequest request;
  request.set_job_id(id);
  return session.Invoke<pb::Job>("GetJob", request);
}

class Inspect : public Command {
 public:
  void Flags(FlagSet& flags) override { flags.Bool(&json_, {.name = "json", .usage = "Print JSON."}); }
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("job inspect takes the id of one job");
    absl::StatusOr<pb::Job> job = GetJob(session, session.args()[0]);
    if (!job.ok()) return session.Fail(job.status());
    if (json_) {
      session.ui().Raw(ProtoJson(*job), false);
    } else {
      ShowJob(session, *job);
    }
    return 0;
  }

 private:
  bool json_ = false;
};

class Cancel : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&force_, {.name = "dangerously-force",
                         .usage = "End the job at once, whatever its runner does. What it "
                                  "was doing may be left half done."});
  }
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("job cancel takes the id of one job");
    const std::string& id = session.args()[0];
    if (force_ && !WaitForSecondThoughts(session)) return session.Fail(absl::CancelledError(""));
    auto group = session.ui().Steps();
    auto step = group->Add(absl::StrCat("Cancelling job \"", id, "\""));
    pb::CancelJobRequest request;
    request.set_job_id(id);
    request.set_force(force_);
    absl::Status status = session.Invoke<google::protobuf::Empty>("CancelJob", request).status();
    absl::StatusOr<pb::Job> job = pb::Job();
    if (status.ok() && !force_) {
      job = GetJob(session, id);
      status = job.status();
    }
    if (!status.ok()) {
      step->Abort();
      return session.Fail(status);
    }
    step->Update(absl::StrCat("Marked job \"", id, "\" for cancellation"));
    step->Done();
    if (job->state() == pb::Job::RUNNING) {
      session.ui().Line(
          "Waypoint will gracefully cancel the requested job and wait for any\n"
          "downstream listeners to close the connection. This could take a while.");
    }
    return 0;
  }

 private:
  bool WaitForSecondThoughts(Session& session) {
    session.ui().Warning("The job will be ended by force in 3 seconds. Press Ctrl-C to leave it alone.");
    absl::Mutex mu;
    bool fired = false;
    std::stop_callback wake(session.world().interrupt, [&] {
      absl::MutexLock lock(&mu);
      fired = true;
    });
    absl::MutexLock lock(&mu);
    return !mu.AwaitWithTimeout(absl::Condition(&fired), absl::Seconds(3));
  }

  bool force_ = false;
};

class GetStream : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("job get-stream takes the id of one job");
    const std::string& id = session.args()[0];
    session.ui().Steps()->Add(absl::StrCat("Reading job stream (jobId: ", id, ") ..."))->Done();
    client::FollowOptions options;
    options.interrupt = session.world().interrupt;
    options.second_interrupt = session.world().second_interrupt;
    JobView view(session.ui());
    const auto result = client::FollowJob(session.channel(), *session.world().clock, id, options, view);
    return result.ok() ? 0 : session.Fail(result.status());
  }
};

}  // namespace

std::vector<CommandInfo> JobCommands() {
  constexpr Needs kNeeds{.operation_flags = true};
  return {{.words = "job inspect",
           .arguments = "ID",
           .synopsis = "Show one job",
           .help = "Shows what a job was asked to do and what came of it.",
           .needs = kNeeds,
           .make = Make<Inspect>},
          {.words = "job cancel",
           .arguments = "ID",
           .synopsis = "Cancel a job",
           .help = "Asks a running job to end, or takes a waiting one out of the queue.",
           .needs = kNeeds,
           .make = Make<Cancel>},
          {.words = "job get-stream",
           .arguments = "ID",
           .synopsis = "Follow the output of a job",
           .help = "Shows the output of a job from its beginning, as far as it is kept, and follows it to the end.",
           .needs = kNeeds,
           .make = Make<GetStream>}};
}

}  // namespace waypoint::cli
