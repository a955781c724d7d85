#include "builtin/process/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/fd.h"

namespace waypoint::builtin::process {
namespace {

constexpr off_t kWindow = 64 * 1024;

std::string ReadEnd(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return "";
  off_t size = ::lseek(fd.get(), 0, SEEK_END);
  off_t start = std::max<off_t>(0, size - kWindow);
  std::string text(static_cast<size_t>(std::max<off_t>(0, size - start)), '\0');
  ssize_t n = ::pread(fd.get(), text.data(), text.size(), start);
  text.resize(n > 0 ? n : 0);
  if (start > 0) text.erase(0, text.find('\n') + 1);  // the first line is cut
  return text;
}

}  // namespace

bool IsEntrypointLine(absl::string_view line) {
  for (absl::string_view level : {" [TRACE] ", " [DEBUG] ", " [INFO]  ", " [WARN]  ", " [ERROR] "}) {
    size_t at = line.find(level);
    if (at != absl::string_view::npos && absl::StartsWith(line.substr(at + level.size()), "entrypoint")) return true;
  }
  return false;
}

std::string LastAppLines(const std::string& path, int lines) {
  std::string text = ReadEnd(path);
  std::vector<absl::string_view> kept;
  for (absl::string_view line : absl::StrSplit(absl::StripTrailingAsciiWhitespace(text), '\n')) {
    if (!line.empty() && !IsEntrypointLine(line)) kept.push_back(absl::StripSuffix(line, "\r"));
  }
  size_t first = kept.size() > static_cast<size_t>(lines) ? kept.size() - lines : 0;
  return absl::StrJoin(kept.begin() + first, kept.end(), "\n");
}

}  // namespace waypoint::builtin::process
