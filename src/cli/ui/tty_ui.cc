#include "cli/ui/tty_ui.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cli/ui/plain_ui.h"
#include "cli/ui/table.h"
#include "cli/ui/text.h"

namespace waypoint::cli {
namespace {

constexpr absl::Duration kFrame = absl::Milliseconds(160);
constexpr int kWindowRows = 10;
constexpr int kWindowColumns = 80;
constexpr absl::string_view kSpinner[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr absl::string_view kAsciiSpinner[] = {"|", "/", "-", "\\"};
constexpr absl::string_view kBold = "\x1b[1m", kLightRed = "\x1b[91m", kLightGreen = "\x1b[92m",
                            kLightYellow = "\x1b[93m", kLightBlue = "\x1b[94m";

absl::string_view CodeOf(Style style) {
  switch (style) {
    case Style::kHeader:
      return kBold;
    case Style::kError:
      return kLightRed;
    case Style::kErrorBold:
      return "\x1b[1;91m";
    case Style::kWarning:
      return kLightYellow;
    case Style::kWarningBold:
      return "\x1b[1;93m";
    case Style::kSuccess:
      return kLightGreen;
    case Style::kSuccessBold:
      return "\x1b[1;92m";
    case Style::kInfo:
    case Style::kNone:
      break;
  }
  return "";
}

absl::string_view CodeOfStatus(absl::string_view status) {
  if (status == "ok") return kLightGreen;
  if (status == "error" || status == "abort") return kLightRed;
  if (status == "warn" || status == "timeout") return kLightYellow;
  return "";
}

// Output lines as they stand after carriage returns and without escape sequences.
std::vector<std::string> OutputLines(absl::string_view bytes) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(bytes, "\n"), '\n')) {
    line = absl::StripSuffix(line, "\r");
    const size_t restart = line.rfind('\r');
    lines.push_back(StripAnsi(restart == absl::string_view::npos ? line : line.substr(restart + 1)));
  }
  return lines;
}

class TtyStatus : public StatusLine {
 public:
  explicit TtyStatus(TtyUi* ui) : ui_(ui) {}
  ~TtyStatus() override { TtyStatus::Close(); }
  void Update(absl::string_view message) override {
    if (item_ == nullptr) {
      item_ = ui_->AddItem(message);
      return;
    }
    ui_->Change([&] { item_->text = std::string(message); });
  }
  void Step(absl::string_view status, absl::string_view message) override {
    Update(message);
    ui_->Change([&] {
      item_->status = std::string(status);
      item_->finished = true;
    });
    item_ = nullptr;
  }
  void Close() override {
    if (item_ == nullptr) return;
    // A spinner that just ends leaves nothing behind.
    ui_->Change([&] {
      item_->text.clear();
      item_->finished = true;
    });
    item_ = nullptr;
  }

 private:
  TtyUi* ui_;
  std::shared_ptr<TtyUi::Item> item_;
};

class TtyStep : public Step {
 public:
  TtyStep(TtyUi* ui, absl::string_view message) : ui_(ui), item_(ui->AddItem(message)) {}
  ~TtyStep() override { End(""); }
  void Update(absl::string_view message) override {
    ui_->Change([&] { item_->text = std::string(message); });
  }
  void SetStatus(absl::string_view status) override {
    ui_->Change([&] { item_->status = std::string(status); });
  }
  void Output(absl::string_view bytes) override {
    ui_->Change([&] {
      absl::StrAppend(&item_->output, bytes);
      item_->shows_output = true;
    });
  }
  void Done() override { End("ok"); }
  void Abort() override {
    ui_->Change([&] {
      if (item_->finished) return;
      item_->status = "error";
      item_->finished = true;
    });
  }

 private:
  void End(absl::string_view status) {
    ui_->Change([&] {
      if (item_->finished) return;
      if (item_->status.empty()) item_->status = std::string(status);
      item_->shows_output = false;
      item_->finished = true;
    });
  }

  TtyUi* ui_;
  std::shared_ptr<TtyUi::Item> item_;
};

class TtySteps : public StepGroup {
 public:
  explicit TtySteps(TtyUi* ui) : ui_(ui) {}
  std::shared_ptr<Step> Add(absl::string_view message) override { return std::make_shared<TtyStep>(ui_, message); }

 private:
  TtyUi* ui_;
};

}  // namespace

TtyUi::TtyUi(Clock& clock, Options options) : clock_(clock), options_(std::move(options)) {}

TtyUi::~TtyUi() {
  Clock::TimerId timer = 0;
  {
    absl::MutexLock lock(&mu_);
    closing_ = true;
    for (auto& item : items_) item->finished = true;
    Redraw("");
    timer = timer_;
  }
  if (timer != 0) clock_.Cancel(timer);
}

std::string TtyUi::Paint(absl::string_view text, absl::string_view code) const {
  if (!options_.colors || code.empty() || text.empty()) return std::string(text);
  return absl::StrCat(code, text, kColorOff);
}

std::string TtyUi::ItemLine(const Item& item) const {
  std::string mark;
  if (item.status.empty()) {
    mark = Paint(options_.icons.unicode ? kSpinner[frame_ % std::size(kSpinner)]
                                        : kAsciiSpinner[frame_ % std::size(kAsciiSpinner)],
                 kLightBlue);
  } else {
    mark = Paint(options_.icons.Of(item.status), CodeOfStatus(item.status));
  }
  return absl::StrCat(mark, mark.empty() ? "" : " ", absl::StrJoin(absl::StrSplit(item.text, '\n'), " "));
}

std::vector<std::string> TtyUi::ItemLines(const Item& item, bool finally) const {
  std::vector<std::string> lines;
  if (item.text.empty() && item.status.empty()) return lines;
  lines.push_back(item.finished && item.status.empty() ? item.text : ItemLine(item));
  if (!item.shows_output || item.output.empty()) return lines;
  std::vector<std::string> output = OutputLines(item.output);
  // A step that was given up shows everything it wrote, a running one the last lines.
  const size_t first = finally || output.size() <= kWindowRows ? 0 : output.size() - kWindowRows;
  for (size_t i = first; i < output.size(); ++i) {
    const std::string text = finally ? output[i] : TruncateToWidth(output[i], kWindowColumns);
    lines.push_back(Paint(absl::StrCat(" │ ", text), kLightBlue));
  }
  return lines;
}

std::string TtyUi::Erase() {
  if (drawn_lines_ == 0) return "";
  const int up = drawn_lines_;
  drawn_lines_ = 0;
  return absl::StrCat("\x1b[", up, "A\r\x1b[J");
}

std::string TtyUi::TakeFinished() {
  std::string out;
  // Only from the front: the order in which things began is kept on the screen.
  while (!items_.empty() && items_.front()->finished) {
    for (const std::string& line : ItemLines(*items_.front(), true)) absl::StrAppend(&out, line, "\n");
    items_.pop_front();
  }
  return out;
}

std::string TtyUi::Draw() {
  const TtySize size = options_.size();
  std::vector<std::string> lines;
  for (const auto& item : items_) {
    for (std::string& line : ItemLines(*item, false)) lines.push_back(TruncateToWidth(line, size.columns - 1));
  }
  // More than a screen cannot be redrawn in place.
  const size_t limit = static_cast<size_t>(std::max(size.rows - 1, 1));
  if (lines.size() > limit) lines.erase(lines.begin(), lines.end() - static_cast<ptrdiff_t>(limit));
  drawn_lines_ = static_cast<int>(lines.size());
  std::string out;
  for (const std::string& line : lines) absl::StrAppend(&out, line, "\n");
  return out;
}

void TtyUi::Redraw(absl::string_view above) {
  std::string out = Erase();
  absl::StrAppend(&out, above);
  out += TakeFinished();
  if (open_line_ && !items_.empty()) {
    out += "\n";
    open_line_ = false;
  }
  out += Draw();
  if (!out.empty()) options_.sink(out, false);
  ScheduleTick();
}

void TtyUi::ScheduleTick() {
  if (closing_ || items_.empty() || timer_ != 0) return;
  timer_ = clock_.After(kFrame, [this] { Tick(); });
}

void TtyUi::Tick() {
  absl::MutexLock lock(&mu_);
  timer_ = 0;
  if (closing_ || items_.empty()) return;
  ++frame_;
  Redraw("");
}

void TtyUi::WriteAbove(absl::string_view text, bool is_stderr) {
  absl::MutexLock lock(&mu_);
  if (is_stderr) {
    if (const std::string erase = Erase(); !erase.empty()) options_.sink(erase, false);
    options_.sink(text, true);
    Redraw("");
    return;
  }
  if (!text.empty()) open_line_ = text.back() != '\n';
  Redraw(text);
}

void TtyUi::Change(const std::function<void()>& change) {
  absl::MutexLock lock(&mu_);
  change();
  Redraw("");
}

std::shared_ptr<TtyUi::Item> TtyUi::AddItem(absl::string_view text) {
  auto item = std::make_shared<Item>();
  item->text = std::string(text);
  absl::MutexLock lock(&mu_);
  items_.push_back(item);
  Redraw("");
  return item;
}

void TtyUi::Line(absl::string_view text, Style style) {
  const bool warning = style == Style::kWarning || style == Style::kWarningBold;
  std::string plain = warning ? absl::StrCat(text, "\n") : PlainLine(text, style);
  // The colour ends before the line break, so that it never leaks into the next line.
  absl::string_view body = absl::StripSuffix(plain, "\n");
  const bool leading_break = absl::ConsumePrefix(&body, "\n");
  WriteAbove(absl::StrCat(leading_break ? "\n" : "", Paint(body, CodeOf(style)), "\n"));
}

void TtyUi::NamedValues(const std::vector<std::pair<std::string, std::string>>& values) {
  WriteAbove(PlainNamedValues(values));
}

void TtyUi::Show(const Table& table) { WriteAbove(DrawTable(table, options_.colors)); }
void TtyUi::Raw(absl::string_view bytes, bool is_stderr) { WriteAbove(bytes, is_stderr); }
std::unique_ptr<StatusLine> TtyUi::Status() { return std::make_unique<TtyStatus>(this); }
std::unique_ptr<StepGroup> TtyUi::Steps() { return std::make_unique<TtySteps>(this); }

absl::StatusOr<std::string> TtyUi::Ask(absl::string_view prompt) {
  WriteAbove(prompt);
  {
    absl::MutexLock lock(&mu_);
    open_line_ = false;  // the user's Enter ends the line
  }
  absl::StatusOr<std::string> answer = options_.read_line();
  if (!answer.ok()) WriteAbove("\n");  // no Enter came
  return answer;
}

}  // namespace waypoint::cli
