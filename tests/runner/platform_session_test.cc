// exec and logs of a platform of their own: a real server and a real runner, a component that offers both, a client
// (logs-exec-entrypoint.md 5, 7.4).
#include "core/platform_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/real_clock.h"
#include "client/channel/grpc_channel.h"
#include "google/protobuf/wrappers.pb.h"
#include "plugin/native.h"
#include "plugin/registry.h"
#include "runner/runner.h"
#include "server/server.h"
#include "waypoint/config.pb.h"
#include "waypoint/entrypoint.pb.h"
#include "waypoint/job.pb.h"
#include "waypoint/operation.pb.h"
#include "waypoint/project.pb.h"

namespace waypoint {
namespace {

namespace pb = ::hashicorp::waypoint;
namespace sdk = ::hashicorp::waypoint::sdk;
using google::protobuf::StringValue;
using ::testing::HasSubstr;

// A platform whose "shell" repeats its input in capitals and then tells what it was given.
class Platform {
 public:
  absl::StatusOr<int> Exec(plugin::ExecSession& session, plugin::Named<"deployment", StringValue> deployment,
                           std::stop_token stop) {
    if (session.info().args(0) == "fail") return absl::UnavailableError("the cluster is asleep");
    if (session.info().args(0) == "wait") {
      session.Write("here", false).IgnoreError();
      sdk::ExecSession::InputRequest input;
      while (session.Read(&input).value_or(false)) {
      }
      if (stop.stop_requested()) ended = true;
      return 0;
    }
    sdk::ExecSession::InputRequest input;
    while (true) {
      absl::StatusOr<bool> more = session.Read(&input);
      if (!more.ok() || !*more || input.input_closed()) break;
      if (input.has_window_size()) session.Write(absl::StrCat(input.window_size().width(), ";"), false).IgnoreError();
      std::string text = input.data();
      for (char& c : text) c = static_cast<char>(std::toupper(c));
      session.Write(text, false).IgnoreError();
    }
    std::string told = absl::StrCat(session.info().args(0), " in ", deployment->value());
    for (const std::string& variable : session.info().env()) absl::StrAppend(&told, " ", variable);
    if (session.info().is_tty()) {
      absl::StrAppend(&told, " ", session.info().term_type(), " ", session.info().initial_window().height(), "x",
                      session.info().initial_window().width());
    }
    session.Write(told, true).IgnoreError();
    return 7;
  }

  absl::Status Logs(plugin::LogViewer& viewer, plugin::Named<"deployment", StringValue> deployment) {
    for (int i = 0;; ++i) {
      sdk::Logs::NextBatchResp batch;
      auto* event = batch.add_events();
      event->set_partition("dropped");
      event->mutable_timestamp()->set_seconds(1700000000 + i);
      event->set_contents(absl::StrCat(deployment->value(), " line ", i, "\n"));
      if (absl::Status status = viewer.Send(batch); !status.ok()) return status;
      if (i >= 1) return absl::OkStatus();
    }
  }

  static std::atomic<bool> ended;
};
std::atomic<bool> Platform::ended = false;

constexpr char kProject[] = R"(
project = "demo"
app "web" {
  build {
    use "shell" {}
  }
  deploy {
    use "shell" {}
  }
}
app "bare" {
  build {
    use "bare" {}
  }
  deploy {
    use "bare" {}
  }
}
)";

class PlatformSessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/waypoint-platform-XXXXXX";
    dir_ = ::mkdtemp(pattern);
    server::ServerOptions options;
    options.data_dir = dir_ + "/data";
    options.grpc_listen = "127.0.0.1:0";
    options.tls = false;
    server_ = server::Server::Start(options).value();
    token_ = server_->LocalToken().value();
    channel_ = Dial("");
    ASSERT_TRUE(WriteFile(dir_ + "/waypoint.hcl", kProject).ok());
    auto shell = std::make_shared<plugin::NativePlugin>("shell");
    plugin::NativeType platform = plugin::NativeType::Of<Platform>();
    platform.Add(plugin::Function::kExec, &Platform::Exec).Add(plugin::Function::kLogs, &Platform::Logs);
    shell->Add(plugin::ComponentType::kPlatform, platform);
    shell->Add(plugin::ComponentType::kBuilder, plugin::NativeType::Of<Platform>());
    auto bare = std::make_shared<plugin::NativePlugin>("bare");
    bare->Add(plugin::ComponentType::kPlatform, plugin::NativeType::Of<Platform>());
    bare->Add(plugin::ComponentType::kBuilder, plugin::NativeType::Of<Platform>());
    plugins_.Add(shell);
    plugins_.Add(bare);
    StartRunner();
    client_ = Dial(runner_->id());
    AddProject();
  }
  void TearDown() override {
    client_.reset();
    runner_->Stop(true);
    runner_.reset();
    channel_.reset();
    server_.reset();
    std::filesystem::remove_all(dir_);
  }

  std::unique_ptr<client::Channel> Dial(const std::string& runner_id) {
    client::DialOptions options;
    options.address = absl::StrCat("127.0.0.1:", server_->grpc_port());
    options.tls = false;
    options.token = token_;
    if (!runner_id.empty()) options.metadata = {{"waypoint-runner-id", runner_id}};
    return client::Dial(options).value();
  }
  void StartRunner() {
    runner::RunnerOptions options;
    options.kind = runner::RunnerOptions::Kind::kLocal;
    options.by_id_only = true;
    runner::ExecuteOptions execute;
    execute.channel = channel_.get();
    execute.plugins = &plugins_;
    execute.clock = &clock_;
    execute.working_folder = dir_;
    execute.local = true;
    runner_ = std::make_unique<runner::Runner>(*channel_, clock_, ids_, options, runner::MakeExecutor(execute));
    ASSERT_TRUE(runner_->Start({}).ok());
  }
  void AddProject() {
    pb::UpsertProjectRequest project;
    project.mutable_project()->set_name("demo");
    ASSERT_TRUE(client::Invoke<pb::UpsertProjectResponse>(*channel_, "UpsertProject", project).ok());
    pb::ConfigSetRequest config;
    auto* variable = config.add_variables();
    variable->mutable_target()->mutable_project()->set_project("demo");
    variable->set_name("GREETING");
    variable->set_static_("hi");
    ASSERT_TRUE(client::Invoke<pb::ConfigSetResponse>(*channel_, "SetConfig", config).ok());
  }
  std::string AddDeployment(const std::string& app) {
    pb::UpsertDeploymentRequest request;
    pb::Deployment& deployment = *request.mutable_deployment();
    deployment.mutable_application()->set_project("demo");
    deployment.mutable_application()->set_application(app);
    deployment.mutable_workspace()->set_workspace("default");
    deployment.mutable_component()->set_name(app == "web" ? "shell" : "bare");
    deployment.mutable_component()->set_type(pb::Component::PLATFORM);
    deployment.mutable_status()->set_state(pb::Status::SUCCESS);
    deployment.set_state(pb::Operation::CREATED);
    deployment.set_has_exec_plugin(true);
    deployment.set_has_logs_plugin(true);
    StringValue value;
    value.set_value("cluster");
    deployment.mutable_deployment()->set_type_url("type.googleapis.com/google.protobuf.StringValue");
    deployment.mutable_deployment()->set_value(value.SerializeAsString());
    return client::Invoke<pb::UpsertDeploymentResponse>(*channel_, "UpsertDeployment", request)->deployment().id();
  }
  std::unique_ptr<client::Stream> Exec(const std::string& deployment, const std::string& command, bool pty = false) {
    auto stream = client_->Open("StartExecStream", {});
    pb::ExecStreamRequest start;
    start.mutable_start()->set_deployment_id(deployment);
    start.mutable_start()->add_args(command);
    if (pty) {
      start.mutable_start()->mutable_pty()->set_enable(true);
      start.mutable_start()->mutable_pty()->set_term("vt100");
      start.mutable_start()->mutable_pty()->mutable_window_size()->set_height(24);
      start.mutable_start()->mutable_pty()->mutable_window_size()->set_width(80);
    }
    stream->Send(start);
    return stream;
  }
  struct End {
    std::string out, err;
    int code = -100;
    absl::Status status;
  };
  static End ReadToEnd(client::Stream& stream) {
    End end;
    while (true) {
      pb::ExecStreamResponse response;
      absl::StatusOr<bool> more = stream.Receive(&response);
      if (!more.ok()) end.status = more.status();
      if (!more.ok() || !*more) return end;
      if (response.has_exit()) end.code = response.exit().code();
      if (!response.has_output()) continue;
      const bool err = response.output().channel() == pb::ExecStreamResponse::Output::STDERR;
      (err ? end.err : end.out) += response.output().data();
    }
  }
  pb::Job TheJob() {
    auto jobs = client::Invoke<pb::ListJobsResponse>(*channel_, "ListJobs", pb::ListJobsRequest());
    EXPECT_EQ(jobs->jobs_size(), 1);
    return jobs->jobs(0);
  }
  // The server cancels the job when the client's stream ends, which may be before the runner has reported its success.
  static bool SucceededOrCanceled(const pb::Job& job) {
    return job.state() == pb::Job::SUCCESS || (job.state() == pb::Job::ERROR && job.has_cancel_time());
  }
  pb::Job AwaitEnd() {
    pb::Job job = TheJob();
    pb::GetJobStreamRequest request;
    request.set_job_id(job.id());
    auto stream = channel_->Open("GetJobStream", {});
    stream->Send(request);
    stream->CloseSend();
    pb::GetJobStreamResponse event;
    while (stream->Receive(&event).value_or(false)) {
    }
    return TheJob();
  }

  std::string dir_, token_;
  RealClock clock_;
  RealIds ids_;
  plugin::Registry plugins_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<client::Channel> channel_, client_;
  std::unique_ptr<runner::Runner> runner_;
};

TEST_F(PlatformSessionTest, ExecGoesThroughTheRunnerBothWays) {
  auto stream = Exec(AddDeployment("web"), "sh", /*pty=*/true);
  pb::ExecStreamRequest message;
  message.mutable_input()->set_data("hello ");
  stream->Send(message);
  message.mutable_winch()->set_width(132);
  stream->Send(message);
  message.mutable_input()->set_data("world");
  stream->Send(message);
  message.mutable_input_eof();
  stream->Send(message);
  const End end = ReadToEnd(*stream);
  EXPECT_TRUE(end.status.ok()) << end.status;
  EXPECT_EQ(end.out, "HELLO 132;WORLD");
  EXPECT_EQ(end.err, "sh in cluster GREETING=hi vt100 24x80");
  EXPECT_EQ(end.code, 7);
  EXPECT_TRUE(SucceededOrCanceled(AwaitEnd()));
}

TEST_F(PlatformSessionTest, FailureOfTheComponentIsExitOneWithItsWords) {
  auto stream = Exec(AddDeployment("web"), "fail");
  const End end = ReadToEnd(*stream);
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.err, HasSubstr("the cluster is asleep"));
  EXPECT_TRUE(SucceededOrCanceled(AwaitEnd()));
}

TEST_F(PlatformSessionTest, ClientThatLeavesEndsTheCommandAndTheJob) {
  auto stream = Exec(AddDeployment("web"), "wait");
  pb::ExecStreamResponse response;
  while (!response.has_output()) ASSERT_TRUE(stream->Receive(&response).value());
  stream->Cancel();
  stream.reset();
  const pb::Job job = AwaitEnd();
  EXPECT_TRUE(job.has_cancel_time());
  EXPECT_TRUE(Platform::ended);
}

TEST_F(PlatformSessionTest, PlatformWithoutExecIsSaid) {
  auto stream = Exec(AddDeployment("bare"), "sh");
  const End end = ReadToEnd(*stream);
  EXPECT_EQ(end.status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(end.status.message(), HasSubstr("offers none"));
}

TEST_F(PlatformSessionTest, LogsComeFromThePlatform) {
  const std::string deployment = AddDeployment("web");
  auto stream = client_->Open("GetLogStream", {});
  pb::GetLogStreamRequest request;
  request.set_deployment_id(deployment);
  stream->Send(request);
  stream->CloseSend();
  std::string text;
  pb::LogBatch batch;
  while (text.find("line 1") == std::string::npos && stream->Receive(&batch).value_or(false)) {
    EXPECT_EQ(batch.deployment_id(), deployment);
    for (const auto& line : batch.lines()) {
      absl::StrAppend(&text, line.timestamp().seconds(), " ", line.line(), "|");
    }
  }
  EXPECT_EQ(text, "1700000000 cluster line 0|1700000001 cluster line 1|");
  EXPECT_TRUE(SucceededOrCanceled(AwaitEnd()));
}

}  // namespace
}  // namespace waypoint
