// The life of the per-user server with real processes: this program starts itself as the server, with a server
// inside that serves nothing.
#include "cli/local/local_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "cli/interrupt.h"
#include "cli/local/file_lock.h"
#include "cli/local/local_run.h"

namespace waypoint::cli {
namespace {

using ::testing::HasSubstr;

class EmptyServer : public server::Server {
 public:
  std::vector<std::string> NotBuilt() const override { return {}; }
  explicit EmptyServer(int port) : port_(port) {}
  int grpc_port() const override { return port_; }
  int http_port() const override { return 0; }
  int http_insecure_port() const override { return 0; }
  bool bootstrapped() override { return true; }
  absl::StatusOr<std::string> LocalToken() override { return std::string("token-of-test"); }
  void Reload() override {}
  void Shutdown(absl::Duration) override {}

 private:
  int port_;
};

// A folder with a file "refuse" makes the start fail; "taken" makes the usual port taken.
absl::StatusOr<std::unique_ptr<server::Server>> StartEmpty(server::ServerOptions options) {
  const std::string folder = FolderOf(options.data_dir);
  if (PathExists(folder + "/refuse")) return absl::FailedPreconditionError("the store is of a newer format");
  const bool any_port = options.grpc_listen == "127.0.0.1:0";
  if (!any_port && PathExists(folder + "/taken")) return absl::AlreadyExistsError("address in use");
  return std::make_unique<EmptyServer>(any_port ? 1000 + getpid() % 60000 : atoi(options.grpc_listen.c_str() + 10));
}

class LocalServerTest : public ::testing::Test {
 protected:
  LocalServerTest() : folder_(*TempFolder::Make("local-server")), server_(folder_.path() + "/server", "1.2.3") {}
  ~LocalServerTest() override { server_.Stop().IgnoreError(); }

  LocalServer::Access Ensure() {
    auto access = server_.Ensure([](const auto&) { return false; });
    EXPECT_TRUE(access.ok()) << access.status();
    return access.ok() ? *access : LocalServer::Access{};
  }
  pid_t Pid() { return server_.Running().has_value() ? server_.Running()->process.pid : 0; }
  void KillAndWait() {
    const auto state = server_.Running();
    ASSERT_TRUE(state.has_value());
    kill(state->process.pid, SIGKILL);
    while (FileLock::IsHeld(server_.LockPath())) std::this_thread::yield();
  }

  TempFolder folder_;
  LocalServer server_;
};

TEST_F(LocalServerTest, StartsOnDemandOnceAndIsFoundAfterwards) {
  EXPECT_FALSE(server_.Running().has_value());
  const LocalServer::Access first = Ensure();
  EXPECT_TRUE(first.started);
  EXPECT_EQ(first.token, "token-of-test");
  EXPECT_THAT(first.address, HasSubstr("127.0.0.1:"));
  const LocalServer::Access second = Ensure();
  EXPECT_FALSE(second.started);
  EXPECT_EQ(second.address, first.address);
}

TEST_F(LocalServerTest, FilesAreForTheUserAlone) {
  Ensure();
  for (const std::string& path : {server_.folder(), server_.TokenPath(), server_.StatePath(), server_.LogPath()}) {
    struct stat info;
    ASSERT_EQ(stat(path.c_str(), &info), 0) << path;
    EXPECT_EQ(info.st_mode & 077, 0u) << path;
  }
}

TEST_F(LocalServerTest, RunsInASessionOfItsOwn) {
  Ensure();
  EXPECT_EQ(getsid(Pid()), Pid());
}

TEST_F(LocalServerTest, ManyCommandsAtOnceShareOneServer) {
  std::vector<std::thread> commands;
  std::vector<LocalServer::Access> found(8);
  for (size_t i = 0; i < found.size(); ++i) {
    commands.emplace_back([&, i] { found[i] = Ensure(); });
  }
  for (std::thread& command : commands) command.join();
  int started = 0;
  for (const auto& access : found) {
    EXPECT_EQ(access.address, found[0].address);
    started += access.started ? 1 : 0;
  }
  EXPECT_EQ(started, 1);
}

TEST_F(LocalServerTest, AfterKillTheNextCommandStartsItOnTheSamePort) {
  const std::string address = Ensure().address;
  const pid_t before = Pid();
  KillAndWait();
  EXPECT_FALSE(server_.Running().has_value()) << "the state file is left over, the lock is not";
  const LocalServer::Access again = Ensure();
  EXPECT_TRUE(again.started);
  EXPECT_EQ(again.address, address);
  EXPECT_NE(Pid(), before);
}

TEST_F(LocalServerTest, AnotherPortIfTheUsualOneIsTaken) {
  const std::string address = Ensure().address;
  KillAndWait();
  ASSERT_TRUE(WriteFile(server_.folder() + "/taken", "").ok());
  EXPECT_NE(Ensure().address, address);
}

TEST_F(LocalServerTest, StopEndsIt) {
  Ensure();
  const ServerState running = *server_.Running();
  EXPECT_EQ(server_.Stop().value(), true);
  EXPECT_FALSE(server_.Running().has_value());
  EXPECT_EQ(server_.Stop().value(), false);
  EXPECT_FALSE(IsAlive(running.process));
}

TEST_F(LocalServerTest, AFailingStartSaysWhyAndWhereTheLogIs) {
  ASSERT_TRUE(server_.MakeFolder().ok());
  ASSERT_TRUE(WriteFile(server_.folder() + "/refuse", "").ok());
  const auto access = server_.Ensure([](const auto&) { return false; });
  EXPECT_THAT(access.status().message(), HasSubstr("the store is of a newer format"));
  EXPECT_THAT(access.status().message(), HasSubstr("server.log"));
  ASSERT_TRUE(RemoveAll(server_.folder() + "/refuse").ok());
  EXPECT_TRUE(Ensure().started) << "the failure blocks nothing";
}

TEST_F(LocalServerTest, ANewerProgramReplacesAnIdleServerOnly) {
  Ensure();
  const pid_t old = Pid();
  LocalServer newer(server_.folder(), "1.3.0");
  setenv("LOCAL_SERVER_VERSION", "1.3.0", 1);  // what the new process says of itself
  ASSERT_TRUE(newer.Ensure([](const auto&) { return true; }).ok());
  EXPECT_EQ(Pid(), old) << "it has work to do";
  ASSERT_TRUE(newer.Ensure([](const auto&) { return false; }).ok());
  EXPECT_NE(Pid(), old);
  const pid_t replaced = Pid();
  Ensure();
  EXPECT_EQ(Pid(), replaced) << "an older program uses the newer server";
  unsetenv("LOCAL_SERVER_VERSION");
}

TEST(StateFileTest, SurvivesARoundTripAndRefusesRubbish) {
  ServerState state{"127.0.0.1:77", {12, 34, "boot"}, {"1.2.3", "/bin/x=y", 99}};
  const auto parsed = ParseState(FormatState(state));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->address, state.address);
  EXPECT_EQ(parsed->process, state.process);
  EXPECT_EQ(parsed->program.executable, "/bin/x=y");
  for (const char* bad : {"", "address=x\n", "address=x\npid=-1\nstart=1\nmodified=1\n", "\xff\xfe"}) {
    EXPECT_FALSE(ParseState(bad).ok()) << bad;
  }
}

TEST(StateFileTest, WhoReplacesWhom) {
  const ProgramIdentity running{"0.12.0", "/bin/waypoint", 100};
  EXPECT_TRUE(ShouldReplace(running, {"0.12.1", "/else", 1}));
  EXPECT_TRUE(ShouldReplace(running, {"0.100.0", "/else", 1}));
  EXPECT_FALSE(ShouldReplace(running, {"0.11.9", "/bin/waypoint", 200}));
  EXPECT_TRUE(ShouldReplace(running, {"0.12.0", "/bin/waypoint", 101})) << "built anew";
  EXPECT_FALSE(ShouldReplace(running, {"0.12.0", "/other/waypoint", 101}));
  EXPECT_FALSE(ShouldReplace(running, {"0.12.0", "/bin/waypoint", 100}));
}

}  // namespace
}  // namespace waypoint::cli

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "server" && std::string(argv[2]) == "local-run") {
    waypoint::cli::Interrupt interrupt;
    waypoint::StartLogging({.level = waypoint::LogLevel::kInfo});
    return waypoint::cli::RunLocalServer(argv[3],
                                         getenv("LOCAL_SERVER_VERSION") ? getenv("LOCAL_SERVER_VERSION") : "1.2.3",
                                         waypoint::cli::StartEmpty, interrupt.first());
  }
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
