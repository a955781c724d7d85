#include "entrypoint/output_limit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/fd.h"

namespace waypoint::entrypoint {

void OutputLimit::Wrote(size_t bytes) {
  if (limit_ <= 0) return;
  unchecked_ += static_cast<int64_t>(bytes);
  if (unchecked_ < limit_ / 8) return;
  unchecked_ = 0;
  struct stat out, err;
  if (::fstat(STDOUT_FILENO, &out) != 0 || ::fstat(STDERR_FILENO, &err) != 0 || !S_ISREG(out.st_mode)) return;
  const bool same = out.st_dev == err.st_dev && out.st_ino == err.st_ino;
  if (same && out.st_size > limit_) Rotate();
}

void OutputLimit::Rotate() {
  char path[4096];
  ssize_t n = ::readlink("/proc/self/fd/1", path, sizeof path);
  if (n <= 0 || n == static_cast<ssize_t>(sizeof path)) return;
  const std::string name(path, n);
  if (::rename(name.c_str(), (name + ".1").c_str()) != 0) return;
  UniqueFd fresh(::open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!fresh.valid()) return;  // goes on in the renamed file
  ::dup2(fresh.get(), STDOUT_FILENO);
  ::dup2(fresh.get(), STDERR_FILENO);
}

}  // namespace waypoint::entrypoint
