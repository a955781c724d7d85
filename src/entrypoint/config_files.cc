#include "entrypoint/config_files.h"

#include "absl/strings/str_cat.h"
#include "base/files.h"

namespace waypoint::entrypoint {

bool WriteConfigFiles(const std::vector<appconfig::File>& files, OwnLog& log) {
  bool written = false;
  for (const appconfig::File& file : files) {
    absl::Status status = WriteFile(file.path, file.content);
    if (status.ok()) {
      written = true;
    } else {
      log.Error("config", absl::StrCat("cannot write a configuration file: ", status.message()));
    }
  }
  return written;
}

}  // namespace waypoint::entrypoint
