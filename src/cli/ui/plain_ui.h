// Output without a terminal: one line a fact, no escape sequences (cli.md 7, column "plain"). With `read_line` also
// for terminals that cannot redraw (TERM=dumb): there questions are possible.
//
// Threads: thread-safe; each call writes one piece.
#pragma once

#include "absl/synchronization/mutex.h"
#include "cli/ui/ui.h"

namespace waypoint::cli {

class PlainUi : public Ui {
 public:
  using ReadLine = std::function<absl::StatusOr<std::string>()>;

  explicit PlainUi(Sink sink, Icons icons = {}, ReadLine read_line = nullptr)
      : sink_(std::move(sink)), icons_(icons), read_line_(std::move(read_line)) {}

  bool interactive() const override { return read_line_ != nullptr; }
  using Ui::Line;
  void Line(absl::string_view text, Style style) override;
  void NamedValues(const std::vector<std::pair<std::string, std::string>>& values) override;
  void Show(const Table& table) override;
  void Raw(absl::string_view bytes, bool is_stderr) override;
  std::unique_ptr<StatusLine> Status() override;
  std::unique_ptr<StepGroup> Steps() override;
  absl::StatusOr<std::string> Ask(absl::string_view prompt) override;

  void Write(absl::string_view bytes, bool is_stderr = false);
  const Icons& icons() const { return icons_; }

 private:
  absl::Mutex mu_;
  Sink sink_;
  const Icons icons_;
  const ReadLine read_line_;
};

// The text of a styled line without colours, with its line breaks.
std::string PlainLine(absl::string_view text, Style style);
std::string PlainNamedValues(const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace waypoint::cli
