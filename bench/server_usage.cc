#include "server_usage.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace waypoint::bench {
namespace {

double StatusField(int pid, const std::string& name) {
  std::ifstream in(absl::StrCat("/proc/", pid, "/status"));
  for (std::string word; in >> word;) {
    if (word != name) continue;
    double value = 0;
    in >> value;
    return value;
  }
  return 0;
}

}  // namespace

// /proc/PID/schedstat shows the first thread only, and stat counts in hundredths of a second.
double CpuMicroseconds(int pid) {
  double nanoseconds = 0;
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator(absl::StrCat("/proc/", pid, "/task"), ignored)) {
    std::ifstream in(task.path() / "schedstat");
    double ran = 0;
    if (in >> ran) nanoseconds += ran;
  }
  return nanoseconds / 1000;
}

double ResidentKb(int pid) { return StatusField(pid, "VmRSS:"); }
int ThreadCount(int pid) { return static_cast<int>(StatusField(pid, "Threads:")); }

}  // namespace waypoint::bench
