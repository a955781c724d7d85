// Output on a terminal: colours, and a live area at the bottom where spinners and steps are redrawn in place
// (cli.md 7, column "interactive").
//
// Owns:    the last lines of the screen while something is live. Finished lines scroll away above it.
// Threads: thread-safe. The spinner turns on the clock's callbacks.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "cli/ui/ui.h"

namespace waypoint::cli {

struct TtySize {
  int columns = 80;
  int rows = 24;
};

class TtyUi : public Ui {
 public:
  struct Options {
    Sink sink;
    std::function<TtySize()> size;
    std::function<absl::StatusOr<std::string>()> read_line;
    bool colors = true;
    Icons icons;
  };
  // What the live area shows for one spinner or step. Guarded by the Ui's lock.
  struct Item {
    std::string text;
    std::string status;  // "" = spinner
    std::string output;  // all bytes a step wrote
    bool shows_output = false;
    bool finished = false;
  };

  TtyUi(Clock& clock, Options options);
  ~TtyUi() override;

  bool interactive() const override { return true; }
  bool colors() const override { return options_.colors; }
  int columns() const override { return options_.size().columns; }
  using Ui::Line;
  void Line(absl::string_view text, Style style) override;
  void NamedValues(const std::vector<std::pair<std::string, std::string>>& values) override;
  void Show(const Table& table) override;
  void Raw(absl::string_view bytes, bool is_stderr) override;
  std::unique_ptr<StatusLine> Status() override;
  std::unique_ptr<StepGroup> Steps() override;
  absl::StatusOr<std::string> Ask(absl::string_view prompt) override;

  // For spinners and steps.
  std::shared_ptr<Item> AddItem(absl::string_view text);
  void Change(const std::function<void()>& change);

 private:
  std::string Paint(absl::string_view text, absl::string_view code) const;
  std::string ItemLine(const Item& item) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::vector<std::string> ItemLines(const Item& item, bool finally) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string Erase() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string Draw() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string TakeFinished() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Redraw(absl::string_view above) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WriteAbove(absl::string_view text, bool is_stderr = false);
  void Tick();
  void ScheduleTick() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Clock& clock_;
  const Options options_;

  absl::Mutex mu_;
  std::list<std::shared_ptr<Item>> items_ ABSL_GUARDED_BY(mu_);
  int drawn_lines_ ABSL_GUARDED_BY(mu_) = 0;
  int frame_ ABSL_GUARDED_BY(mu_) = 0;
  Clock::TimerId timer_ ABSL_GUARDED_BY(mu_) = 0;
  bool open_line_ ABSL_GUARDED_BY(mu_) = false;  // raw output ended without a line break
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace waypoint::cli
