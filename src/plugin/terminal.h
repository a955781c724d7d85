// What an operation shows its user: events of the job stream, and a friendlier Ui that makes them
// (jobs-and-runners.md 8.1, core-and-plugins.md B9).
//
// Owns:    Terminal counts step ids, from 0 per job, never used twice. A Step or StepGroup left open
//          closes itself: a step as aborted.
// Threads: Terminal::Send is thread-safe, keeps the order of each caller and may block for a slow reader.
//          A Ui may be shared; a Step belongs to one thread.
// Errors:  none; what can't be shown is dropped by the sink, which knows why.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "waypoint/job.pb.h"

namespace waypoint::plugin {

using TerminalEvent = ::hashicorp::waypoint::GetJobStreamResponse::Terminal::Event;

class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual void Send(const TerminalEvent& event) = 0;
  virtual bool interactive() const { return false; }
  int32_t NextStepId() { return next_step_id_++; }

 private:
  std::atomic<int32_t> next_step_id_{0};
};

// One line of work under way: text that may change, output below it, an end.
class Step {
 public:
  Step() = default;
  Step(Terminal& terminal, absl::string_view text);
  Step(Step&& other) noexcept { *this = std::move(other); }
  Step& operator=(Step&& other) noexcept;
  ~Step() { Abort(); }

  void Update(absl::string_view text);
  void Status(absl::string_view status);  // "ok", "warn", "error", "timeout" or free text
  void Output(absl::string_view bytes);
  void Done();
  void Abort();

  template <typename... Args>
  void Update(absl::string_view first, const Args&... rest) {
    Update(absl::string_view(absl::StrCat(first, rest...)));
  }

 private:
  TerminalEvent::Step* Event(TerminalEvent& event) const;

  Terminal* terminal_ = nullptr;  // null once ended
  int32_t id_ = 0;
};

// Steps added after the newest group belong to it.
class StepGroup {
 public:
  explicit StepGroup(Terminal& terminal);
  StepGroup(StepGroup&& other) noexcept : terminal_(std::exchange(other.terminal_, nullptr)) {}
  StepGroup& operator=(StepGroup&&) = delete;
  ~StepGroup() { Close(); }

  template <typename... Args>
  Step Add(const Args&... text) {
    return Step(*terminal_, absl::StrCat(text...));
  }
  void Close();

 private:
  Terminal* terminal_;
};

class Ui {
 public:
  explicit Ui(Terminal& terminal) : terminal_(terminal) {}

  // Styles: header, info, error, error-bold, warning, warning-bold, success, success-bold, "".
  void Styled(absl::string_view style, absl::string_view text);
  template <typename... Args>
  void Line(const Args&... text) {
    Styled("", absl::StrCat(text...));
  }
  template <typename... Args>
  void Header(const Args&... text) {
    Styled("header", absl::StrCat(text...));
  }
  template <typename... Args>
  void Info(const Args&... text) {
    Styled("info", absl::StrCat(text...));
  }
  template <typename... Args>
  void Success(const Args&... text) {
    Styled("success", absl::StrCat(text...));
  }
  template <typename... Args>
  void Warning(const Args&... text) {
    Styled("warning", absl::StrCat(text...));
  }
  template <typename... Args>
  void Error(const Args&... text) {
    Styled("error", absl::StrCat(text...));
  }

  StepGroup Steps() { return StepGroup(terminal_); }
  // A spinner without group: later texts replace it, a finished line keeps `status`, Close ends it.
  void Status(absl::string_view text);
  void StatusStep(absl::string_view status, absl::string_view text);
  void CloseStatus();

  void NamedValues(const std::vector<std::pair<std::string, std::string>>& values);
  void Table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows);
  void Raw(absl::string_view bytes, bool is_stderr = false);

  Terminal& terminal() { return terminal_; }

 private:
  Terminal& terminal_;
};

}  // namespace waypoint::plugin
