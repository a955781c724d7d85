// The folder of context files: <config>/waypoint/context/NAME.hcl, and which one is the default (cli.md 5).
//
// Owns:    the folder; files are written whole and replaced atomically, readable by the user alone (they hold tokens).
// Threads: none of its own; several processes may use one folder.
// Errors:  NotFound for a missing context, InvalidArgument for bad names and contents, errno otherwise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clicontext/context.h"

namespace waypoint::clicontext {

class Storage {
 public:
  // `config_folder` is .../waypoint; created on the first write.
  explicit Storage(std::string config_folder) : folder_(std::move(config_folder) + "/context") {}

  absl::StatusOr<std::vector<std::string>> List() const;  // sorted
  absl::StatusOr<Context> Load(const std::string& name) const;
  bool Exists(const std::string& name) const;
  // Becomes the default if there is none yet.
  absl::Status Set(const std::string& name, const Context& context);
  // Unsets the default if it was this one.
  absl::Status Delete(const std::string& name);
  // Overwrites the target; moves the default along.
  absl::Status Rename(const std::string& from, const std::string& to);

  // "" if there is none. A dangling link still names its target.
  std::string Default() const;
  absl::Status SetDefault(const std::string& name);
  absl::Status UnsetDefault();

  std::string PathOf(const std::string& name) const { return folder_ + "/" + name + ".hcl"; }

 private:
  std::string DefaultPath() const { return folder_ + "/_default.hcl"; }

  std::string folder_;
};

}  // namespace waypoint::clicontext
