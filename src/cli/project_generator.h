// Asks for the names and components of a project and writes its waypoint.hcl from the answers (cli.md 9 "Generator").
//
// Owns:    the text so far; it is well-formed at every moment, so that whoever leaves early keeps what was answered.
// Threads: one.
// Errors:  of asking. "exit" as an answer, or the end of the input, is no error: Run() tells false.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugin/registry.h"

namespace waypoint::cli {

struct Dialog {
  std::function<absl::StatusOr<std::string>(absl::string_view prompt)> ask;
  std::function<void(absl::string_view text)> header;
  std::function<void(absl::string_view text)> say;
};

class ProjectGenerator {
 public:
  ProjectGenerator(const plugin::Registry& plugins, Dialog dialog) : plugins_(plugins), dialog_(std::move(dialog)) {}

  // Whether all was asked.
  absl::StatusOr<bool> Run();
  // The file as it is now, formatted, with all blocks closed.
  std::string Text() const;

 private:
  absl::Status AskAll();
  // An answer without a complaint (nullptr, or the text of one) that was confirmed.
  using Check = std::function<std::string(const std::string& answer)>;
  absl::StatusOr<std::string> AskConfirmed(absl::string_view prompt, const Check& complaint);
  absl::StatusOr<std::string> Ask(absl::string_view prompt);
  absl::Status AskName(absl::string_view title, absl::string_view explanation, absl::string_view what,
                       std::string& answer);
  // Asks for a plugin and opens the block with its fields; false, and a comment instead, if that is skipped.
  absl::StatusOr<bool> BeginStage(absl::string_view block, plugin::ComponentType type, absl::string_view what);
  // "" if skipped.
  absl::StatusOr<std::string> AskPlugin(plugin::ComponentType type, absl::string_view what);
  absl::Status AskFields(plugin::ComponentType type, const std::string& plugin);
  void Open(absl::string_view head);
  void Close();
  void Write(absl::string_view line);

  const plugin::Registry& plugins_;
  const Dialog dialog_;
  std::string text_;
  int open_ = 0;
  bool left_ = false;  // "exit"
};

}  // namespace waypoint::cli
