// The front as a real process between real clients and real apps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/socket.h"
#include "base/subprocess.h"
#include "builtin/process/deployments.h"
#include "builtin/process/front/front_client.h"
#include "builtin/process/front/http_client.h"
#include "builtin/process/probe.h"

namespace waypoint::builtin::process {
namespace {

using ::testing::HasSubstr;

struct App {
  std::unique_ptr<waypoint::Process> process;
  ::process::Backend backend;
};

class FrontTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.folder = JoinPath(folder_.path(), std::string(150, 'x'));  // longer than a socket's address
    options_.program = {WAYPOINT_TEST_DIR "/process_front"};
    options_.port = *PickPort({});
  }
  void TearDown() override { FrontClient(options_.folder).Stop(absl::ZeroDuration()).IgnoreError(); }

  App StartApp(const std::string& version, const std::string& slow_ms = "0") {
    App app;
    uint16_t port = *PickPort({});
    SpawnOptions options;
    options.argv = {WAYPOINT_TEST_DIR "/sample_app"};
    options.env = MergeEnvironment(CurrentEnvironment(),
                                   {absl::StrCat("PORT=", port), "VERSION=" + version, "SLOW_MS=" + slow_ms});
    options.out = Stdio::Null();
    app.process = *waypoint::Process::Spawn(options);
    EXPECT_TRUE(WaitHealthy({}, port, [] { return absl::OkStatus(); }, {}).ok());
    app.backend.set_deployment_id(version);
    app.backend.set_host("127.0.0.1");
    app.backend.set_port(port);
    return app;
  }
  FrontClient Front() {
    absl::StatusOr<FrontClient> front = FrontClient::Ensure(options_);
    EXPECT_TRUE(front.ok()) << front.status();
    return *front;
  }

  TempFolder folder_ = *TempFolder::Make("front_test");
  FrontOptions options_;
};

TEST_F(FrontTest, SaysSoBeforeAnythingIsReleased) {
  Front();
  HttpClient client(options_.port);
  EXPECT_EQ(client.Get("/")->status, 503);
}

TEST_F(FrontTest, AKeptConnectionMovesToTheNewDeployment) {
  App one = StartApp("one"), two = StartApp("two");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  HttpClient client(options_.port);
  EXPECT_EQ(client.Get("/")->body, "one");
  EXPECT_EQ(client.Get("/")->body, "one");
  ASSERT_TRUE(front.Switch(two.backend).ok());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.Get("/")->body, "two");
  EXPECT_EQ(*front.Drain("one", absl::Seconds(5)), 0);
}

TEST_F(FrontTest, ARequestUnderWayIsFinishedByTheOldDeployment) {
  App one = StartApp("one", "300"), two = StartApp("two");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  HttpClient client(options_.port);
  ASSERT_TRUE(client.Send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").ok());
  ASSERT_TRUE(client.ReadBytes(4).ok());  // it is with the old one now
  ASSERT_TRUE(front.Switch(two.backend).ok());
  HttpClient other(options_.port);
  EXPECT_EQ(other.Get("/")->body, "two");
  EXPECT_EQ(*front.Drain("one", absl::Seconds(10)), 0);
  one.process->Stop(SIGTERM, absl::Seconds(1)).IgnoreError();  // as the releaser may, now
  std::string rest;
  while (!absl::StrContains(rest, "one\r\n0\r\n\r\n")) {
    absl::StatusOr<std::string> byte = client.ReadBytes(1);
    ASSERT_TRUE(byte.ok()) << rest;
    rest += *byte;
  }
  EXPECT_EQ(client.Get("/")->body, "two");
}

TEST_F(FrontTest, DrainCutsOffWhatDoesNotEnd) {
  App one = StartApp("one", "60000"), two = StartApp("two");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  HttpClient client(options_.port);
  ASSERT_TRUE(client.Send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").ok());
  ASSERT_TRUE(client.ReadBytes(4).ok());
  ASSERT_TRUE(front.Switch(two.backend).ok());
  EXPECT_EQ(*front.Drain("one", absl::Milliseconds(50)), 1);
  EXPECT_FALSE(client.ReadBytes(200).ok());
}

// 4 clients, half of them with kept connections, while the released deployment changes and each old
// one is drained and stopped.
TEST_F(FrontTest, NoRequestFailsDuringSwitches) {
  FrontClient front = Front();
  App live = StartApp("v0", "5");
  ASSERT_TRUE(front.Switch(live.backend).ok());
  std::atomic<bool> stop = false;
  std::atomic<int> good = 0, bad = 0;
  std::vector<std::string> errors(4);
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, i] {
      auto client = std::make_unique<HttpClient>(options_.port);
      for (int n = 0; !stop; ++n) {
        if (i % 2 == 0) client = std::make_unique<HttpClient>(options_.port);
        absl::StatusOr<HttpAnswer> answer = n % 3 == 0   ? client->Get("/slow")
                                            : n % 3 == 1 ? client->Post("/echo", std::string(10000, 'x'))
                                                         : client->Get("/close");
        bool ok = answer.ok() && answer->status == 200;
        ++(ok ? good : bad);
        if (!ok) errors[i] = answer.ok() ? absl::StrCat(answer->status, answer->body) : answer.status().ToString();
      }
    });
  }
  for (int i = 1; i <= 5; ++i) {
    App next = StartApp(absl::StrCat("v", i), "5");
    ASSERT_TRUE(front.Switch(next.backend).ok());
    EXPECT_EQ(*front.Drain(live.backend.deployment_id(), absl::Seconds(10)), 0);
    ASSERT_TRUE(live.process->Stop(SIGKILL, absl::Seconds(1)).ok());
    live = std::move(next);
  }
  stop = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(bad, 0) << absl::StrCat(errors[0], " / ", errors[1], " / ", errors[2], " / ", errors[3]);
  EXPECT_GT(good, 10);
}

TEST_F(FrontTest, WaitsForADeploymentThatIsJustRestarting) {
  App one = StartApp("one");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  one.process->Stop(SIGKILL, absl::Seconds(1)).IgnoreError();
  HttpClient client(options_.port);
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").ok());
  SpawnOptions again;
  again.argv = {WAYPOINT_TEST_DIR "/sample_app"};
  again.env = std::vector<std::string>{absl::StrCat("PORT=", one.backend.port()), "VERSION=back"};
  auto restarted = *waypoint::Process::Spawn(again);
  EXPECT_EQ(client.Read()->body, "back");
}

TEST_F(FrontTest, AStoppedIdleBackendConnectionIsNoFailure) {
  App one = StartApp("one");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  HttpClient client(options_.port);
  for (int i = 0; i < 20; ++i) {  // the app closes after each answer without saying so before
    absl::StatusOr<HttpAnswer> answer = client.Get("/close");
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->body, "one");
  }
}

TEST_F(FrontTest, OddClients) {
  App one = StartApp("one");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  HttpClient pipelining(options_.port);
  ASSERT_TRUE(pipelining
                  .Send("GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / "
                        "HTTP/1.1\r\nHost: x\r\n\r\n")
                  .ok());
  EXPECT_EQ(pipelining.Read()->body, "one");
  EXPECT_EQ(pipelining.Read()->body, "abc");
  EXPECT_EQ(pipelining.Read()->body, "one");

  HttpClient old(options_.port);
  absl::StatusOr<HttpAnswer> answer = old.Do("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer->body, "one");
  EXPECT_FALSE(answer->keeps_alive);

  HttpClient half(options_.port);
  ASSERT_TRUE(half.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").ok());
  half.HalfClose();
  EXPECT_EQ(half.Read()->body, "one");

  HttpClient bad(options_.port);
  EXPECT_EQ(bad.Do("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")->status, 400);
  HttpClient head(options_.port);
  EXPECT_EQ(head.Do("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD")->status, 200);

  HttpClient big(options_.port);
  std::string body(3 << 20, 'y');
  EXPECT_EQ(big.Post("/echo", body)->body, body);
}

TEST_F(FrontTest, TcpPassesBytes) {
  options_.protocol = "tcp";
  App one = StartApp("one");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  HttpClient client(options_.port);
  EXPECT_EQ(client.Get("/")->body, "one");
}

TEST_F(FrontTest, KeepsItsDeploymentWhenKilledAndStartedAgain) {
  App one = StartApp("one");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  ProcessIdentity id = FromProto(front.Show()->front().process());
  ASSERT_TRUE(SignalProcess(id, SIGKILL).ok());
  ASSERT_TRUE(WaitGone(id, absl::Now() + absl::Seconds(5)).ok());
  EXPECT_FALSE(front.Show().ok());
  Front();
  HttpClient client(options_.port);
  EXPECT_EQ(client.Get("/")->body, "one");
}

TEST_F(FrontTest, MovesToAnotherPortWithoutANewProcess) {
  App one = StartApp("one");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  pid_t before = front.Show()->front().process().pid();
  options_.port = *PickPort({});
  EXPECT_EQ(Front().Show()->front().process().pid(), before);
  HttpClient client(options_.port);
  EXPECT_EQ(client.Get("/")->body, "one");
}

TEST_F(FrontTest, ATakenPortIsExplained) {
  absl::StatusOr<UniqueFd> taken = ListenTcp("127.0.0.1", options_.port);
  absl::Status status = FrontClient::Ensure(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("port ", options_.port)));
}

TEST_F(FrontTest, StopsAfterTheRequestsUnderWay) {
  App one = StartApp("one", "300");
  FrontClient front = Front();
  ASSERT_TRUE(front.Switch(one.backend).ok());
  ProcessIdentity id = FromProto(front.Show()->front().process());
  HttpClient client(options_.port), idle(options_.port);
  EXPECT_EQ(idle.Get("/")->body, "one");
  ASSERT_TRUE(client.Send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").ok());
  ASSERT_TRUE(client.ReadBytes(4).ok());
  ASSERT_TRUE(front.Stop(absl::Seconds(10)).ok());
  EXPECT_FALSE(IsAlive(id));
  EXPECT_FALSE(PathExists(options_.folder));
  std::string rest;
  for (auto byte = client.ReadBytes(1); byte.ok(); byte = client.ReadBytes(1)) rest += *byte;
  EXPECT_THAT(rest, HasSubstr("one\r\n0\r\n\r\n"));
  EXPECT_TRUE(front.Stop(absl::Seconds(1)).ok()) << "absent is fine";
}

}  // namespace
}  // namespace waypoint::builtin::process
