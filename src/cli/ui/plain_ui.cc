#include "cli/ui/plain_ui.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/ui/table.h"
#include "cli/ui/text.h"

namespace waypoint::cli {
namespace {

std::string Indented(absl::string_view text, absl::string_view first, absl::string_view rest) {
  std::string out;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StrAppend(&out, line.empty() ? "" : out.empty() ? first : rest, line, "\n");
  }
  return out;
}

class PlainStatus : public StatusLine {
 public:
  explicit PlainStatus(PlainUi* ui) : ui_(ui) {}
  void Update(absl::string_view message) override { ui_->Write(absl::StrCat(message, "\n")); }
  void Step(absl::string_view status, absl::string_view message) override {
    const std::string icon = ui_->icons().Of(status);
    ui_->Write(absl::StrCat(icon.empty() ? std::string(status) : icon, ": ", message, "\n"));
  }
  void Close() override {}

 private:
  PlainUi* ui_;
};

class PlainStep : public Step {
 public:
  PlainStep(PlainUi* ui, absl::string_view message) : ui_(ui) { PlainStep::Update(message); }
  void Update(absl::string_view message) override { ui_->Write(absl::StrCat("-> ", message, "\n")); }
  void SetStatus(absl::string_view status) override {}
  void Output(absl::string_view bytes) override { ui_->Write(StripAnsi(bytes)); }
  void Done() override {}
  void Abort() override {}

 private:
  PlainUi* ui_;
};

class PlainSteps : public StepGroup {
 public:
  explicit PlainSteps(PlainUi* ui) : ui_(ui) {}
  std::shared_ptr<Step> Add(absl::string_view message) override { return std::make_shared<PlainStep>(ui_, message); }

 private:
  PlainUi* ui_;
};

}  // namespace

std::string PlainLine(absl::string_view text, Style style) {
  switch (style) {
    case Style::kHeader:
      return absl::StrCat("\n» ", text, "\n");
    case Style::kError:
    case Style::kErrorBold:
      return Indented(text, "! ", "  ");
    case Style::kWarning:
    case Style::kWarningBold:
      return absl::StrCat("warning: ", text, "\n");
    case Style::kInfo:
      return Indented(text, "  ", "  ");
    case Style::kSuccess:
    case Style::kSuccessBold:
    case Style::kNone:
      break;
  }
  return absl::StrCat(text, "\n");
}

std::string PlainNamedValues(const std::vector<std::pair<std::string, std::string>>& values) {
  int width = 0;
  for (const auto& [name, value] : values) {
    if (!value.empty()) width = std::max(width, DisplayWidth(name));
  }
  std::string out;
  for (const auto& [name, value] : values) {
    if (value.empty()) continue;
    absl::StrAppend(&out, "  ", std::string(width - DisplayWidth(name), ' '), name, ": ", value, "\n");
  }
  return out;
}

void PlainUi::Write(absl::string_view bytes, bool is_stderr) {
  absl::MutexLock lock(&mu_);
  sink_(bytes, is_stderr);
}

void PlainUi::Line(absl::string_view text, Style style) { Write(PlainLine(text, style)); }

void PlainUi::NamedValues(const std::vector<std::pair<std::string, std::string>>& values) {
  Write(PlainNamedValues(values));
}

void PlainUi::Show(const Table& table) { Write(DrawTable(table, false)); }

void PlainUi::Raw(absl::string_view bytes, bool is_stderr) { Write(bytes, is_stderr); }

std::unique_ptr<StatusLine> PlainUi::Status() { return std::make_unique<PlainStatus>(this); }
std::unique_ptr<StepGroup> PlainUi::Steps() { return std::make_unique<PlainSteps>(this); }

absl::StatusOr<std::string> PlainUi::Ask(absl::string_view prompt) {
  if (read_line_ == nullptr) {
    return absl::FailedPreconditionError("the terminal is not interactive, so nobody can be asked");
  }
  Write(prompt);
  absl::StatusOr<std::string> answer = read_line_();
  if (!answer.ok()) Write("\n");  // no Enter came
  return answer;
}

}  // namespace waypoint::cli
