// What the RPCs of jobs, tasks, runners and profiles say to requests that are wrong or name nothing: the codes of
// jobs-and-runners.md, where it is silent those of 0.11.4 (found out by asking it).
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "server/services/services.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"
#include "waypoint/service.pb.h"

namespace waypoint::server {
namespace {

using Code = absl::StatusCode;

const void* const volatile g_linked = &descriptor_table_waypoint_2fservice_2eproto;

class NobodyFetches : public Fetcher {
 public:
  void Fetch(FetchRequest, Done) override { ADD_FAILURE() << "nothing is to be fetched here"; }
};

class UnaryTable : public Table {
 public:
  void AddUnary(std::string method, Needs, RawUnary handler) override { handlers[method] = std::move(handler); }
  void AddStream(std::string, Needs, RawOpen) override {}
  std::map<std::string, RawUnary> handlers;
};

class Refusals : public ::testing::Test {
 protected:
  Refusals() {
    state::StoreOptions options;
    const Indexes indexes = AddIndexes(options);
    store_ = state::OpenStore(backend_, executor_, clock_, ids_, std::move(options)).value();
    services_.emplace(*store_, indexes, clock_, ids_, fetcher_, "v0.12.0");
    services_->Register(table_);
    caller_.identity.kind = auth::Identity::Kind::kUser;
    EXPECT_EQ(Call("UpsertProject", R"(project { name: "p" data_source { local {} } })"), Code::kOk);
    EXPECT_EQ(Call("UpsertProject", R"(project { name: "nods" })"), Code::kOk);
  }

  // The code of the answer; `text` is the request as text.
  Code Call(const std::string& method, const std::string& text) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("hashicorp.waypoint.Waypoint");
    const auto* descriptor = g_linked == nullptr ? nullptr : service->FindMethodByName(method);
    google::protobuf::DynamicMessageFactory factory;
    std::unique_ptr<google::protobuf::Message> request(factory.GetPrototype(descriptor->input_type())->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.get())) << text;
    std::optional<absl::Status> answer;
    table_.handlers.at(method)(caller_, request->SerializeAsString(),
                               [&](absl::Status status, std::string) { answer = std::move(status); });
    executor_.RunAll();
    EXPECT_TRUE(answer.has_value()) << method;
    return answer.has_value() ? answer->code() : Code::kUnknown;
  }

  testing::ManualExecutor executor_;
  testing::FakeClock clock_{executor_};
  testing::CountingIds ids_;
  testing::MemoryBackend backend_;
  NobodyFetches fetcher_;
  std::unique_ptr<state::Store> store_;
  std::optional<Services> services_;
  UnaryTable table_;
  Caller caller_;
};

struct Case {
  const char* method;
  std::string request;
  Code want;
};

constexpr char kApp[] = R"(application { project: "p" application: "a" } workspace { workspace: "default" } )";

std::string Job(const std::string& more) { return absl::StrCat("job { ", kApp, "noop {} ", more, " }"); }
std::string Any(const std::string& more) { return Job("target_runner { any {} } " + more); }
std::string Git(const std::string& more) { return Any("data_source { git { " + more + " } }"); }

TEST_F(Refusals, QueueJob) {
  const std::string app = R"(application { project: "p" application: "a" } )";
  const Case cases[] = {
      {"QueueJob", "", Code::kFailedPrecondition},
      {"QueueJob", "job {}", Code::kUnimplemented},
      {"QueueJob", "job { noop {} }", Code::kFailedPrecondition},
      {"QueueJob", absl::StrCat("job { ", kApp, "}"), Code::kUnimplemented},
      {"QueueJob", Job(""), Code::kFailedPrecondition},
      {"QueueJob", Job("target_runner {}"), Code::kFailedPrecondition},
      {"QueueJob",
       R"(job { application { project: "p" } workspace { workspace: "w" } noop {} target_runner { any {} } })",
       Code::kOk},
      {"QueueJob", "job { application {} workspace { workspace: \"w\" } noop {} target_runner { any {} } }",
       Code::kNotFound},
      {"QueueJob", "job { " + app + "workspace {} noop {} target_runner { any {} } }", Code::kFailedPrecondition},
      {"QueueJob", "job { " + app + "noop {} target_runner { any {} } }", Code::kFailedPrecondition},
      {"QueueJob", Any("id: \"x\""), Code::kFailedPrecondition},
      {"QueueJob", Any("data_source {}"), Code::kFailedPrecondition},
      {"QueueJob", Git(""), Code::kFailedPrecondition},
      {"QueueJob", Git(R"(url: "u" path: "/a")"), Code::kFailedPrecondition},
      {"QueueJob", Git(R"(url: "u" path: "./a")"), Code::kFailedPrecondition},
      {"QueueJob", Git(R"(url: "u" path: "a/../b")"), Code::kFailedPrecondition},
      {"QueueJob", Git(R"(url: "u" path: "a//b")"), Code::kFailedPrecondition},
      {"QueueJob", Git(R"(url: "u" path: "..a")"), Code::kOk},
      {"QueueJob", Git(R"(url: "u" path: "a/")"), Code::kOk},
      {"QueueJob", Git(R"(url: "u" basic {})"), Code::kFailedPrecondition},
      {"QueueJob", Git(R"(url: "u" basic { username: "a" })"), Code::kFailedPrecondition},
      {"QueueJob", Git(R"(url: "u" ssh {})"), Code::kFailedPrecondition},
      {"QueueJob", Git(R"(url: "u" ssh { private_key_pem: "bad" })"), Code::kFailedPrecondition},
      {"QueueJob", Any("data_source { remote {} }"), Code::kInternal},
      {"QueueJob",
       R"(job { application { project: "nope" } workspace { workspace: "w" } noop {} target_runner { any {} } })",
       Code::kNotFound},
      {"QueueJob",
       R"(job { application { project: "nods" } workspace { workspace: "w" } noop {} target_runner { any {} } })",
       Code::kFailedPrecondition},
      {"QueueJob", Any("") + " expires_in: \"5\"", Code::kFailedPrecondition},
      {"QueueJob", Any("") + " expires_in: \"x\"", Code::kFailedPrecondition},
      {"QueueJob", Any("") + " expires_in: \"inf\"", Code::kFailedPrecondition},
      {"QueueJob", Any("") + " expires_in: \"1h5\u00b5s\"", Code::kOk},
      {"QueueJob", Any("") + " expires_in: \"-5s\"", Code::kOk},
      {"QueueJob", Any("depends_on: \"nope\""), Code::kNotFound},
      {"QueueJob", Any("depends_on: \"\""), Code::kFailedPrecondition},
      {"QueueJob", Any("depends_on_allow_failure: \"nope\""), Code::kFailedPrecondition},
      {"QueueJob", Job("target_runner { id {} }"), Code::kOk},
      {"QueueJob", Job("target_runner { labels {} }"), Code::kOk},
      {"QueueJob", Any("ondemand_runner {}"), Code::kFailedPrecondition},
      {"QueueJob", Any("ondemand_runner { name: \"nope\" }"), Code::kNotFound},
      {"QueueJob", Any("ondemand_runner { id: \"nope\" }"), Code::kNotFound},
  };
  for (const Case& c : cases) EXPECT_EQ(Call(c.method, c.request), c.want) << c.request;
}

TEST_F(Refusals, OtherJobs) {
  const Case cases[] = {
      {"CancelJob", "", Code::kNotFound},
      {"CancelJob", "job_id: \"nope\" force: true", Code::kNotFound},
      {"GetJob", "", Code::kNotFound},
      {"GetJob", "job_id: \"nope\"", Code::kNotFound},
      {"ListJobs", "pagination { next_page_token: \"a\" previous_page_token: \"b\" }", Code::kInvalidArgument},
      {"ListJobs", "workspace {}", Code::kOk},
      {"ListJobs", "targetRunner { labels {} }", Code::kOk},
      {"ValidateJob", "", Code::kOk},
      {"ValidateJob", "job {}", Code::kOk},
      {"ExpediteStatusReport", "", Code::kFailedPrecondition},
      {"ExpediteStatusReport", "deployment {}", Code::kFailedPrecondition},
      {"ExpediteStatusReport", "release {}", Code::kFailedPrecondition},
      {"ExpediteStatusReport", "deployment { id: \"nope\" } workspace { workspace: \"default\" }", Code::kNotFound},
      {"ExpediteStatusReport", "release { id: \"nope\" } workspace { workspace: \"default\" }", Code::kNotFound},
  };
  for (const Case& c : cases) EXPECT_EQ(Call(c.method, c.request), c.want) << c.method << " " << c.request;
}

TEST_F(Refusals, Tasks) {
  const Case cases[] = {
      {"GetTask", "", Code::kInvalidArgument},
      {"GetTask", "ref {}", Code::kFailedPrecondition},
      {"GetTask", "ref { id: \"\" }", Code::kNotFound},
      {"GetTask", "ref { job_id: \"\" }", Code::kNotFound},
      {"GetTask", "ref { id: \"nope\" }", Code::kNotFound},
      {"GetTask", "ref { job_id: \"nope\" }", Code::kNotFound},
      {"CancelTask", "", Code::kInvalidArgument},
      {"CancelTask", "ref {}", Code::kFailedPrecondition},
      {"CancelTask", "ref { id: \"nope\" }", Code::kNotFound},
      {"CancelTask", "ref { job_id: \"nope\" }", Code::kNotFound},
      {"ListTask", "", Code::kOk},
      {"ListTask", "taskState: RUNNING", Code::kOk},
  };
  for (const Case& c : cases) EXPECT_EQ(Call(c.method, c.request), c.want) << c.method << " " << c.request;
}

TEST_F(Refusals, Profiles) {
  const std::string name = R"(name: "p" plugin_type: "docker" )";
  const Case cases[] = {
      {"UpsertOnDemandRunnerConfig", "", Code::kInvalidArgument},
      {"UpsertOnDemandRunnerConfig", "config {}", Code::kInvalidArgument},
      {"UpsertOnDemandRunnerConfig", "config { name: \"a b\" plugin_type: \"docker\" }", Code::kInvalidArgument},
      {"UpsertOnDemandRunnerConfig", "config { " + name + "plugin_config: \"a = \" }", Code::kInvalidArgument},
      {"UpsertOnDemandRunnerConfig", "config { " + name + "plugin_config: \"{\" config_format: JSON }",
       Code::kInvalidArgument},
      {"UpsertOnDemandRunnerConfig", "config { " + name + "target_runner { labels {} } }", Code::kInvalidArgument},
      {"UpsertOnDemandRunnerConfig", "config { " + name + "target_runner { id {} } }", Code::kOk},
      {"UpsertOnDemandRunnerConfig", "config { id: \"nope\" " + name + "}", Code::kInvalidArgument},
      {"UpsertOnDemandRunnerConfig", "config { plugin_type: \"docker\" }", Code::kOk},
      {"GetOnDemandRunnerConfig", "", Code::kInvalidArgument},
      {"GetOnDemandRunnerConfig", "config {}", Code::kOk},
      {"GetOnDemandRunnerConfig", "config { name: \"P\" }", Code::kOk},
      {"GetOnDemandRunnerConfig", "config { name: \"nope\" }", Code::kNotFound},
      {"GetOnDemandRunnerConfig", "config { id: \"nope\" }", Code::kNotFound},
      {"DeleteOnDemandRunnerConfig", "", Code::kInvalidArgument},
      {"DeleteOnDemandRunnerConfig", "config {}", Code::kNotFound},
      {"DeleteOnDemandRunnerConfig", "config { name: \"nope\" }", Code::kNotFound},
  };
  for (const Case& c : cases) EXPECT_EQ(Call(c.method, c.request), c.want) << c.method << " " << c.request;
}

TEST_F(Refusals, Runners) {
  const Case cases[] = {
      {"GetRunner", "", Code::kNotFound},
      {"GetRunner", "runner_id: \"nope\"", Code::kNotFound},
      {"AdoptRunner", "", Code::kInvalidArgument},
      {"AdoptRunner", "runner_id: \"a b\" adopt: true", Code::kInvalidArgument},
      {"AdoptRunner", "runner_id: \"nope\" adopt: true", Code::kNotFound},
      {"ForgetRunner", "", Code::kInvalidArgument},
      {"ForgetRunner", "runner_id: \"nope\"", Code::kOk},
      {"ForgetRunner", "runner_id: \"a b\"", Code::kOk},
      {"RunnerGetDeploymentConfig", "", Code::kOk},
  };
  for (const Case& c : cases) EXPECT_EQ(Call(c.method, c.request), c.want) << c.method << " " << c.request;
}

}  // namespace
}  // namespace waypoint::server
