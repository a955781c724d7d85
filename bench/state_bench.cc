// How the store behaves with many jobs: time to open, memory a job, a page of the list, each beside its ceiling of
// the same run (RocksDB read from end to end; the same records parsed and thrown away).
//
// Usage: state_bench [JOBS...]; default 10000 100000 1000000. Needs about 400 MB of /tmp for a million.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "base/real_clock.h"
#include "base/thread_executor.h"
#include "server/jobs/job_filter.h"
#include "server/jobs/job_index.h"
#include "server/jobs/machine.h"
#include "state/rocks_backend.h"

namespace waypoint {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr int kBatch = 2000;
constexpr int kPageSize = 50;
constexpr int kPages = 2000;

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Of this process: tells what a quiet machine would need when this one is busy.
double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double ResidentMegabytes() {
  std::ifstream in("/proc/self/statm");
  double total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
  std::exit(1);
}

std::string IdOf(int n) { return EncodeUlid(absl::FromUnixMillis(1'700'000'000'000 + n), absl::StrFormat("%010d", n)); }

// What an `up` leaves behind.
pb::Job MakeJob(int n) {
  pb::Job job;
  job.set_id(IdOf(n));
  job.mutable_application()->set_project("shop");
  job.mutable_application()->set_application(absl::StrCat("service-", n % 20));
  job.mutable_workspace()->set_workspace("default");
  job.mutable_target_runner()->mutable_any();
  job.mutable_assigned_runner()->set_id(IdOf(n % 10));
  auto* git = job.mutable_data_source()->mutable_git();
  git->set_url("https://example.com/shop/services.git");
  git->set_path(absl::StrCat("services/", n % 20));
  job.mutable_data_source_ref()->mutable_git()->set_commit("0123456789abcdef0123456789abcdef01234567");
  job.mutable_up();
  for (auto* time :
       {job.mutable_queue_time(), job.mutable_assign_time(), job.mutable_ack_time(), job.mutable_complete_time()}) {
    time->set_seconds(1'700'000'000 + n / 1000);
    time->set_nanos(n % 1000 * 1'000'000);
  }
  job.set_state(n % 7 == 0 ? pb::Job::ERROR : pb::Job::SUCCESS);
  (*job.mutable_labels())["commit"] = "0123456789abcdef";
  job.mutable_result()->mutable_up()->set_app_url("https://shop.example.com/service");
  return job;
}

void Fill(const std::string& dir, int jobs) {
  auto backend = Must(state::RocksBackend::Open({dir}));
  for (int n = 0; n < jobs;) {
    state::Batch batch;
    for (int i = 0; i < kBatch && n < jobs; ++i, ++n) {
      const pb::Job job = MakeJob(n);
      batch.push_back({state::Table::kJob, job.id(), job.SerializeAsString()});
    }
    absl::Notification done;
    backend->Commit(std::move(batch), [&](absl::Status status, bool) {
      if (!status.ok()) std::exit(1);
      done.Notify();
    });
    done.WaitForNotification();
  }
}

// As the server keeps them.
bool IsFinished(state::Table table, const state::Message& record) {
  return table == state::Table::kJob && jobs::IsTerminal(static_cast<const pb::Job&>(record).state());
}

struct Ceilings {
  double scan = 0, parse = 0;
  size_t bytes = 0;
};

// The same records, read and parsed and nothing kept.
Ceilings MeasureCeilings(const std::string& dir) {
  Ceilings ceilings;
  auto backend = Must(state::RocksBackend::Open({dir}));
  double begin = Seconds();
  backend->Load([&](state::Table, absl::string_view, absl::string_view value) { ceilings.bytes += value.size(); })
      .IgnoreError();
  ceilings.scan = Seconds() - begin;
  begin = Seconds();
  backend
      ->Load([](state::Table, absl::string_view, absl::string_view value) {
        pb::Job job;
        job.ParseFromArray(value.data(), static_cast<int>(value.size()));
      })
      .IgnoreError();
  ceilings.parse = Seconds() - begin;
  return ceilings;
}

// Milliseconds of a page that begins anywhere: p50, p99.
std::pair<double, double> MeasurePages(state::Store& store, const jobs::JobIndex& index, int jobs,
                                       ThreadExecutor& loop) {
  std::mt19937 random(1);
  std::vector<double> times;
  absl::Notification done;
  loop.Post([&] {
    for (int i = 0; i < kPages; ++i) {
      pb::ListJobsRequest request;
      request.mutable_pagination()->set_page_size(kPageSize);
      request.mutable_pagination()->set_next_page_token("after:" + IdOf(static_cast<int>(random() % jobs)));
      const double begin = Seconds();
      store.Look(
          [&](const state::View& view) {
            return jobs::ListJobs(
                       view, index, request, [](pb::Job&) {}, 3'500'000)
                .status();
          },
          [](absl::Status) {});
      times.push_back((Seconds() - begin) * 1e3);
    }
    done.Notify();
  });
  done.WaitForNotification();
  std::sort(times.begin(), times.end());
  return {times[kPages / 2], times[kPages * 99 / 100]};
}

void Measure(int jobs) {
  char pattern[] = "/tmp/waypoint-state-bench-XXXXXX";
  const std::string dir = ::mkdtemp(pattern);
  Fill(dir, jobs);
  const Ceilings ceilings = MeasureCeilings(dir);
  {
    ThreadExecutor loop;
    RealClock clock(&loop);
    RealIds ids;
    const double resident = ResidentMegabytes();
    const double begin = Seconds(), cpu_begin = CpuSeconds();
    auto backend = Must(state::RocksBackend::Open({dir}));
    state::StoreOptions options;
    auto owned = std::make_unique<jobs::JobIndex>();
    const jobs::JobIndex& index = *owned;
    options.indexes.push_back(std::move(owned));
    options.keep_on_disk = IsFinished;
    auto store = Must(state::OpenStore(*backend, loop, clock, ids, std::move(options)));
    const double opened = Seconds() - begin, cpu = CpuSeconds() - cpu_begin;
    const double bytes = (ResidentMegabytes() - resident) * 1e6 / jobs;
    const auto [p50, p99] = MeasurePages(*store, index, jobs, loop);
    std::printf(
        "%8d jobs of %zu B: open %.2f s, %.2f s of CPU (read %.2f s, read and parse %.2f s), %.0f B/job in memory, "
        "page of %d: "
        "p50 %.2f ms, p99 %.2f ms\n",
        jobs, ceilings.bytes / jobs, opened, cpu, ceilings.scan, ceilings.parse, bytes, kPageSize, p50, p99);
    std::fflush(stdout);
  }
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace waypoint

int main(int argc, char** argv) {
  std::vector<int> counts;
  for (int i = 1; i < argc; ++i) {
    int count = 0;
    if (!absl::SimpleAtoi(argv[i], &count) || count <= 0) {
      std::fprintf(stderr, "usage: state_bench [JOBS...]\n");
      return 2;
    }
    counts.push_back(count);
  }
  if (counts.empty()) counts = {10'000, 100'000, 1'000'000};
  for (int count : counts) waypoint::Measure(count);
  return 0;
}
