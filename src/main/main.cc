// The one executable: command line, server, runner, and the small helpers that are started by them.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "builtin/process/front/front_main.h"
#include "main/program.h"

namespace {

// A standard stream that is closed would be the number of the next file or connection that is opened, and what is
// printed would end up in there. Libraries open some before main() begins, so this is run before them, by system calls
// alone: not even a sanitizer is ready then.
void OpenStandardStreams(int /*argc*/, char** /*argv*/, char** /*environment*/) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (syscall(SYS_fcntl, fd, F_GETFD) < 0) syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR);
  }
}
__attribute__((section(".preinit_array"), used)) void (*const kBeforeAll)(int, char**, char**) = OpenStandardStreams;

}  // namespace

int main(int argc, char** argv) {
  // Helpers first: they must not pay for anything else.
  if (argc > 1 && std::string(argv[1]) == "process-front") {
    return waypoint::builtin::process::FrontMain(argc - 1, argv + 1);
  }
  return waypoint::RunProgram(std::vector<std::string>(argv + 1, argv + argc));
}
