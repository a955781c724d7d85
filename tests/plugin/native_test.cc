// A built-in declared from ordinary C++ methods behaves like a component of the wire.
#include "plugin/native.h"

#include <gtest/gtest.h>

#include "builtin/docker.pb.h"
#include "builtin/pack.pb.h"
#include "plugin/any.h"

namespace waypoint::plugin {
namespace {

class RecordingTerminal : public Terminal {
 public:
  void Send(const TerminalEvent& event) override { events.push_back(event); }
  std::vector<TerminalEvent> events;
};

class Maker {
 public:
  struct Credentials {
    std::string hostname;
  };
  struct Config {
    std::string image;
    bool disable_entrypoint = false;
    std::vector<std::string> words;
    std::map<std::string, std::optional<std::string>> build_args;
    std::vector<uint64_t> ports;
    std::optional<Credentials> auth;
  };
  Config config;

  absl::StatusOr<Outcome<docker::Image>> Build(Ui& ui, const sdk::Args::Source& source,
                                               Named<"hasregistry", bool> has_registry, std::stop_token stop) {
    ui.Info("building ", source.app());
    if (stop.stop_requested()) return absl::CancelledError("stopped");
    Outcome<docker::Image> out;
    out.result.set_image(config.image);
    out.result.set_tag(*has_registry ? "pushed" : "latest");
    out.labels["made"] = "here";
    return out;
  }
  absl::Status Validate() {
    return config.image.empty() ? absl::InvalidArgumentError("image: must not be empty") : absl::OkStatus();
  }
  absl::StatusOr<bool> Auth(const sdk::Args::LabelSet&) { throw std::runtime_error("boom"); }
};

NativeType MakerType() {
  NativeType type = NativeType::Of<Maker>();
  ConfigFields<Maker::Credentials> auth;
  auth.Optional("hostname", &Maker::Credentials::hostname, "Host.");
  ConfigFields<Maker::Config> fields;
  fields.Required("image", &Maker::Config::image, "Name.")
      .Optional({"disable_entrypoint", "DisableCEB"}, &Maker::Config::disable_entrypoint, "Leave it.", "false")
      .Optional("words", &Maker::Config::words, "Words.")
      .Optional("build_args", &Maker::Config::build_args, "Args.")
      .Optional("extra_ports", &Maker::Config::ports, "Ports.")
      .Block("auth", &Maker::Config::auth, auth, "Credentials.");
  type.Config(&Maker::config, fields).Validate(&Maker::Validate);
  type.Add(Function::kBuild, &Maker::Build);
  type.Add(Function::kAuth, &Maker::Auth);
  return type;
}

TEST(Native, SignatureBecomesSpec) {
  auto component = MakerType().New();
  auto spec = component->Spec(Function::kBuild);
  ASSERT_TRUE(spec.ok());
  ASSERT_EQ(spec->args_size(), 4);
  EXPECT_EQ(spec->args(0).type(), "hashicorp.waypoint.sdk.Args.TerminalUI");
  EXPECT_EQ(spec->args(1).type(), "hashicorp.waypoint.sdk.Args.Logger");
  EXPECT_EQ(spec->args(2).type(), "hashicorp.waypoint.sdk.Args.Source");
  EXPECT_EQ(spec->args(3).name(), "hasregistry");
  EXPECT_EQ(spec->args(3).primitive_type(), sdk::FuncSpec::Value::BOOL);
  EXPECT_EQ(spec->result(0).type(), "docker.Image");
  EXPECT_EQ(component->Spec(Function::kDeploy).status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(*component->Has(Probe::kAuthenticator));
  EXPECT_FALSE(*component->Has(Probe::kDestroyer));
}

TEST(Native, ConfigureDecodesTheZeroFilledObject) {
  auto component = MakerType().New();
  EXPECT_EQ(component
                ->Configure(R"({"Image":"web","DisableCEB":true,"Words":null,"BuildArgs":{"A":"1","B":null},
                                "ExtraPorts":[80,443],"Auth":{"Hostname":"h"}})")
                .code(),
            absl::StatusCode::kOk);
  EXPECT_EQ(component->Configure(R"({"Image":""})").message(), "image: must not be empty");
  EXPECT_EQ(component->Configure(R"({"Image":3})").message(), "image: must be a string");
  EXPECT_EQ(component->Configure(R"({"ExtraPorts":[-1]})").code(), absl::StatusCode::kInvalidArgument);
}

TEST(Native, PublishesTheGoStruct) {
  auto component = MakerType().New();
  auto published = *component->ConfigStruct();
  ASSERT_TRUE(published.has_value());
  ASSERT_EQ(published->fields_size(), 6);
  EXPECT_EQ(published->fields(0).tag(), "hcl:\"image\"");
  EXPECT_EQ(published->fields(1).name(), "DisableCEB");
  EXPECT_EQ(published->fields(1).tag(), "hcl:\"disable_entrypoint,optional\"");
  EXPECT_EQ(published->fields(3).type().container().kind(), 21u);
  EXPECT_EQ(published->fields(3).type().container().elem().container().kind(), 22u);
  EXPECT_EQ(published->fields(4).name(), "ExtraPorts");
  EXPECT_EQ(published->fields(5).type().container().elem().struct_().fields(0).name(), "Hostname");
  auto docs = *component->Documentation();
  EXPECT_EQ(docs.fields().at("build_args").type(), "map of string to string");
  EXPECT_EQ(docs.fields().at("auth").sub_fields(0).name(), "hostname");
}

TEST(Native, CallsWithTypedArgumentsAndWrapsTheResult) {
  auto component = MakerType().New();
  ASSERT_TRUE(component->Configure(R"({"Image":"web"})").ok());
  sdk::FuncSpec::Args args;
  sdk::Args::Source source;
  source.set_app("shop");
  auto* value = args.add_args();
  value->set_type("hashicorp.waypoint.sdk.Args.Source");
  *value->mutable_proto_any() = PackAny(source);
  RecordingTerminal terminal;
  CallContext context{.stop = {}, .terminal = &terminal};
  sdk::Build::Resp response;
  EXPECT_EQ(component->Call(Function::kBuild, args, context, &response).code(), absl::StatusCode::kInvalidArgument);

  value = args.add_args();
  value->set_name("HasRegistry");
  value->set_bool_(true);
  ASSERT_TRUE(component->Call(Function::kBuild, args, context, &response).ok());
  docker::Image image;
  ASSERT_TRUE(UnpackAny(response.result(), &image).ok());
  EXPECT_EQ(image.image(), "web");
  EXPECT_EQ(image.tag(), "pushed");
  EXPECT_EQ(response.labels().at("made"), "here");
  EXPECT_EQ(terminal.events.at(0).line().msg(), "building shop");
  EXPECT_EQ(response.template_data(), R"({"architecture":"","image":"web","location":null,"tag":"pushed"})");
}

TEST(Native, ExceptionsAreOrdinaryErrors) {
  auto component = MakerType().New();
  sdk::FuncSpec::Args args;
  auto* value = args.add_args();
  value->set_type("hashicorp.waypoint.sdk.Args.LabelSet");
  value->mutable_proto_any();
  RecordingTerminal terminal;
  sdk::Auth::AuthResponse response;
  absl::Status status = component->Call(Function::kAuth, args, {.stop = {}, .terminal = &terminal}, &response);
  EXPECT_EQ(status, absl::UnknownError("boom"));
}

TEST(Native, MappersMakeOneMessageFromAnother) {
  NativePlugin plugin("pack");
  plugin.AddMapper<pack::DockerImage, docker::Image>(
      [](const pack::DockerImage& from) -> absl::StatusOr<docker::Image> {
        docker::Image to;
        to.set_image(from.image());
        return to;
      });
  pack::DockerImage from;
  from.set_image("x");
  sdk::FuncSpec::Args args;
  auto* value = args.add_args();
  value->set_type("pack.DockerImage");
  *value->mutable_proto_any() = PackAny(from);
  auto out = plugin.Map(args, "docker.Image");
  ASSERT_TRUE(out.ok());
  docker::Image to;
  ASSERT_TRUE(UnpackAny(*out, &to).ok());
  EXPECT_EQ(to.image(), "x");
  EXPECT_EQ(plugin.Map(args, "files.Image").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Native, StepsThatAreForgottenCloseAsAborted) {
  RecordingTerminal terminal;
  Ui ui(terminal);
  {
    StepGroup group = ui.Steps();
    Step done = group.Add("first");
    done.Done();
    Step forgotten = group.Add("second ", 2);
  }
  ASSERT_EQ(terminal.events.size(), 6u);
  EXPECT_EQ(terminal.events[1].step().id(), 0);
  EXPECT_EQ(terminal.events[3].step().msg(), "second 2");
  EXPECT_EQ(terminal.events[4].step().status(), "abort");
  EXPECT_TRUE(terminal.events[5].step_group().close());
}

TEST(Json, SnakeCaseSplitsDigits) {
  EXPECT_EQ(SnakeCase("build_labels"), "build_labels");
  EXPECT_EQ(SnakeCase("sha256Sum"), "sha_256_sum");
  EXPECT_EQ(SnakeCase("HTTPServer"), "http_server");
}

}  // namespace
}  // namespace waypoint::plugin
