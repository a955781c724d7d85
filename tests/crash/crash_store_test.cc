// A store killed with SIGKILL at random moments under load: what was acknowledged is there, each transaction as a
// whole or not at all, and nothing of the order is lost.
//
// The writer is this program itself in another process. It acknowledges on its standard output, so the reader of
// the pipe knows exactly what a client would know. scripts/crash runs many rounds (CRASH_ROUNDS).

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/real_clock.h"
#include "state/rocks_backend.h"
#include "state/store.h"
#include "support/manual_world.h"

namespace waypoint::state {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::waypoint::testing::CountingIds;
using ::waypoint::testing::FakeClock;
using ::waypoint::testing::ManualExecutor;

constexpr int kInFlight = 64;
constexpr int kRecords = 3;  // of each transaction

struct Opened {
  ManualExecutor executor;
  FakeClock clock{executor};
  CountingIds ids;
  std::unique_ptr<RocksBackend> backend;
  std::unique_ptr<Store> store;

  absl::Status Open(const std::string& dir) {
    auto rocks = RocksBackend::Open({dir});
    if (!rocks.ok()) return rocks.status();
    backend = *std::move(rocks);
    auto opened = OpenStore(*backend, executor, clock, ids, {});
    if (!opened.ok()) return opened.status();
    store = *std::move(opened);
    return absl::OkStatus();
  }
};

std::string Key(uint64_t number, int part) { return absl::StrCat(number, "-", part); }

// Writes transactions number `first`, `first`+1, ... until it is killed.
int RunWriter(const std::string& dir, uint64_t first) {
  Opened opened;
  if (!opened.Open(dir).ok()) return 3;
  uint64_t next = first;
  int in_flight = 0;
  for (;;) {
    for (; in_flight < kInFlight; ++in_flight, ++next) {
      const uint64_t number = next;
      opened.store->Update(
          [number](Txn& txn) {
            pb::Project project;
            project.set_waypoint_hcl(std::string(200 + number % 700, 'x'));
            for (int part = 0; part < kRecords; ++part) txn.Put(Key(number, part), project);
            txn.PutMeta("last", absl::StrCat(number));
            return absl::OkStatus();
          },
          [&in_flight, number](absl::Status status) {
            --in_flight;
            const std::string line = absl::StrCat(number, "\n");
            if (!status.ok() || ::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(4);
          });
    }
    if (!opened.executor.RunUntil([&] { return in_flight < kInFlight; })) return 5;
  }
}

struct Writer {
  pid_t pid;
  FILE* acknowledged;
};

Writer StartWriter(const std::string& dir, uint64_t first) {
  int pipe_ends[2];
  EXPECT_EQ(::pipe(pipe_ends), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::close(pipe_ends[0]);
    ::close(pipe_ends[1]);
    const std::string number = absl::StrCat(first);
    ::execl("/proc/self/exe", "crash_store_test", "--writer", dir.c_str(), number.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  return {pid, ::fdopen(pipe_ends[0], "r")};
}

// Kills the writer after `count` acknowledgements; answers the last number that was acknowledged.
uint64_t KillAfter(const Writer& writer, int count) {
  uint64_t last = 0;
  char line[32];
  while (std::fgets(line, sizeof line, writer.acknowledged) != nullptr) {
    EXPECT_TRUE(absl::SimpleAtoi(line, &last)) << line;
    if (--count == 0) ::kill(writer.pid, SIGKILL);
  }
  std::fclose(writer.acknowledged);
  int status = 0;
  ::waitpid(writer.pid, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << status;
  return last;
}

// The greatest number of the store; every one up to it must be whole, and none behind it may be there.
uint64_t CheckStore(const std::string& dir) {
  Opened opened;
  const absl::Status status = opened.Open(dir);
  EXPECT_TRUE(status.ok()) << status;
  if (!status.ok()) return 0;
  uint64_t last = 0;
  opened.store->Look(
      [&](const View& view) {
        EXPECT_TRUE(absl::SimpleAtoi(view.GetMeta("last"), &last));
        size_t records = 0;
        view.ForEach<pb::Project>("", [&](const std::string&, const pb::Project&) { return ++records > 0; });
        EXPECT_EQ(records, last * kRecords) << "lost or half-applied transactions";
        for (uint64_t number = 1; number <= last; ++number) {
          for (int part = 0; part < kRecords; ++part) {
            if (view.Get<pb::Project>(Key(number, part)) == nullptr) ADD_FAILURE() << Key(number, part) << " is lost";
          }
        }
        return absl::OkStatus();
      },
      [](absl::Status) {});
  return last;
}

TEST(CrashStore, NothingAcknowledgedIsLostAndNothingIsHalfApplied) {
  const char* wanted = std::getenv("CRASH_ROUNDS");
  int rounds = 10;
  ASSERT_TRUE(wanted == nullptr || absl::SimpleAtoi(wanted, &rounds));
  TempFolder folder = *TempFolder::Make("crash");
  const std::string dir = folder.path() + "/data";
  RealIds chance;
  uint64_t stored = 0;
  uint64_t acknowledged = 0;
  for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
    const std::string random = chance.Random(2);
    const int kill_after =
        1 + (static_cast<unsigned char>(random[0]) * 256 + static_cast<unsigned char>(random[1])) % 1500;
    SCOPED_TRACE(absl::StrCat("round ", round, ", killed after ", kill_after));
    const uint64_t last = KillAfter(StartWriter(dir, stored + 1), kill_after);
    acknowledged += last - stored;
    stored = CheckStore(dir);
    EXPECT_GE(stored, last) << "acknowledged transactions are lost";
  }
  std::printf("%d rounds, %llu transactions acknowledged, %llu stored\n", rounds,
              static_cast<unsigned long long>(acknowledged), static_cast<unsigned long long>(stored));
}

}  // namespace

int WriterMain(int argc, char** argv) {
  uint64_t first = 0;
  return argc == 4 && absl::SimpleAtoi(argv[3], &first) ? RunWriter(argv[2], first) : 2;
}

}  // namespace waypoint::state

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--writer") == 0) return waypoint::state::WriterMain(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
