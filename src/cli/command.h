// What a command is: words, help, what it needs before it runs, flags, Run (design.md 8).
//
// Threads: one; a Command object lives for one run.
// Errors:  Run returns the exit code and has shown the error itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/flags.h"

namespace waypoint::cli {

class Session;

// What must be ready before Run (the modes of cli.md 4).
struct Needs {
  bool config = false;            // waypoint.hcl, if there is one
  bool project = false;           // P
  bool apps = false;              // M: one or several
  bool one_app = false;           // S
  bool client = true;             // a connection
  bool local_server = true;       // the per-user server may be started for it
  bool operation_flags = false;   // O
  bool connection_flags = false;  // C
};

inline constexpr Needs kNeedsNothing{.client = false, .local_server = false};
inline constexpr Needs kNeedsServer{};
inline constexpr Needs kManyApps{.config = true, .project = true, .apps = true, .operation_flags = true};
inline constexpr Needs kOneApp{.config = true, .project = true, .one_app = true, .operation_flags = true};

class Command {
 public:
  virtual ~Command() = default;
  virtual void Flags(FlagSet& flags) {}
  // A configuration-free command may decide by its flags that it does need none, and the like.
  virtual void Adjust(Needs& needs, const std::vector<std::string>& args) {}
  virtual int Run(Session& session) = 0;
};

struct CommandInfo {
  std::string words;      // "server start"
  std::string arguments;  // "[FILE]", for the usage line
  std::string synopsis;
  std::string help;  // paragraphs
  Needs needs;
  std::unique_ptr<Command> (*make)();
  bool hidden = false;
};

struct GroupInfo {
  std::string words;
  std::string synopsis;
  bool hidden = false;
};

class Registry {
 public:
  Registry(std::vector<CommandInfo> commands, std::vector<GroupInfo> groups)
      : commands_(std::move(commands)), groups_(std::move(groups)) {}

  const CommandInfo* FindCommand(absl::string_view words) const;
  const GroupInfo* FindGroup(absl::string_view words) const;
  // Direct children of a group ("" = the top), sorted by name: words and synopsis.
  struct Child {
    std::string name;
    std::string synopsis;
    bool hidden;
  };
  std::vector<Child> ChildrenOf(absl::string_view group) const;
  const std::vector<CommandInfo>& commands() const { return commands_; }

 private:
  std::vector<CommandInfo> commands_;
  std::vector<GroupInfo> groups_;
};

template <typename T>
std::unique_ptr<Command> Make() {
  return std::make_unique<T>();
}

}  // namespace waypoint::cli
