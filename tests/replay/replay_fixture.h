// A real server, and a client that says what was recorded.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/files.h"
#include "replay/player.h"
#include "replay/seed.h"
#include "server/server.h"
#include "waypoint/token.pb.h"

namespace waypoint::replay {

class ReplayFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/waypoint-replay-XXXXXX";
    dir_ = ::mkdtemp(pattern);
    Start();
  }
  // Anew, with what the recorded server held.
  void StartWith(const Capture& capture) {
    server_.reset();
    std::filesystem::remove_all(dir_ + "/data");
    ASSERT_TRUE(MakeFolders(dir_ + "/data", 0700).ok());
    ASSERT_TRUE(WriteFile(dir_ + "/data/waypoint-restore.db", SeedOf(capture)).ok());
    Start();
    LogIn();
  }
  void Start() {
    server::ServerOptions options;
    options.data_dir = dir_ + "/data";
    options.grpc_listen = "127.0.0.1:0";
    options.tls = false;
    auto server = server::Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = WireClient::Connect(absl::StrCat("127.0.0.1:", server_->grpc_port()));
  }
  void TearDown() override {
    client_.reset();
    server_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Play(const std::string& name, Script script, int at_least, const std::map<std::string, std::string>& ids = {}) {
    absl::StatusOr<Capture> capture = LoadCapture(name);
    ASSERT_TRUE(capture.ok()) << capture.status();
    Play(*capture, std::move(script), at_least, ids);
  }
  void Play(const Capture& capture, Script script, int at_least, const std::map<std::string, std::string>& ids = {}) {
    Player player(*client_, std::move(script));
    for (const auto& [recorded, ours] : ids) player.likeness().Bind(recorded, ours);
    player.Play(capture);
    EXPECT_THAT(player.differences(), ::testing::IsEmpty()) << absl::StrJoin(player.differences(), "\n");
    EXPECT_THAT(player.compared(), ::testing::Gt(at_least));
  }
  // Asks as the recorded `(api)` lines do.
  template <typename Response>
  Response Ask(const std::string& rpc, const google::protobuf::Message& request) {
    auto call = client_->Open(rpc, {{"client-api-protocol", "1,1"}, {"authorization", login_}});
    call->Send(request.SerializeAsString());
    call->HalfClose();
    Response response;
    EXPECT_TRUE(response.ParseFromString(call->Message(0).value_or("?"))) << call->Status();
    return response;
  }
  std::string Login(const std::string& duration, bool trigger) {
    hashicorp::waypoint::LoginTokenRequest request;
    request.set_duration(duration);
    request.set_trigger(trigger);
    return Ask<hashicorp::waypoint::NewTokenResponse>("GenerateLoginToken", request).token();
  }
  void LogIn() { login_ = server_->LocalToken().value(); }

  std::string dir_, login_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<WireClient> client_;
};

}  // namespace waypoint::replay
