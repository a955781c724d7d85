// Keeps an application's resolved configuration up to date: takes what the server sends, reads dynamic
// values again and again, tells what changed (logs-exec-entrypoint.md 11).
//
// Owns:    the sourcers in use, the last output.
// Threads: Update from any; everything else, and `changed`, runs on the executor.
// Units:   the first output comes at once; later changes are gathered for 500 ms, but no longer than 5 s;
//          dynamic values are read every 15 s.
// Errors:  none; a source that fails is logged and its variables are left out.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "appconfig/resolve.h"
#include "appconfig/sourcer.h"
#include "base/clock.h"
#include "base/executor.h"
#include "waypoint/config.pb.h"

namespace waypoint::appconfig {

struct Output {
  std::vector<std::string> env;      // the whole environment of the configuration, sorted
  std::vector<std::string> deleted;  // keys that are gone and have no original value
  std::vector<File> files;           // all files, by path
  bool env_changed = false;
  bool files_changed = false;
};

struct WatcherOptions {
  bool dynamic = true;                // false: dynamic variables are ignored
  SourcerFactory sourcers;            // null: no type is known
  TemplateEvaluator evaluate;         // null: see resolve.h
  std::vector<std::string> original;  // own environment at start: a removed key gets its value back
};

class Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  static std::shared_ptr<Watcher> Start(Clock& clock, Executor& executor, WatcherOptions options,
                                        std::function<void(const Output&)> changed);
  // Everything the server knows; sources weakest first.
  void Update(std::vector<pb::ConfigVar> variables, std::vector<pb::ConfigSource> sources);
  // No further output.
  void Stop();

 private:
  struct Source {
    std::unique_ptr<ConfigSourcer> sourcer;
    uint64_t hash = 0;
    std::string requests;  // as configured, to notice changes
    bool usable = false;
  };

  Watcher(Clock& clock, Executor& executor, WatcherOptions options, std::function<void(const Output&)> changed);
  void Take(std::vector<pb::ConfigVar> variables, std::vector<pb::ConfigSource> sources);
  void Schedule(absl::Duration delay);
  void Refresh();
  DynamicValues ReadDynamic();
  void ReadSource(const std::string& type, const std::vector<SourceRequest>& requests, DynamicValues* out);
  bool Prepare(const std::string& type, const std::vector<SourceRequest>& requests, Source* source);
  void Emit(Resolved resolved);

  Clock& clock_;
  Executor& executor_;
  const WatcherOptions options_;
  std::function<void(const Output&)> changed_;
  bool stopped_ = false;
  std::vector<pb::ConfigVar> variables_;
  std::string fingerprint_;                           // of variables_
  std::map<std::string, pb::ConfigSource> settings_;  // effective one by type
  std::map<std::string, Source> sources_;
  bool emitted_ = false;
  Output last_;
  Clock::TimerId timer_ = 0;
  absl::Time forced_ = absl::InfiniteFuture();  // a change waits at most until then
};

}  // namespace waypoint::appconfig
