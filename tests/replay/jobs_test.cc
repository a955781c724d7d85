// Jobs and runners as recorded: a recorded runner and recorded commands are the peers of our server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "replay/digests.h"
#include "replay/replay_fixture.h"
#include "waypoint/config.pb.h"
#include "waypoint/entrypoint.pb.h"
#include "waypoint/job.pb.h"
#include "waypoint/operation.pb.h"
#include "waypoint/project.pb.h"
#include "waypoint/runner.pb.h"
#include "waypoint/server.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::replay {
namespace {

namespace pb = ::hashicorp::waypoint;

class JobsReplay : public ReplayFixture {
 protected:
  void SetUp() override {
    ReplayFixture::SetUp();
    LogIn();
    pb::SetServerConfigRequest config;
    auto* address = config.mutable_config()->add_advertise_addrs();
    address->set_addr("<server-host>:9862");
    address->set_tls(true);
    address->set_tls_skip_verify(true);
    Ask<google::protobuf::Empty>("SetServerConfig", config);
    script_.token = [this](const Event& event, const std::string&) {
      if (event.peer == "entrypoint") return entrypoint_;
      return event.peer == "runner" && !runner_token_.empty() ? runner_token_ : login_;
    };
    script_.cookie = [this](const Event& event) {
      return absl::StrContains(event.command, "WPCWRONG") ? std::string("WPCWRONG") : Cookie();
    };
    script_.on_answer = [this](const Event& event, const google::protobuf::Message& ours) {
      if (event.rpc == "GenerateRunnerToken") runner_token_ = dynamic_cast<const pb::NewTokenResponse&>(ours).token();
      if (event.rpc == "RunnerToken") TakeAdopted(dynamic_cast<const pb::RunnerTokenResponse&>(ours).token());
      if (event.rpc == "GenerateInviteToken") invite_ = dynamic_cast<const pb::NewTokenResponse&>(ours).token();
      if (event.rpc == "ConvertInviteToken") entrypoint_ = dynamic_cast<const pb::NewTokenResponse&>(ours).token();
    };
    script_.token_in_message = [this](const Event&) { return invite_; };
    script_.together["GetJobStream"] = FollowedJob;
    script_.forgive = [this](const Event&, const std::string& difference) {
      const absl::string_view path = absl::string_view(difference).substr(0, difference.find(": "));
      // Ours tells why a job waits and who queued it, and hides the label that 0.11 adds for its hash; sequence numbers
      // and lists go on from what the recorded server had seen before.
      for (const char* end :
           {"blocked", "queued_by", "sequence", "runner-hash", "workspaces", "projects", "advertise_addrs"}) {
        if (absl::EndsWith(path, end)) return true;
      }
      return history_.count(std::string(path)) > 0;
    };
  }
  void TakeAdopted(const std::string& token) {
    if (!token.empty()) runner_token_ = token;  // empty: the runner keeps the one it has
  }
  std::string Cookie() {
    return Ask<pb::GetServerConfigResponse>("GetServerConfig", google::protobuf::Empty()).config().cookie();
  }
  // Project gitdemo as the recordings found it. Its source asks for one Init job.
  void MakeProject() {
    pb::UpsertProjectRequest request;
    pb::Project& project = *request.mutable_project();
    project.set_name("gitdemo");
    project.set_remote_enabled(true);
    project.mutable_data_source()->mutable_git()->set_url("git://127.0.0.1:9890/gitdemo.git");
    project.mutable_data_source()->mutable_git()->set_ref("main");
    Ask<pb::UpsertProjectResponse>("UpsertProject", request);
    for (const char* name : {"web", "slow"}) {
      pb::UpsertApplicationRequest application;
      application.mutable_project()->set_project("gitdemo");
      application.set_name(name);
      Ask<pb::UpsertApplicationResponse>("UpsertApplication", application);
    }
  }
  // As if a runner had done it already.
  void CancelInit() {
    const auto list = Ask<pb::ListJobsResponse>("ListJobs", pb::ListJobsRequest());
    for (const pb::Job& job : list.jobs()) {
      pb::CancelJobRequest cancel;
      cancel.set_job_id(job.id());
      Ask<google::protobuf::Empty>("CancelJob", cancel);
    }
  }
  void Play(const std::string& name, int at_least, const std::map<std::string, std::string>& ids = {}) {
    ReplayFixture::Play(name, script_, at_least, ids);
  }

  std::string runner_token_, invite_, entrypoint_;
  std::set<std::string> history_;  // what only the recorded server's earlier life explains
  Script script_;
};

TEST_F(JobsReplay, Control) {
  MakeProject();
  Play("job-control", 40);
}

TEST_F(JobsReplay, ForceCancel) {
  MakeProject();
  CancelInit();
  history_ = {"jobs"};
  Play("job-force-cancel", 40);
}

TEST_F(JobsReplay, AgentWithToken) {
  // Our server makes invites of entrypoints for runner tokens too, so that such a runner can deploy.
  script_.skip = [](const Event& event) { return event.rpc == "UpsertPipeline" || event.rpc == "GenerateInviteToken"; };
  Play("runner-agent-token", 40);
}

TEST_F(JobsReplay, RemoteUp) {
  MakeProject();
  CancelInit();
  // About deployments and releases from before the recording.
  script_.skip = [](const Event& event) {
    const std::set<std::string> lists = {"GetLatestRelease", "ListDeployments", "ListReleases"};
    return lists.count(event.rpc) > 0 || event.call == 43 || event.call == 45 || event.call == 46;
  };
  history_ = {"events"};  // some of the runner's were left out
  script_.keeps_pace = false;
  Play("remote-up", 40);
}

TEST_F(JobsReplay, Adoption) {
  MakeProject();
  CancelInit();
  Play("runner-adoption", 40);
}

// The original's time-out for a silent runner is 2 minutes; ours may be asked for less.
TEST_F(JobsReplay, KilledRunner) {
  const auto bootstrap = [](const Event& event) { return event.rpc == "BootstrapToken"; };
  script_.skip = [bootstrap](const Event& event) { return bootstrap(event) || event.rpc == "UpsertPipeline"; };
  script_.instead = [](const Event& event) -> std::optional<std::string> {
    if (event.rpc != "RunnerJobStream" || event.message.fields().count("request") == 0) return std::nullopt;
    pb::RunnerJobStreamRequest request;
    request.mutable_request()->set_runner_id("static9");
    request.mutable_request()->set_heartbeat_timeout_seconds(10);
    return request.SerializeAsString();
  };
  Play("runner-agent-kill9", 40);
}

TEST_F(JobsReplay, EntrypointConfigAndLogs) {
  script_.loose.insert("GetLogStream");
  pb::ConfigSetRequest config;  // from before the recording
  auto* variable = config.add_variables();
  variable->set_name("settings.txt");
  variable->set_name_is_path(true);
  variable->set_static_("mode=fast\n");
  variable->mutable_target()->mutable_application()->set_project("demo");
  variable->mutable_target()->mutable_application()->set_application("web");
  Ask<pb::ConfigSetResponse>("SetConfig", config);
  Play("entrypoint-config-logs", 20);
}

TEST_F(JobsReplay, EntrypointExec) {
  script_.loose.insert("GetLogStream");
  pb::UpsertDeploymentRequest upsert;
  upsert.mutable_deployment()->mutable_application()->set_project("demo");
  upsert.mutable_deployment()->mutable_application()->set_application("web");
  upsert.mutable_deployment()->mutable_workspace()->set_workspace("default");
  upsert.mutable_deployment()->mutable_component()->set_type(pb::Component::PLATFORM);
  upsert.mutable_deployment()->mutable_component()->set_name("docker");
  (*upsert.mutable_deployment()->mutable_labels())["waypoint/workspace"] = "default";
  upsert.mutable_deployment()->mutable_status()->mutable_complete_time()->set_seconds(1763809714);
  const std::string id = Ask<pb::UpsertDeploymentResponse>("UpsertDeployment", upsert).deployment().id();
  pb::InviteTokenRequest invite;
  invite.set_duration("1h");
  invite.mutable_unused_entrypoint()->set_deployment_id(id);
  invite_ = Ask<pb::NewTokenResponse>("GenerateInviteToken", invite).token();
  // Sessions are numbered from the start of the server.
  int64_t session = 0;
  script_.on_answer = [&, before = script_.on_answer](const Event& event, const google::protobuf::Message& ours) {
    before(event, ours);
    if (event.rpc != "EntrypointConfig") return;
    const auto& config = dynamic_cast<const pb::EntrypointConfigResponse&>(ours).config();
    if (config.exec_size() > 0) session = config.exec(config.exec_size() - 1).index();
  };
  script_.instead = [&](const Event& event) -> std::optional<std::string> {
    if (event.rpc != "EntrypointExecStream" || event.message.fields().count("open") == 0) return std::nullopt;
    pb::EntrypointExecRequest request;
    request.mutable_open()->set_instance_id(Text(At(event.message, "open"), "instance_id"));
    request.mutable_open()->set_index(session);
    return request.SerializeAsString();
  };
  history_ = {"config.env_vars", "config.exec[0].index", "deployments", "project.applications"};
  Play("entrypoint-exec", 20, {{"01M81F33BBMEA5KPG39ZNXQCEF", id}});
}

}  // namespace
}  // namespace waypoint::replay
