// Where the `process` component keeps things, below one data folder per user:
//   artifacts/ID/                          copies of build outputs, by content
//   deployments/ID/{app/,output.log,state.json}
//   fronts/PROJECT/WORKSPACE/APP/{front.json,backend.json,control.sock,front.log}
//   tasks/ID/{output.log,state.json}
//   builds/PROJECT/WORKSPACE/APP.json      which artifacts are its latest
//   failed/PROJECT/WORKSPACE/APP.log       output of the last deployment that did not come up
//
// Threads: any.
#pragma once

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "builtin/process.pb.h"

namespace waypoint::builtin::process {

namespace pb = ::process;

class Layout {
 public:
  explicit Layout(std::string root) : root_(std::move(root)) {}
  // $WAYPOINT_PROCESS_DATA, else $XDG_DATA_HOME/waypoint/process, else ~/.local/share/waypoint/process.
  static Layout ForUser();

  const std::string& root() const { return root_; }
  std::string Artifacts() const;
  std::string Deployments() const;
  std::string Deployment(absl::string_view id) const;
  std::string Task(absl::string_view id) const;
  std::string Front(const pb::State::Owner& owner) const;
  // Whether `folder` is one that Front() names. Records come back from a server where others may have changed them.
  bool IsFront(absl::string_view folder) const;
  std::string AllBuilds() const;
  std::string Builds(const pb::State::Owner& owner) const;
  std::string FailedLog(const pb::State::Owner& owner) const;

 private:
  std::string Of(absl::string_view kind, const pb::State::Owner& owner) const;
  std::string root_;
};

// A name as one path part: everything but letters, digits, "-", "_" and inner dots becomes %XX.
std::string PathPart(absl::string_view name);

}  // namespace waypoint::builtin::process
