// Who gets in and who does not, as recorded: bootstrap, users, tokens, refusals.
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "replay/replay_fixture.h"
#include "waypoint/operation.pb.h"
#include "waypoint/server.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::replay {
namespace {

namespace pb = ::hashicorp::waypoint;

using AccessReplay = ReplayFixture;

TEST_F(AccessReplay, Bootstrap) {
  Script script;
  script.token = [this](const Event&, const std::string&) { return login_; };
  script.on_answer = [this](const Event& event, const google::protobuf::Message& ours) {
    if (event.rpc == "BootstrapToken") login_ = dynamic_cast<const pb::NewTokenResponse&>(ours).token();
  };
  Play("server-bootstrap", script, 10);
}

TEST_F(AccessReplay, Users) {
  LogIn();
  // Alice comes in with her invite; commands between her login and her token's first API call are hers.
  std::string invite, alice = login_;
  Script script;
  script.token = [&](const Event& event, const std::string&) {
    const bool hers = absl::StrContains(event.command, "user inspect") || absl::StrContains(event.command, "modify");
    return hers && alice != login_ ? alice : login_;
  };
  script.token_in_message = [&](const Event&) { return invite; };
  script.on_answer = [&](const Event& event, const google::protobuf::Message& ours) {
    if (event.rpc == "GenerateInviteToken") invite = dynamic_cast<const pb::NewTokenResponse&>(ours).token();
    if (event.rpc == "ConvertInviteToken" && alice == login_) {
      alice = dynamic_cast<const pb::NewTokenResponse&>(ours).token();
    }
  };
  Play("access-users", script, 30);
}

// The token that the last brackets of an `(api)` line name.
std::string Named(const Event& event) {
  const size_t open = event.command.rfind('(');
  return open == std::string::npos ? std::string() : event.command.substr(open);
}

TEST_F(AccessReplay, Refused) {
  LogIn();
  std::map<std::string, std::string> tokens = {{"(login token)", login_}, {"(token: notatoken)", "notatoken"}};
  tokens["(malformed token)"] = "notatoken";
  tokens["(expired token)"] = Login("1ns", false);
  tokens["(trigger token)"] = Login("", true);
  tokens["(token with a changed byte)"] = login_;
  tokens["(token with a changed byte)"].back() = login_.back() == 'a' ? 'b' : 'a';
  pb::InviteTokenRequest invite;
  invite.set_duration("1h");
  tokens["(invite token)"] = Ask<pb::NewTokenResponse>("GenerateInviteToken", invite).token();
  tokens["(runner token without id)"] =
      Ask<pb::NewTokenResponse>("GenerateRunnerToken", pb::GenerateRunnerTokenRequest()).token();
  pb::GenerateRunnerTokenRequest runner;
  runner.set_id("norunner");
  tokens["(runner token with id, no such runner)"] = Ask<pb::NewTokenResponse>("GenerateRunnerToken", runner).token();

  pb::UpsertDeploymentRequest upsert;
  upsert.mutable_deployment()->mutable_application()->set_project("demo");
  upsert.mutable_deployment()->mutable_application()->set_application("web");
  upsert.mutable_deployment()->mutable_workspace()->set_workspace("default");
  const std::string deployment = Ask<pb::UpsertDeploymentResponse>("UpsertDeployment", upsert).deployment().id();
  invite.mutable_unused_entrypoint()->set_deployment_id(deployment);
  const std::string entrypoint_invite = Ask<pb::NewTokenResponse>("GenerateInviteToken", invite).token();
  pb::ConvertInviteTokenRequest convert;
  convert.set_token(entrypoint_invite);
  tokens["(entrypoint token)"] = Ask<pb::NewTokenResponse>("ConvertInviteToken", convert).token();

  Script script;
  script.token = [&](const Event& event, const std::string& header) -> std::string {
    if (header == "waypoint-token" && absl::StrContains(event.command, "waypoint-token=notatoken")) return "notatoken";
    if (header == "waypoint-token" && absl::StrContains(event.command, "waypoint-token=<token>")) return login_;
    auto it = tokens.find(Named(event));
    EXPECT_NE(it, tokens.end()) << "which token is " << Named(event) << "?";
    return it == tokens.end() ? std::string() : it->second;
  };
  script.cookie = [](const Event&) { return "WPCWRONG"; };
  int converted = 0;
  script.token_in_message = [&](const Event& event) -> std::string {
    if (event.rpc != "ConvertInviteToken") return login_;
    return converted++ == 0 ? login_ : entrypoint_invite;
  };
  // The last call ended the original's process; ours refuses the token.
  script.skip = [](const Event& event) { return absl::StrContains(event.command, "\"token\":\"x\""); };
  Play("access-refused", script, 50, {{"01M81F33BBMEA5KPG39ZNXQCEF", deployment}});

  auto call = client_->Open("DecodeToken", {{"client-api-protocol", "1,1"}});
  pb::DecodeTokenRequest decode;
  decode.set_token("x");
  call->Send(decode.SerializeAsString());
  call->HalfClose();
  EXPECT_EQ(call->Status().code(), absl::StatusCode::kUnknown);
}

}  // namespace
}  // namespace waypoint::replay
