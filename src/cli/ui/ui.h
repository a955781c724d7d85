// What commands may show: lines, values, tables, spinners, steps. Rendered for a terminal (in place, colours)
// or plain (one fact a line), cli.md 7.
//
// Threads: thread-safe; steps of one group may be driven by different threads.
// Errors:  none; a broken output stream is not the commands' business.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint::cli {

enum class Style { kNone, kHeader, kError, kErrorBold, kWarning, kWarningBold, kInfo, kSuccess, kSuccessBold };

struct Cell {
  std::string text;
  std::string color;  // "", "green", "yellow", "red"; ignored without colours
  Cell(std::string value, std::string cell_color = "") : text(std::move(value)), color(std::move(cell_color)) {}
  Cell(const char* value) : text(value) {}
};

struct Table {
  std::vector<std::string> headers;
  std::vector<std::vector<Cell>> rows;
  bool simple = false;  // left-aligned, no lines, tabs between the columns
};

// A spinner with one text.
class StatusLine {
 public:
  virtual ~StatusLine() = default;
  virtual void Update(absl::string_view message) = 0;
  // Ends the present text with an icon: "ok", "error", "warn", "timeout", "abort" or another word.
  virtual void Step(absl::string_view status, absl::string_view message) = 0;
  virtual void Close() = 0;
};

// One line of a group; Done or Abort ends it.
class Step {
 public:
  virtual ~Step() = default;
  virtual void Update(absl::string_view message) = 0;
  virtual void SetStatus(absl::string_view status) = 0;
  virtual void Output(absl::string_view bytes) = 0;
  virtual void Done() = 0;
  virtual void Abort() = 0;
};

class StepGroup {
 public:
  virtual ~StepGroup() = default;
  virtual std::shared_ptr<Step> Add(absl::string_view message) = 0;
};

class Ui {
 public:
  virtual ~Ui() = default;
  // Somebody can be asked.
  virtual bool interactive() const = 0;
  virtual bool colors() const { return false; }
  // Of the screen; 0 where lines may have any length.
  virtual int columns() const { return 0; }
  virtual void Line(absl::string_view text, Style style) = 0;
  virtual void NamedValues(const std::vector<std::pair<std::string, std::string>>& values) = 0;
  virtual void Show(const Table& table) = 0;
  virtual void Raw(absl::string_view bytes, bool is_stderr) = 0;
  virtual std::unique_ptr<StatusLine> Status() = 0;
  virtual std::unique_ptr<StepGroup> Steps() = 0;
  // One line the user types, without spaces around it. Fails without a terminal.
  virtual absl::StatusOr<std::string> Ask(absl::string_view prompt) = 0;

  void Line(absl::string_view text) { Line(text, Style::kNone); }
  void Header(absl::string_view text) { Line(text, Style::kHeader); }
  void Error(absl::string_view text) { Line(text, Style::kError); }
  void Warning(absl::string_view text) { Line(text, Style::kWarning); }
  void Info(absl::string_view text) { Line(text, Style::kInfo); }
  void Success(absl::string_view text) { Line(text, Style::kSuccess); }
};

// Where a Ui writes to; the second argument chooses standard error.
using Sink = std::function<void(absl::string_view bytes, bool is_stderr)>;

// "✓" or " +" and so on; unknown words give "".
struct Icons {
  bool unicode = false;
  std::string Of(absl::string_view status) const;
};

}  // namespace waypoint::cli
