// Jobs that the original runner was recorded doing: ours asks the server the same, in the same order, given the same
// answers (tests/data/captures/README.md tells what a recording promises).
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <set>

#include "base/files.h"
#include "base/real_clock.h"
#include "builtin/docker.pb.h"
#include "plugin/any.h"
#include "plugin/json_value.h"
#include "plugin/native.h"
#include "runner/execute_job.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;
namespace sdk = ::hashicorp::waypoint::sdk;
using google::protobuf::Message;
using plugin::Json;

std::string Text(const Json& json) {
  std::string out;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(json, &out).ok());
  return out;
}

const Json* Member(const Json& object, const std::string& name) {
  const auto& fields = object.struct_value().fields();
  const auto it = fields.find(name);
  return it != fields.end() ? &it->second : nullptr;
}

std::string StringMember(const Json& object, const std::string& name) {
  const Json* member = Member(object, name);
  return member != nullptr ? member->string_value() : "";
}

// What two programs can't agree on: times, and what a component says of its machine.
void Normalise(Message* message) {
  const std::string& type = message->GetDescriptor()->full_name();
  if (type == "opaqueany.Any") {
    auto* any = dynamic_cast<opaqueany::Any*>(message);
    docker::Image image;  // the original puts fields of a oneof last
    if (plugin::UnpackAny(*any, &image).ok()) any->set_value(image.SerializeAsString());
    return;
  }
  // Ours hands the build's data on where there is no registry, so that deploy can use them.
  if (const auto* data = message->GetDescriptor()->FindFieldByName("template_data");
      data != nullptr && type != "hashicorp.waypoint.Build") {
    message->GetReflection()->ClearField(message, data);
  }
  static const auto* const kLeftOut = new std::set<std::string>(
      {"start_time", "complete_time", "generated_time", "created_time", "artifact_json", "deployment_json",
       "deployment", "declared_resources", "destroyed_resources", "status_report", "resources", "preload"});
  const auto* reflection = message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const auto* field : fields) {
    // `deployment` is also the record in its request.
    const bool any = field->message_type() != nullptr && field->message_type()->full_name() == "opaqueany.Any";
    const bool record = field->name() == "deployment" && !any;
    if (kLeftOut->count(field->name()) != 0 && !record && !(field->name() == "status_report" && !any)) {
      reflection->ClearField(message, field);
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map()) {
      if (field->is_repeated()) {
        for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
          Normalise(reflection->MutableRepeatedMessage(message, field, i));
        }
      } else {
        Normalise(reflection->MutableMessage(message, field));
      }
    }
  }
}

struct RecordedCall {
  std::string method;
  Json request, response;
  bool request_left_out = false, response_left_out = false;
  absl::Status status;
};

struct Recording {
  pb::RunnerJobStreamResponse::JobAssignment assignment;
  std::deque<RecordedCall> calls;
  pb::Job::Result result;
  bool complete = false;
};

// Calls of the user's own tools beside the runner's, on the same connection.
bool IsRunners(const std::string& method) {
  static const auto* const kOthers = new std::set<std::string>(
      {"GetVersionInfo", "GetJobStream", "GetRunner", "GetJob", "RunnerConfig", "RunnerJobStream", "QueueJob"});
  return kOthers->count(method) == 0;
}

void ReadJobStream(const Json& event, Recording* out) {
  const Json* message = Member(event, "msg");
  if (message == nullptr) return;
  if (Member(*message, "assignment") != nullptr) {
    pb::RunnerJobStreamResponse response;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(Text(*message), &response).ok());
    out->assignment = response.assignment();
  } else if (Member(*message, "complete") != nullptr) {
    pb::RunnerJobStreamRequest request;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(Text(*message), &request).ok());
    out->result = request.complete().result();
    out->complete = true;
  }
}

Recording Read(const std::string& name) {
  Recording out;
  std::map<int, RecordedCall> calls;
  std::ifstream file(std::string(WAYPOINT_TEST_DATA) + "/captures/" + name);
  std::string line;
  while (std::getline(file, line)) {
    const Json event = *plugin::ParseJson(line);
    const std::string method = StringMember(event, "rpc");
    if (StringMember(event, "peer") != "cli" || Member(event, "keepalive") != nullptr) continue;
    if (method == "RunnerJobStream") ReadJobStream(event, &out);
    // Only between the assignment and the end of the one job.
    if (!IsRunners(method) || out.assignment.job().id().empty()) continue;
    if (out.complete) break;
    RecordedCall& call = calls[static_cast<int>(Member(event, "call")->number_value())];
    call.method = method;
    const bool from_client = StringMember(event, "dir") == "c2s";
    if (StringMember(event, "event") == "msg") {
      const Json* message = Member(event, "msg");
      (from_client ? call.request_left_out : call.response_left_out) = message == nullptr;
      if (message != nullptr) (from_client ? call.request : call.response) = *message;
    } else if (StringMember(event, "event") == "status") {
      call.status = absl::Status(static_cast<absl::StatusCode>(Member(event, "code")->number_value()),
                                 StringMember(event, "message"));
    }
  }
  for (auto& [id, call] : calls) out.calls.push_back(std::move(call));
  return out;
}

// Answers as recorded, as long as it is asked as recorded.
class RecordedServer : public client::Channel {
 public:
  explicit RecordedServer(std::deque<RecordedCall> calls) : calls_(std::move(calls)) {}

  absl::Status Call(absl::string_view method, const client::Message& request, client::Message* response,
                    const client::CallOptions&) override {
    if (calls_.empty()) return Unexpected(absl::StrCat(method, " after the end"));
    RecordedCall call = std::move(calls_.front());
    calls_.pop_front();
    if (call.method != method) return Unexpected(absl::StrCat(method, " instead of ", call.method));
    Compare(call, dynamic_cast<const Message&>(request));
    if (!call.status.ok()) return call.status;
    if (call.response_left_out || call.response.kind_case() == Json::KIND_NOT_SET) {
      response->ParseFromString(request.SerializeAsString());  // upserts answer with what they got
      return absl::OkStatus();
    }
    auto status = google::protobuf::util::JsonStringToMessage(Text(call.response), dynamic_cast<Message*>(response));
    EXPECT_TRUE(status.ok()) << method;
    return absl::OkStatus();
  }
  std::unique_ptr<client::Stream> Open(absl::string_view, const client::CallOptions&) override { return nullptr; }

  std::vector<std::string> Left() const {
    std::vector<std::string> out;
    for (const RecordedCall& call : calls_) out.push_back(call.method);
    return out;
  }

 private:
  static absl::Status Unexpected(std::string what) {
    ADD_FAILURE() << "asked " << what;
    return absl::AbortedError(what);
  }
  static void Compare(const RecordedCall& call, const Message& request) {
    if (call.request_left_out) return;
    std::unique_ptr<Message> want(request.New()), have(request.New());
    have->CopyFrom(request);
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(Text(call.request), want.get()).ok()) << call.method;
    Normalise(want.get());
    Normalise(have.get());
    std::string difference;
    google::protobuf::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(*want, *have)) << call.method << ": " << difference;
  }

  std::deque<RecordedCall> calls_;
};

// Says what the recorded docker component said.
struct Docker {
  absl::StatusOr<docker::Image> Build() {
    docker::Image image;
    image.set_image("waypoint.local/web");
    image.set_tag("latest");
    image.set_architecture("amd64");
    image.mutable_docker();
    return image;
  }
  absl::StatusOr<docker::Deployment> Deploy(const docker::Image&) { return docker::Deployment(); }
  absl::Status Destroy(const docker::Deployment&) { return absl::OkStatus(); }
  absl::StatusOr<sdk::StatusReport> Status(plugin::Named<"target", docker::Deployment>) {
    sdk::StatusReport report;
    report.set_health(sdk::StatusReport::READY);
    report.set_health_message("All 2 resources are reporting READY");
    report.set_external(true);
    return report;
  }
};

class Silent : public plugin::Terminal {
 public:
  void Send(const plugin::TerminalEvent& event) override {
    if (event.has_line()) lines.push_back(event.line().msg());
  }
  std::vector<std::string> lines;
};

class RecordedTest : public ::testing::Test {
 protected:
  RecordedTest() : folder_(*TempFolder::Make("recorded")) {
    plugin::NativeType builder = plugin::NativeType::Of<Docker>();
    builder.Add(plugin::Function::kBuild, &Docker::Build);
    plugin::NativeType platform = plugin::NativeType::Of<Docker>();
    platform.Add(plugin::Function::kDeploy, &Docker::Deploy).Add(plugin::Function::kDestroy, &Docker::Destroy);
    platform.Add(plugin::Function::kStatus, &Docker::Status);
    auto docker = std::make_shared<plugin::NativePlugin>("docker");
    docker->Add(plugin::ComponentType::kBuilder, builder).Add(plugin::ComponentType::kPlatform, platform);
    plugins_.Add(docker);
    EXPECT_TRUE(WriteFile(JoinPath(folder_.path(), "waypoint.hcl"), R"(
project = "demo"
app "web" {
  build {
    use "docker" {}
  }
  deploy {
    use "docker" {}
  }
}
)")
                    .ok());
  }
  absl::StatusOr<pb::Job::Result> Replay(const std::string& name) {
    Recording recording = Read(name);
    recorded_ = recording.result;
    EXPECT_FALSE(recording.assignment.job().id().empty());
    RecordedServer server(std::move(recording.calls));
    JobRun run;
    run.assignment = &recording.assignment;
    run.terminal = &terminal_;
    run.reports.download = [](const auto&) {};
    run.reports.config_load = [](const auto& config) { EXPECT_EQ(config.source(), pb::Job::Config::FILE); };
    run.reports.variables = [](const auto& values) { EXPECT_TRUE(values.empty()); };
    ExecuteOptions options;
    options.channel = &server;
    options.plugins = &plugins_;
    options.clock = &clock_;
    options.working_folder = folder_.path();
    options.local = true;
    auto result = MakeExecutor(options)(run);
    EXPECT_THAT(server.Left(), ::testing::IsEmpty());
    return result;
  }

  TempFolder folder_;
  plugin::Registry plugins_;
  RealClock clock_;
  Silent terminal_;
  pb::Job::Result recorded_;
};

TEST_F(RecordedTest, FirstUp) {
  auto result = Replay("cli-init-up-docker.jsonl");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->build().push().id(), recorded_.build().push().id());
  EXPECT_EQ(result->deploy().deployment().id(), recorded_.deploy().deployment().id());
  EXPECT_EQ(result->release().release().id(), recorded_.release().release().id());
  EXPECT_EQ(result->up().SerializeAsString(), recorded_.up().SerializeAsString());
  EXPECT_THAT(terminal_.lines, ::testing::IsSupersetOf({"Building web...", "Deploying web...", "Releasing web...",
                                                        "No release phase specified, skipping..."}));
}

TEST_F(RecordedTest, ThirdUpPrunesTheFirst) {
  auto result = Replay("cli-up-prune-docker.jsonl");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->deploy().deployment().id(), recorded_.deploy().deployment().id());
}

TEST_F(RecordedTest, DestroyOfAWorkspace) {
  auto result = Replay("cli-destroy.jsonl");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->SerializeAsString(), recorded_.SerializeAsString());
  EXPECT_THAT(terminal_.lines, ::testing::ElementsAre("Destroying releases for application 'web'...",
                                                      "Destroying deployments for application 'web'..."));
}

}  // namespace
}  // namespace waypoint::runner
