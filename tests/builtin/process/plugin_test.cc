// The components as core calls them: built, deployed, released, switched and destroyed for real.
#include "builtin/process/plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/process_id.h"
#include "base/socket.h"
#include "builtin/files.pb.h"
#include "builtin/process/deployments.h"
#include "builtin/process/front/front_client.h"
#include "builtin/process/front/http_client.h"
#include "plugin/any.h"
#include "plugin/native.h"

namespace waypoint::builtin::process {
namespace {

namespace sdk = plugin::sdk;
using plugin::ComponentType;
using plugin::Function;
using ::testing::HasSubstr;

class Screen : public plugin::Terminal {
 public:
  void Send(const plugin::TerminalEvent& event) override { absl::StrAppend(&text, event.ShortDebugString(), "\n"); }
  std::string text;
};

class PluginTest : public testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.layout = layout_;
    options.entrypoint = "/usr/bin/env";
    options.front_program = {WAYPOINT_TEST_DIR "/process_front"};
    plugin_ = MakePlugin(options);
    ASSERT_TRUE(MakeFolders(App("")).ok());
    source_.set_app("web");
    source_.set_path(App(""));
    job_.set_project("p");
    job_.set_app("web");
    job_.set_workspace("default");
  }
  void TearDown() override {
    Call(ComponentType::kPlatform, "{}", Function::kDestroyWorkspace, {}, nullptr).IgnoreError();
  }

  std::string App(const std::string& name) { return JoinPath(JoinPath(folder_.path(), "app"), name); }

  // Gives the function what it asks for, as core does.
  absl::Status Call(ComponentType type, const std::string& config, Function function,
                    const std::vector<std::pair<std::string, const google::protobuf::Message*>>& values,
                    google::protobuf::Message* response, std::stop_token stop = {}) {
    absl::StatusOr<std::unique_ptr<plugin::Component>> component = plugin_->New(type);
    if (!component.ok()) return component.status();
    if (absl::Status status = (*component)->Configure(config); !status.ok()) return status;
    return Call(**component, function, values, response, stop);
  }
  absl::Status Call(plugin::Component& component, Function function,
                    const std::vector<std::pair<std::string, const google::protobuf::Message*>>& values,
                    google::protobuf::Message* response, std::stop_token stop = {}) {
    absl::StatusOr<sdk::FuncSpec> spec = component.Spec(function);
    if (!spec.ok()) return spec.status();
    sdk::FuncSpec::Args args;
    for (const auto& wanted : spec->args()) {
      auto* arg = args.add_args();
      *arg = wanted;
      if (wanted.type() == source_.GetTypeName()) *arg->mutable_proto_any() = plugin::PackAny(source_);
      if (wanted.type() == job_.GetTypeName()) *arg->mutable_proto_any() = plugin::PackAny(job_);
      for (const auto& [name, value] : values) {
        if (wanted.type() == value->GetTypeName() && (wanted.name().empty() || wanted.name() == name)) {
          *arg->mutable_proto_any() = plugin::PackAny(*value);
        }
      }
    }
    plugin::CallContext context;
    context.stop = stop;
    context.terminal = &screen_;
    google::protobuf::Empty ignored;
    return component.Call(function, args, context, response != nullptr ? response : &ignored);
  }

  template <typename M>
  M Unpack(const opaqueany::Any& any) {
    M message;
    EXPECT_TRUE(message.ParseFromString(any.value()));
    return message;
  }
  absl::StatusOr<pb::Artifact> Build(const std::string& config, std::stop_token stop = {}) {
    sdk::Build::Resp response;
    absl::Status status = Call(ComponentType::kBuilder, config, Function::kBuild, {}, &response, stop);
    if (!status.ok()) return status;
    return Unpack<pb::Artifact>(response.result());
  }
  absl::StatusOr<pb::Deployment> Deploy(const std::string& id, const pb::Artifact& artifact,
                                        const std::string& config) {
    sdk::Args::DeploymentConfig deployment_config;
    deployment_config.set_id(id);
    sdk::Deploy::Resp response;
    absl::Status status = Call(ComponentType::kPlatform, config, Function::kDeploy,
                               {{"", &deployment_config}, {"", &artifact}}, &response);
    if (!status.ok()) return status;
    EXPECT_EQ(response.declared_resources().resources_size(), 1);
    return Unpack<pb::Deployment>(response.result());
  }
  absl::StatusOr<pb::Release> Release(const pb::Deployment& target, const std::string& config) {
    sdk::Release::Resp response;
    absl::Status status = Call(ComponentType::kReleaser, config, Function::kRelease, {{"target", &target}}, &response);
    if (!status.ok()) return status;
    return Unpack<pb::Release>(response.result());
  }
  // The sample app under the name `server`, showing the file `version`.
  std::string PrepareApp(const std::string& version) {
    EXPECT_TRUE(WriteFile(App("version"), version).ok());
    return absl::StrCat(R"({"Command":"cp )", WAYPOINT_TEST_DIR, R"(/sample_app server","Output":""})");
  }
  static constexpr char kRun[] =
      R"({"Command":"VERSION=$(cat version) exec ./server","Health":{"Http":"/","Interval":"20ms","Retries":250}})";

  TempFolder folder_ = *TempFolder::Make("plugin_test");
  Layout layout_{JoinPath(folder_.path(), "data")};
  std::shared_ptr<plugin::Plugin> plugin_;
  sdk::Args::Source source_;
  sdk::Args::JobInfo job_;
  Screen screen_;
};

TEST_F(PluginTest, ALifeFromBuildToDestroy) {
  absl::StatusOr<pb::Artifact> first = Build(PrepareApp("one"));
  ASSERT_TRUE(first.ok()) << first.status();
  absl::StatusOr<pb::Deployment> one = Deploy("D1", *first, kRun);
  ASSERT_TRUE(one.ok()) << one.status();
  absl::StatusOr<pb::Release> release = Release(*one, "{}");
  ASSERT_TRUE(release.ok()) << release.status();
  EXPECT_EQ(release->url(), absl::StrCat("http://127.0.0.1:", release->port()));
  HttpClient client(static_cast<uint16_t>(release->port()));
  EXPECT_EQ(client.Get("/")->body, "one");

  absl::StatusOr<pb::Artifact> second = Build(PrepareApp("two"));
  absl::StatusOr<pb::Deployment> two = Deploy("D2", *second, kRun);
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(client.Get("/")->body, "one") << "deployed is not released";
  absl::StatusOr<pb::Release> again = Release(*two, "{}");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->url(), release->url()) << "the URL stays";
  EXPECT_EQ(client.Get("/")->body, "two");

  sdk::StatusReport report;
  ASSERT_TRUE(Call(ComponentType::kPlatform, "{}", Function::kStatus, {{"target", &*two}}, &report).ok());
  EXPECT_EQ(report.health(), sdk::StatusReport::READY);
  ASSERT_TRUE(Call(ComponentType::kReleaser, "{}", Function::kStatus, {{"target", &*again}}, &report).ok());
  EXPECT_EQ(report.health(), sdk::StatusReport::READY);

  // As a prune does: the old release has nothing left, the old deployment ends, the live one is not touched.
  sdk::Destroy::Resp destroyed;
  ASSERT_TRUE(Call(ComponentType::kReleaser, "{}", Function::kDestroy, {{"release", &*release}}, &destroyed).ok());
  ASSERT_TRUE(Call(ComponentType::kPlatform, "{}", Function::kDestroy, {{"deployment", &*one}}, &destroyed).ok());
  EXPECT_FALSE(IsAlive(FromProto(one->process())));
  EXPECT_EQ(client.Get("/")->body, "two");
  ASSERT_TRUE(Call(ComponentType::kPlatform, "{}", Function::kStatus, {{"target", &*one}}, &report).ok());
  EXPECT_EQ(report.health(), sdk::StatusReport::MISSING);

  ASSERT_TRUE(Call(ComponentType::kReleaser, "{}", Function::kDestroy, {{"release", &*again}}, &destroyed).ok());
  ASSERT_TRUE(Call(ComponentType::kPlatform, "{}", Function::kDestroy, {{"deployment", &*two}}, &destroyed).ok());
  EXPECT_FALSE(ConnectTcp("127.0.0.1", static_cast<uint16_t>(release->port()), absl::Now() + absl::Seconds(1)).ok());
  EXPECT_FALSE(IsAlive(FromProto(two->process())));
}

TEST_F(PluginTest, AppsWithoutReleaseBlockGetAPortThatGoesWithTheLiveDeployment) {
  absl::StatusOr<pb::Deployment> one = Deploy("D1", *Build(PrepareApp("one")), kRun);
  ASSERT_TRUE(one.ok()) << one.status();
  std::unique_ptr<plugin::Component> platform = *plugin_->New(ComponentType::kPlatform);
  absl::StatusOr<std::unique_ptr<plugin::Component>> releaser = platform->DefaultReleaser();
  ASSERT_TRUE(releaser.ok() && *releaser != nullptr);
  sdk::Release::Resp response;
  ASSERT_TRUE(Call(**releaser, Function::kRelease, {{"target", &*one}}, &response).ok());
  uint16_t port = static_cast<uint16_t>(Unpack<pb::Release>(response.result()).port());
  EXPECT_EQ(response.release().url(), absl::StrCat("http://127.0.0.1:", port));
  EXPECT_EQ(HttpClient(port).Get("/")->body, "one");
  sdk::Destroy::Resp destroyed;
  ASSERT_TRUE(Call(ComponentType::kPlatform, "{}", Function::kDestroy, {{"deployment", &*one}}, &destroyed).ok());
  EXPECT_FALSE(ConnectTcp("127.0.0.1", port, absl::Now() + absl::Seconds(1)).ok());
}

TEST_F(PluginTest, AFailedBuildShowsOutputAndExitCode) {
  absl::Status status = Build(R"({"Command":["/bin/sh","-c","echo compiling; echo oops >&2; exit 2"]})").status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("exit code 2"));
  EXPECT_THAT(screen_.text, HasSubstr("compiling"));
  EXPECT_THAT(screen_.text, HasSubstr("oops"));
  EXPECT_THAT(std::string(Build(R"({"Command":["no-such-tool","x"]})").status().message()), HasSubstr("no-such-tool"));
  EXPECT_THAT(std::string(Build(R"({"Output":"dist"})").status().message()), HasSubstr("dist does not exist"));
}

TEST_F(PluginTest, AStoppedBuildEndsItsCommand) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Build(R"({"Command":"sleep 1000"})", stop.get_token()).status().code(), absl::StatusCode::kCancelled);
}

TEST_F(PluginTest, ATakenPortIsExplainedAndChangesNothing) {
  absl::StatusOr<pb::Deployment> one = Deploy("D1", *Build(PrepareApp("one")), kRun);
  ASSERT_TRUE(one.ok()) << one.status();
  uint16_t port = *PickPort({});
  UniqueFd taken = *ListenTcp("127.0.0.1", port);
  absl::Status status = Release(*one, absl::StrCat(R"({"Port":)", port, "}")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("port ", port)));
  absl::StatusOr<pb::Release> elsewhere = Release(*one, "{}");
  ASSERT_TRUE(elsewhere.ok()) << elsewhere.status();
  // The live front stays where it is when its new port is taken.
  EXPECT_FALSE(Release(*one, absl::StrCat(R"({"Port":)", port, "}")).ok());
  EXPECT_EQ(HttpClient(static_cast<uint16_t>(elsewhere->port())).Get("/")->body, "one");
}

TEST_F(PluginTest, ADeadDeploymentIsNotReleased) {
  absl::StatusOr<pb::Deployment> one = Deploy("D1", *Build(PrepareApp("one")), kRun);
  ASSERT_TRUE(one.ok()) << one.status();
  ASSERT_TRUE(SignalProcess(FromProto(one->process()), 9).ok());
  ASSERT_TRUE(WaitGone(FromProto(one->process()), absl::Now() + absl::Seconds(5)).ok());
  EXPECT_THAT(std::string(Release(*one, "{}").status().message()), HasSubstr("has ended"));
  sdk::StatusReport report;
  ASSERT_TRUE(Call(ComponentType::kPlatform, "{}", Function::kStatus, {{"target", &*one}}, &report).ok());
  EXPECT_EQ(report.health(), sdk::StatusReport::DOWN);
}

TEST_F(PluginTest, BadConfigurationNamesTheField) {
  struct Row {
    ComponentType type;
    const char *config, *want;
  };
  const Row kRows[] = {
      {ComponentType::kBuilder, R"({"Command":3})", "command: must be one string"},
      {ComponentType::kPlatform, R"({"StopSignal":"NOPE"})", "stop_signal"},
      {ComponentType::kPlatform, R"({"StopTimeout":"soon"})", "stop_timeout"},
      {ComponentType::kPlatform, R"({"Health":{"Http":"/","Tcp":true}})", "health: give one"},
      {ComponentType::kReleaser, R"({"Port":70000})", "port"},
      {ComponentType::kReleaser, R"({"Protocol":"udp"})", "protocol"},
  };
  for (const Row& r : kRows) {
    EXPECT_THAT(std::string((*plugin_->New(r.type))->Configure(r.config).message()), HasSubstr(r.want)) << r.config;
  }
}

TEST_F(PluginTest, WhatTheFilesBuilderLeavesCanBeRun) {
  files::Files files;
  files.set_path(App(""));
  ASSERT_TRUE(WriteFile(App("x"), "y").ok());
  sdk::FuncSpec::Args args;
  auto* arg = args.add_args();
  arg->set_type("files.Files");
  *arg->mutable_proto_any() = plugin::PackAny(files);
  absl::StatusOr<opaqueany::Any> mapped = plugin_->Map(args, "process.Artifact");
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_EQ(*ReadFile(JoinPath(Unpack<pb::Artifact>(*mapped).path(), "x")), "y");
}

TEST_F(PluginTest, TasksRunAreWatchedAndStopped) {
  auto start = [&](const std::string& script) {
    sdk::Args::TaskLaunchInfo task;
    task.add_entrypoint("/bin/sh");
    task.add_arguments("-c");
    task.add_arguments(script);
    (*task.mutable_environment_variables())["WHO"] = "task";
    sdk::TaskLaunch::Resp response;
    EXPECT_TRUE(Call(ComponentType::kTaskLauncher, "{}", Function::kStartTask, {{"", &task}}, &response).ok());
    return Unpack<pb::TaskInfo>(response.result());
  };
  pb::TaskInfo done = start("echo hello from $WHO; exit 5");
  sdk::TaskWatch::Resp watched;
  ASSERT_TRUE(Call(ComponentType::kTaskLauncher, "{}", Function::kWatchTask, {{"state", &done}}, &watched).ok());
  EXPECT_EQ(watched.exit_code(), 5);
  EXPECT_THAT(screen_.text, HasSubstr("hello from task"));
  pb::TaskInfo endless = start("sleep 1000; true");
  EXPECT_TRUE(IsAlive(FromProto(endless.process())));
  ASSERT_TRUE(Call(ComponentType::kTaskLauncher, "{}", Function::kStopTask, {{"state", &endless}}, nullptr).ok());
  EXPECT_FALSE(IsAlive(FromProto(endless.process())));
  EXPECT_FALSE(PathExists(endless.folder()));
}

// Records are kept by the server, where others may write them: a destroy must not take a user's folder along.
TEST_F(PluginTest, FoldersOfOthersInARecordAreLeftAlone) {
  const std::string precious = App("");
  for (const std::string& folder : {precious, JoinPath(layout_.root(), "fronts/../../" + BaseName(folder_.path()))}) {
    SCOPED_TRACE(folder);
    pb::TaskInfo task;
    task.set_id("01TASK");
    task.set_folder(folder);
    absl::Status status = Call(ComponentType::kTaskLauncher, "{}", Function::kStopTask, {{"state", &task}}, nullptr);
    EXPECT_TRUE(!PathExists(folder) || absl::IsFailedPrecondition(status)) << status;
    pb::Release release;
    release.set_folder(folder);
    release.set_deployment_id("D1");
    sdk::Destroy::Resp destroyed;
    status = Call(ComponentType::kReleaser, "{}", Function::kDestroy, {{"release", &release}}, &destroyed);
    EXPECT_TRUE(!PathExists(folder) || absl::IsFailedPrecondition(status)) << status;
    EXPECT_TRUE(IsFolder(precious));
  }
}

TEST(LayoutTest, KnowsItsFronts) {
  const Layout layout("/data");
  pb::State::Owner owner;
  for (const char* name : {"web", "a b/..", ".", "..", "%41", ""}) {
    owner.set_project(name);
    owner.set_app("x.y");
    owner.set_workspace(name);
    EXPECT_TRUE(layout.IsFront(layout.Front(owner))) << layout.Front(owner);
  }
  for (const char* folder : {"", "/", "/data", "/data/fronts", "/data/fronts/a/b", "/data/fronts/a/b/c/d",
                             "/data/fronts/a/../c", "/data/fronts/a//c", "/other/fronts/a/b/c", "/data/tasks/a/b/c"}) {
    EXPECT_FALSE(layout.IsFront(folder)) << folder;
  }
}

}  // namespace
}  // namespace waypoint::builtin::process
