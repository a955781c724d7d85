#include "base/subprocess.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/run_command.h"

namespace waypoint {
namespace {

using ::testing::HasSubstr;

SpawnOptions Shell(const std::string& script) {
  SpawnOptions options;
  options.argv = {"/bin/sh", "-c", script};
  options.out = Stdio::Pipe();
  return options;
}

std::string ReadLine(int fd) {
  std::string line;
  char c;
  while (::read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

std::string ReadToEnd(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, n);
  return text;
}

// True once the descriptor's other end is closed everywhere: whoever held it is gone.
bool ReachesEnd(int fd) { return ReadToEnd(fd).empty(); }

TEST(ProcessTest, PassesArgumentsEnvironmentAndFolder) {
  SpawnOptions options = Shell("echo $1 $KEY $(pwd)");
  options.argv.insert(options.argv.end(), {"sh", "one"});
  options.env = std::vector<std::string>{"KEY=two", "PATH=/bin:/usr/bin"};
  options.cwd = "/usr";
  auto process = *Process::Spawn(options);
  EXPECT_EQ(ReadToEnd(process->out.get()), "one two /usr\n");
  EXPECT_TRUE(process->Wait()->ok());
}

TEST(ProcessTest, FindsProgramsInThePathOfTheChild) {
  SpawnOptions options;
  options.argv = {"true"};
  EXPECT_TRUE((*Process::Spawn(options))->Wait()->ok());
  options.env = std::vector<std::string>{"PATH=/nowhere"};
  absl::Status status = Process::Spawn(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("\"true\""));
}

TEST(ProcessTest, StartFailuresAreToldAtOnce) {
  SpawnOptions options;
  options.argv = {"/no/such/program"};
  EXPECT_EQ(Process::Spawn(options).status().code(), absl::StatusCode::kNotFound);
  options.argv = {"true"};
  options.cwd = "/no/such/folder";
  EXPECT_THAT(Process::Spawn(options).status().message(), HasSubstr("/no/such/folder"));
  options.argv = {};
  EXPECT_EQ(Process::Spawn(options).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ProcessTest, TellsExitCodesAndSignals) {
  EXPECT_EQ((*Process::Spawn(Shell("exit 3")))->Wait()->code, 3);
  ExitStatus killed = *(*Process::Spawn(Shell("kill -TERM $$")))->Wait();
  EXPECT_EQ(killed.signal, SIGTERM);
  EXPECT_EQ(killed.ShellCode(), 143);
  EXPECT_THAT(killed.Text(), HasSubstr("signal 15"));
}

TEST(ProcessTest, FeedsStandardInput) {
  SpawnOptions options = Shell("cat");
  options.in = Stdio::Pipe();
  auto process = *Process::Spawn(options);
  ASSERT_EQ(::write(process->in.get(), "hello", 5), 5);
  process->in.Reset();
  EXPECT_EQ(ReadToEnd(process->out.get()), "hello");
}

TEST(ProcessTest, InheritsNoOtherDescriptorAndNoBlockedSignal) {
  UniqueFd leak(::open("/dev/null", O_RDONLY));
  UniqueFd high(::fcntl(leak.get(), F_DUPFD, 77));
  sigset_t mask;
  ::sigemptyset(&mask);
  ::sigaddset(&mask, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &mask, nullptr);
  auto process = *Process::Spawn(Shell("test -e /proc/self/fd/77 && echo leaked; kill -TERM $$; echo survived"));
  ::pthread_sigmask(SIG_UNBLOCK, &mask, nullptr);
  EXPECT_EQ(ReadToEnd(process->out.get()), "");
  EXPECT_EQ(process->Wait()->signal, SIGTERM);
}

TEST(ProcessTest, WaitHonoursDeadlineAndStop) {
  auto process = *Process::Spawn(Shell("exec sleep 100"));
  EXPECT_EQ(process->Wait({}, absl::Now() + absl::Milliseconds(20)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  std::stop_source source;
  std::thread stopper([&] { source.request_stop(); });
  EXPECT_EQ(process->Wait(source.get_token()).status().code(), absl::StatusCode::kCancelled);
  stopper.join();
  EXPECT_EQ(process->Stop(SIGTERM, absl::Seconds(10))->signal, SIGTERM);
  EXPECT_EQ(process->Signal(SIGTERM).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(process->Wait()->signal, SIGTERM) << "the answer stays";
}

TEST(ProcessTest, StopKillsWhatIgnoresTheSignal) {
  SpawnOptions options = Shell("trap '' TERM; echo ready; while :; do sleep 100; done");
  options.group = SpawnOptions::Group::kNewGroup;
  auto process = *Process::Spawn(options);
  ASSERT_EQ(ReadLine(process->out.get()), "ready");
  EXPECT_EQ(process->Stop(SIGTERM, absl::Milliseconds(50))->signal, SIGKILL);
  EXPECT_TRUE(ReachesEnd(process->out.get())) << "the sleep of the group lives on";
}

TEST(ProcessTest, DestructorKillsTheGroup) {
  SpawnOptions options = Shell("sleep 100 & echo ready; wait");
  options.group = SpawnOptions::Group::kNewSession;
  auto process = *Process::Spawn(options);
  ASSERT_EQ(ReadLine(process->out.get()), "ready");
  UniqueFd out = std::move(process->out);
  process.reset();
  EXPECT_TRUE(ReachesEnd(out.get()));
}

TEST(ProcessTest, DetachedChildLivesOnAndIsFoundByItsIdentity) {
  auto process = *Process::Spawn(Shell("echo ready; exec sleep 100"));
  ASSERT_EQ(ReadLine(process->out.get()), "ready");
  ProcessIdentity id = process->identity();
  UniqueFd out = std::move(process->out);
  process->Detach();
  process.reset();
  EXPECT_TRUE(IsAlive(id));
  ASSERT_TRUE(SignalProcess(id, SIGKILL).ok());
  EXPECT_TRUE(ReachesEnd(out.get()));
  while (IsAlive(id)) std::this_thread::yield();  // a zombie counts as gone; its files close a little earlier
}

TEST(ProcessTest, DiesWithTheThreadThatStartedIt) {
  UniqueFd out;
  std::thread starter([&] {
    SpawnOptions options = Shell("echo ready; exec sleep 100");
    options.death_signal = SIGKILL;
    auto process = *Process::Spawn(options);
    EXPECT_EQ(ReadLine(process->out.get()), "ready");
    out = std::move(process->out);
    process->Detach();
  });
  starter.join();
  EXPECT_TRUE(ReachesEnd(out.get()));
}

TEST(ProcessTest, TerminalIsTheChildsOwn) {
  SpawnOptions options;
  options.argv = {"/bin/sh", "-c", "tty; stty size; read x; stty size"};
  options.terminal = WindowSize{24, 80, 0, 0};
  auto process = *Process::Spawn(options);
  EXPECT_THAT(ReadLine(process->out.get()), HasSubstr("/dev/pts/"));
  EXPECT_THAT(ReadLine(process->out.get()), HasSubstr("24 80"));
  ASSERT_TRUE(process->Resize(WindowSize{10, 20, 0, 0}).ok());
  ASSERT_EQ(::write(process->in.get(), "\n", 1), 1);
  ReadLine(process->out.get());  // the echo
  EXPECT_THAT(ReadLine(process->out.get()), HasSubstr("10 20"));
  EXPECT_TRUE(process->Wait()->ok());
}

TEST(ProcessTest, TerminalSendsInterrupts) {
  SpawnOptions options;
  options.argv = {"/bin/sh", "-c", "echo ready; exec sleep 100"};
  options.terminal = WindowSize{};
  auto process = *Process::Spawn(options);
  ASSERT_THAT(ReadLine(process->out.get()), HasSubstr("ready"));
  ASSERT_EQ(::write(process->in.get(), "\x03", 1), 1);
  EXPECT_EQ(process->Wait()->signal, SIGINT);
}

TEST(ProcessIdentityTest, ARecycledPidIsNeverSignalled) {
  auto process = *Process::Spawn(Shell("exec sleep 100"));
  ProcessIdentity earlier = process->identity();
  earlier.start_time -= 1;  // as if another program had had the pid before
  EXPECT_FALSE(IsAlive(earlier));
  EXPECT_EQ(SignalProcess(earlier, SIGKILL).code(), absl::StatusCode::kNotFound);
  ProcessIdentity other_boot = process->identity();
  other_boot.boot_id = "another";
  EXPECT_EQ(SignalProcess(other_boot, SIGKILL).code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(process->TryWait().has_value());
  EXPECT_TRUE(IsAlive(process->identity()));
}

TEST(ProcessIdentityTest, SessionMembersWithAndWithoutTheirLeader) {
  SpawnOptions options = Shell("sleep 100 & echo ready; wait");
  options.env = MergeEnvironment(CurrentEnvironment(), {"WAYPOINT_TEST_MARKER=yes"});
  options.group = SpawnOptions::Group::kNewSession;
  auto process = *Process::Spawn(options);
  ASSERT_EQ(ReadLine(process->out.get()), "ready");
  EXPECT_EQ(SessionMembers(process->identity(), "WAYPOINT_TEST_MARKER=no").size(), 2u) << "its leader lives";
  ASSERT_TRUE(process->Signal(SIGKILL).ok());
  while (IsAlive(process->identity())) std::this_thread::yield();
  EXPECT_EQ(SessionMembers(process->identity(), "WAYPOINT_TEST_MARKER=no").size(), 0u);
  std::vector<ProcessIdentity> left = SessionMembers(process->identity(), "WAYPOINT_TEST_MARKER=yes");
  ASSERT_EQ(left.size(), 1u);
  EXPECT_TRUE(SignalProcess(left[0], SIGKILL).ok());
  EXPECT_TRUE(WaitGone(left[0], absl::Now() + absl::Seconds(5)).ok());
}

TEST(ReapOrphansTest, TakesAdoptedChildrenOnly) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  // The grandchild waits for our word until its parent is gone, and is then adopted by this process.
  SpawnOptions options = Shell("sh -c 'echo $$; read x' <&0 & exit 7");
  options.in = Stdio::Pipe();
  auto process = *Process::Spawn(options);
  pid_t orphan = 0;
  ASSERT_TRUE(absl::SimpleAtoi(ReadLine(process->out.get()), &orphan));
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, process->pid(), &info, WEXITED | WNOWAIT), 0);
  process->in.Reset();
  ASSERT_EQ(::waitid(P_PID, orphan, &info, WEXITED | WNOWAIT), 0) << "not adopted";
  EXPECT_EQ(process->Wait()->code, 7) << "an owned child is its owner's";
  ReapOrphans();
  EXPECT_FALSE(PathExists("/proc/" + std::to_string(orphan)));
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(RunCommandTest, PassesBothStreamsAndTheExitCode) {
  std::string out, err;
  CommandOptions options;
  options.argv = {"/bin/sh", "-c", "echo a; echo b >&2; exit 4"};
  options.output = [&](absl::string_view data, bool is_stderr) { absl::StrAppend(is_stderr ? &err : &out, data); };
  EXPECT_EQ(RunCommand(options)->code, 4);
  EXPECT_EQ(out, "a\n");
  EXPECT_EQ(err, "b\n");
}

TEST(RunCommandTest, EndsThoughAGrandchildKeepsThePipe) {
  CommandOptions options;
  options.argv = {"/bin/sh", "-c", "sleep 20 & exit 0"};
  absl::Time start = absl::Now();
  EXPECT_TRUE(RunCommand(options)->ok());
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

TEST(RunCommandTest, AStopKillsTheWholeGroup) {
  std::stop_source stop;
  CommandOptions options;
  options.argv = {"/bin/sh", "-c", "sleep 100 & echo ready; wait"};
  options.output = [&](absl::string_view, bool) { stop.request_stop(); };
  EXPECT_EQ(RunCommand(options, stop.get_token()).status().code(), absl::StatusCode::kCancelled);
}

TEST(EnvironmentTest, LaterWins) {
  EXPECT_THAT(MergeEnvironment({"A=1", "B=2"}, {"A=3", "C=4"}), testing::ElementsAre("A=3", "B=2", "C=4"));
  EXPECT_EQ(EnvironmentValue({"A=1", "A=2"}, "A"), "2");
  EXPECT_EQ(EnvironmentValue({"AB=1"}, "A"), "");
}

}  // namespace
}  // namespace waypoint
