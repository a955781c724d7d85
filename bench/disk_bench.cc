// The floor under durable writes: what the disk and RocksDB give where nothing else is done.
//
// disk_bench FOLDER SECONDS prints writes a second, each of the size of a queued job and durable when it counts:
//   disk_fdatasync   one file that grows, one writer
//   disk_rocksdb_N   RocksDB with the store's settings, N writers whose synced writes it groups
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "state/rocks_database.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kBytes = 327;  // a queued job of bench/load.cc

void Print(const std::string& name, size_t writes, Clock::time_point begun) {
  const double spent = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf("%s %.1f writes/s\n", name.c_str(), static_cast<double>(writes) / spent);
  std::fflush(stdout);
}

bool MeasureFile(const std::string& folder, std::chrono::duration<double> time) {
  const int fd = ::open((folder + "/file").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string record(kBytes, 'x');
  const auto begun = Clock::now();
  size_t writes = 0;
  for (; Clock::now() - begun < time; ++writes) {
    if (::write(fd, record.data(), record.size()) != static_cast<ssize_t>(record.size()) || ::fdatasync(fd) != 0) {
      return false;
    }
  }
  Print("disk_fdatasync", writes, begun);
  return ::close(fd) == 0;
}

bool MeasureRocks(rocksdb::DB& db, int writers, std::chrono::duration<double> time) {
  std::atomic<size_t> writes{0};
  std::atomic<bool> failed{false};
  const auto begun = Clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      const std::string record(kBytes, 'x');
      for (size_t n = 0; Clock::now() - begun < time && !failed; ++n, ++writes) {
        const std::string key = std::to_string(n) + "/" + std::to_string(i);
        if (!db.Put(waypoint::state::Synced(), key, record).ok()) failed = true;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Print("disk_rocksdb_" + std::to_string(writers), writes, begun);
  return !failed;
}

int Main(const std::string& folder, double seconds) {
  const std::chrono::duration<double> time(seconds);
  rocksdb::DB* raw = nullptr;
  const bool opened = rocksdb::DB::Open(waypoint::state::Tuned(nullptr), folder + "/rocks", &raw).ok();
  const std::unique_ptr<rocksdb::DB> db(raw);
  bool good = opened && MeasureFile(folder, time);
  for (const int writers : {1, 16, 64}) good = good && MeasureRocks(*db, writers, time);
  if (!good) std::fprintf(stderr, "disk_bench: %s takes no writes\n", folder.c_str());
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: disk_bench FOLDER SECONDS\n");
    return 2;
  }
  return Main(argv[1], std::atof(argv[2]));
}
