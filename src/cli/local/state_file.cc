#include "cli/local/state_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <map>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"

namespace waypoint::cli {
namespace {

std::vector<int> VersionNumbers(const std::string& version) {
  std::vector<int> numbers;
  for (absl::string_view part : absl::StrSplit(version, '.')) {
    int number = 0;
    if (!absl::SimpleAtoi(part.substr(0, part.find_first_not_of("0123456789")), &number)) number = 0;
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

std::string FormatState(const ServerState& state) {
  return absl::StrCat("address=", state.address, "\npid=", state.process.pid, "\nstart=", state.process.start_time,
                      "\nboot=", state.process.boot_id, "\nversion=", state.program.version,
                      "\nexecutable=", state.program.executable, "\nmodified=", state.program.modified, "\n");
}

absl::StatusOr<ServerState> ParseState(const std::string& text) {
  std::map<std::string, std::string> values;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(line, absl::MaxSplits('=', 1));
    values.insert(pair);
  }
  ServerState state;
  state.address = values["address"];
  state.process.boot_id = values["boot"];
  state.program.version = values["version"];
  state.program.executable = values["executable"];
  if (state.address.empty() || !absl::SimpleAtoi(values["pid"], &state.process.pid) || state.process.pid <= 0 ||
      !absl::SimpleAtoi(values["start"], &state.process.start_time) ||
      !absl::SimpleAtoi(values["modified"], &state.program.modified)) {
    return absl::DataLossError("the state file of the local server cannot be understood");
  }
  return state;
}

ProgramIdentity ThisProgram(const std::string& version) {
  ProgramIdentity self;
  self.version = version;
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
  if (length > 0) self.executable.assign(path, length);
  struct stat info;
  if (stat(self.executable.c_str(), &info) == 0) {
    self.modified = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
  }
  return self;
}

bool ShouldReplace(const ProgramIdentity& running, const ProgramIdentity& self) {
  const std::vector<int> theirs = VersionNumbers(running.version), ours = VersionNumbers(self.version);
  if (ours != theirs) return ours > theirs;
  return running.executable == self.executable && self.modified > running.modified;
}

}  // namespace waypoint::cli
