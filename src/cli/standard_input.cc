#include "cli/standard_input.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/status.h"

namespace waypoint::cli {

absl::StatusOr<std::string> ReadStandardInput() {
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (n == 0) return text;
    if (n > 0) {
      text.append(buffer, static_cast<size_t>(n));
    } else if (errno != EINTR) {
      return ErrnoStatus(errno, "read the standard input");
    }
  }
}

bool StandardInputIsPipe() {
  struct stat info;
  return ::fstat(STDIN_FILENO, &info) == 0 && S_ISFIFO(info.st_mode);
}

}  // namespace waypoint::cli
