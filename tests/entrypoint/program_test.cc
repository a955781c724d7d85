// waypoint-entrypoint itself, without a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/files.h"
#include "base/subprocess.h"

namespace waypoint {
namespace {

using ::testing::HasSubstr;

class ProgramTest : public ::testing::Test {
 protected:
  void Start(const std::string& script, std::vector<std::string> env = {}) {
    SpawnOptions options;
    options.argv = {WAYPOINT_BIN_DIR "/waypoint-entrypoint", "/bin/sh", "-c", script};
    env.insert(env.begin(), "WAYPOINT_LOG_LEVEL=warn");
    options.env = MergeEnvironment(CurrentEnvironment(), env);
    options.in = Stdio::Null();
    options.out = options.err = Stdio::Pipe();
    options.group = SpawnOptions::Group::kNewSession;
    absl::StatusOr<std::unique_ptr<Process>> process = Process::Spawn(options);
    ASSERT_TRUE(process.ok()) << process.status();
    process_ = *std::move(process);
  }
  std::string ReadLine() {
    std::string line;
    for (char c; ::read(process_->out.get(), &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  std::string Rest(int fd) {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, n);
    return text;
  }
  ExitStatus Wait() { return *process_->Wait(); }

  std::unique_ptr<Process> process_;
};

const std::vector<std::string> kAwayServer = {"WAYPOINT_SERVER_ADDR=127.0.0.1:1", "WAYPOINT_DEPLOYMENT_ID=D"};

TEST_F(ProgramTest, WithoutServerItIsJustTheApp) {
  Start("echo $PORT; echo error >&2; exit 7");
  EXPECT_EQ(Rest(process_->out.get()), "5000\n");
  EXPECT_THAT(Rest(process_->err.get()), HasSubstr("error\n"));
  EXPECT_EQ(Wait().code, 7);
}

TEST_F(ProgramTest, StartsThoughTheServerIsAwayAndPassesOutputOn) {
  Start("echo out; echo error >&2; printf unfinished; exit 7", kAwayServer);
  EXPECT_EQ(Rest(process_->out.get()), "out\nunfinished");
  EXPECT_THAT(Rest(process_->err.get()), HasSubstr("error\n"));
  EXPECT_EQ(Wait().code, 7);
}

TEST_F(ProgramTest, ExitsWith128AndTheSignalOfTheApp) {
  Start("kill -9 $$", kAwayServer);
  EXPECT_EQ(Wait().code, 137);
}

TEST_F(ProgramTest, ARequiredServerThatIsAwayKeepsTheAppFromStarting) {
  std::vector<std::string> env = kAwayServer;
  env.push_back("WAYPOINT_CEB_SERVER_REQUIRED=1");
  Start("echo started", env);
  EXPECT_THAT(std::string(1,
                          [&] {
                            char c = 0;
                            return ::read(process_->err.get(), &c, 1) == 1 ? 'y' : 'n';
                          }()),
              "y")
      << "it says that it waits";
  ASSERT_TRUE(process_->Signal(SIGTERM).ok());
  EXPECT_EQ(Wait().code, 0);
  EXPECT_EQ(Rest(process_->out.get()), "");
}

TEST_F(ProgramTest, TermAndIntEndTheAppWhichMayFinishInPeace) {
  for (int signal : {SIGTERM, SIGINT}) {
    Start("trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done", kAwayServer);
    EXPECT_EQ(ReadLine(), "ready");
    ASSERT_TRUE(process_->Signal(signal).ok());
    EXPECT_EQ(ReadLine(), "bye");
    EXPECT_EQ(Wait().code, 5);
  }
}

TEST_F(ProgramTest, OtherSignalsAreForTheApp) {
  Start("trap 'echo hup' HUP; trap 'echo usr1' USR1; trap 'exit 3' QUIT; echo ready; while :; do sleep 0.05; done");
  EXPECT_EQ(ReadLine(), "ready");
  ASSERT_TRUE(process_->Signal(SIGHUP).ok());
  EXPECT_EQ(ReadLine(), "hup");
  ASSERT_TRUE(process_->Signal(SIGUSR1).ok());
  EXPECT_EQ(ReadLine(), "usr1");
  ASSERT_TRUE(process_->Signal(SIGQUIT).ok());
  EXPECT_EQ(Wait().code, 3);
}

TEST_F(ProgramTest, TheAppDiesWithItsWrapper) {
  Start("echo $$; exec sleep 1000", kAwayServer);
  pid_t app = std::stoi(ReadLine());
  absl::StatusOr<ProcessIdentity> id = IdentifyProcess(app);
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(process_->Signal(SIGKILL).ok());
  EXPECT_TRUE(WaitGone(*id, absl::Now() + absl::Seconds(10)).ok());
}

TEST_F(ProgramTest, AFileOfOutputIsCutAtItsLimit) {
  TempFolder folder = *TempFolder::Make("program_test");
  const std::string file = JoinPath(folder.path(), "output.log");
  for (bool server : {false, true}) {
    Start(absl::StrCat("exec ", WAYPOINT_BIN_DIR, "/waypoint-entrypoint sh -c 'i=0; while [ $i -lt 3000 ]; do echo ",
                       std::string(60, 'x'), "; i=$((i+1)); done; echo last' >>", file, " 2>&1"),
          {"WAYPOINT_CEB_OUTPUT_LIMIT=40000", server ? "WAYPOINT_SERVER_ADDR=127.0.0.1:1" : "X=1"});
    EXPECT_EQ(Wait().code, 0);
    EXPECT_LT(ReadFile(file)->size(), 100000u);
    EXPECT_THAT(absl::StrCat(*ReadFile(file + ".1"), *ReadFile(file)), HasSubstr("last\n"));
    EXPECT_TRUE(PathExists(file + ".1"));
    ASSERT_TRUE(RemoveAll(file).ok());
    ASSERT_TRUE(RemoveAll(file + ".1").ok());
  }
}

TEST_F(ProgramTest, EndsThoughAGrandchildKeepsTheOutputOpen) {
  Start("sleep 1000 & echo done; exit 0", kAwayServer);
  EXPECT_EQ(ReadLine(), "done");
  absl::StatusOr<ExitStatus> ended = process_->Wait({}, absl::Now() + absl::Seconds(20));
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended->code, 0);
  for (const ProcessIdentity& left : SessionMembers(process_->identity(), "WAYPOINT_DEPLOYMENT_ID=D")) {
    SignalProcess(left, SIGKILL).IgnoreError();
  }
}

}  // namespace
}  // namespace waypoint
