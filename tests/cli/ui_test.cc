// Both renderings of the same calls, byte for byte; the terminal one is also replayed on a small screen model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/ui/event_player.h"
#include "cli/ui/plain_ui.h"
#include "cli/ui/table.h"
#include "cli/ui/text.h"
#include "cli/ui/tty_ui.h"
#include "support/manual_clock.h"

namespace waypoint::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// What a user would see: line feeds, carriage returns, cursor up, clear to end. Colours are dropped.
class Screen {
 public:
  void Write(absl::string_view bytes) {
    for (size_t i = 0; i < bytes.size();) {
      if (bytes[i] == '\x1b' && i + 1 < bytes.size() && bytes[i + 1] == '[') {
        size_t end = i + 2;
        while (end < bytes.size() && !absl::ascii_isalpha(bytes[end])) ++end;
        Escape(bytes[end], bytes.substr(i + 2, end - i - 2));
        i = end + 1;
      } else {
        Put(bytes[i++]);
      }
    }
  }
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines = lines_;
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
  }

 private:
  void Put(char c) {
    if (c == '\n') {
      ++row_;
      column_ = 0;
    } else if (c == '\r') {
      column_ = 0;
    } else {
      std::string& line = Row();
      line.resize(std::max(line.size(), column_ + 1), ' ');
      line[column_++] = c;
    }
    Row();
  }
  void Escape(char command, absl::string_view number) {
    int count = 1;
    if (!number.empty()) count = atoi(std::string(number).c_str());
    if (command == 'A') row_ = row_ >= static_cast<size_t>(count) ? row_ - count : 0;
    if (command == 'J') {
      lines_.resize(row_ + 1);
      lines_[row_].resize(std::min(lines_[row_].size(), column_));
    }
  }
  std::string& Row() {
    if (lines_.size() <= row_) lines_.resize(row_ + 1);
    return lines_[row_];
  }
  std::vector<std::string> lines_;
  size_t row_ = 0, column_ = 0;
};

struct Terminal {
  ManualClock clock;
  Screen screen;
  std::string bytes;
  std::string error_bytes;
  std::unique_ptr<TtyUi> ui;

  explicit Terminal(bool colors = false, TtySize size = {80, 24}) {
    TtyUi::Options options;
    options.sink = [this](absl::string_view text, bool is_stderr) {
      (is_stderr ? error_bytes : bytes).append(text.data(), text.size());
      if (!is_stderr) screen.Write(text);
    };
    options.size = [size] { return size; };
    options.read_line = [] { return std::string("yes"); };
    options.colors = colors;
    ui = std::make_unique<TtyUi>(clock, options);
  }
  std::string Text() { return absl::StrJoin(screen.Lines(), "\n"); }
};

struct Plain {
  std::string bytes;
  std::string error_bytes;
  PlainUi ui{[this](absl::string_view text, bool is_stderr) {
    (is_stderr ? error_bytes : bytes).append(text.data(), text.size());
  }};
};

TEST(PlainUiTest, Lines) {
  Plain plain;
  plain.ui.Header("Building web...");
  plain.ui.Error("it failed\nbecause");
  plain.ui.Warning("careful");
  plain.ui.Info("one\ntwo");
  plain.ui.Success("fine");
  plain.ui.Line("as is");
  EXPECT_EQ(plain.bytes, "\n» Building web...\n! it failed\n  because\nwarning: careful\n  one\n  two\nfine\nas is\n");
}

TEST(PlainUiTest, NamedValuesAreAlignedAndEmptyOnesLeftOut) {
  Plain plain;
  plain.ui.NamedValues({{"URL", "git://x"}, {"Ref", "main"}, {"Path", ""}});
  EXPECT_EQ(plain.bytes, "  URL: git://x\n  Ref: main\n");
}

TEST(PlainUiTest, StepsPrintEachMessageAndNothingElse) {
  Plain plain;
  auto group = plain.ui.Steps();
  auto step = group->Add("Running build v1");
  step->Update("half done");
  step->Output("\x1b[31mtick\x1b[0m\n");
  step->SetStatus("warn");
  step->Done();
  EXPECT_EQ(plain.bytes, "-> Running build v1\n-> half done\ntick\n");
}

TEST(PlainUiTest, StatusLines) {
  Plain plain;
  auto status = plain.ui.Status();
  status->Update("Determining overall health...");
  status->Step("ok", "All 2 resources are reporting READY");
  status->Step("custom", "whatever");
  status->Close();
  EXPECT_EQ(plain.bytes, "Determining overall health...\n +: All 2 resources are reporting READY\ncustom: whatever\n");
}

TEST(PlainUiTest, NobodyCanBeAsked) { EXPECT_FALSE(Plain().ui.Ask("sure?").ok()); }

TEST(PlainUiTest, EmptyLinesAreNotIndented) {
  Plain plain;
  plain.ui.Error("broken\n\n  here");
  EXPECT_EQ(plain.bytes, "! broken\n\n    here\n");
}

// TERM=dumb
TEST(PlainUiTest, ATerminalThatCannotRedrawCanBeAsked) {
  std::string bytes;
  absl::StatusOr<std::string> answer = "yes";
  PlainUi ui([&](absl::string_view text, bool) { absl::StrAppend(&bytes, text); }, {}, [&] { return answer; });
  EXPECT_TRUE(ui.interactive());
  EXPECT_EQ(*ui.Ask("sure? "), "yes");
  EXPECT_EQ(bytes, "sure? ");
  answer = absl::CancelledError("Ctrl-C");
  EXPECT_FALSE(ui.Ask("sure? ").ok());
  EXPECT_EQ(bytes, "sure? sure? \n");
}

TEST(PlainUiTest, RawGoesToItsOwnStream) {
  Plain plain;
  plain.ui.Raw("out", false);
  plain.ui.Raw("err", true);
  EXPECT_EQ(plain.bytes, "out");
  EXPECT_EQ(plain.error_bytes, "err");
}

TEST(TableTest, LinedAsTheOriginalDrawsIt) {
  Table table{.headers = {"ID", "State", "Kind", "Last Registered"},
              .rows = {{"static1", "preadopted", "remote", "3 seconds ago"}}};
  EXPECT_EQ(DrawTable(table, false),
            "    ID    |   STATE    |  KIND  | LAST REGISTERED  \n"
            "----------+------------+--------+------------------\n"
            "  static1 | preadopted | remote | 3 seconds ago    \n");
}

TEST(TableTest, NumbersStandRightAndLongCellsWrap) {
  Table table{.headers = {"", "ID", "Details"},
              .rows = {{Cell("✔", "green"), "3", "name: release-it, run: 2, step: x"}}};
  EXPECT_EQ(DrawTable(table, false),
            "    | ID |          DETAILS           \n"
            "----+----+----------------------------\n"
            "  ✔ |  3 | name: release-it, run: 2,  \n"
            "    |    | step: x                    \n");
  EXPECT_THAT(DrawTable(table, true), HasSubstr("\x1b[32m✔\x1b[0m"));
}

TEST(TableTest, SimpleHasTabsAndNoLines) {
  Table table{.headers = {"App", "Workspace"}, .rows = {{"web", "default"}, {"slow", ""}}, .simple = true};
  EXPECT_EQ(DrawTable(table, false), "APP \tWORKSPACE \nweb \tdefault  \t\nslow\t         \t\n");
}

TEST(TtyUiTest, AStepTurnsAndIsReplacedInPlace) {
  Terminal terminal;
  auto group = terminal.ui->Steps();
  auto step = group->Add("Running build v1");
  EXPECT_EQ(terminal.Text(), "| Running build v1");
  terminal.clock.Advance(absl::Milliseconds(200));
  EXPECT_EQ(terminal.Text(), "/ Running build v1");
  step->Update("Built");
  step->Done();
  EXPECT_EQ(terminal.Text(), " + Built");
  terminal.clock.Advance(absl::Seconds(1));
  EXPECT_EQ(terminal.clock.pending(), 0u) << "nothing is live, so nothing turns";
}

TEST(TtyUiTest, LinesAppearAboveWhatIsLive) {
  Terminal terminal;
  auto group = terminal.ui->Steps();
  auto first = group->Add("one");
  auto second = group->Add("two");
  terminal.ui->Line("note");
  EXPECT_EQ(terminal.Text(), "note\n| one\n| two");
  second->Done();
  EXPECT_EQ(terminal.Text(), "note\n| one\n + two") << "the order of the steps stays";
  first->Done();
  EXPECT_EQ(terminal.Text(), "note\n + one\n + two");
}

TEST(TtyUiTest, OutputShowsAsAWindowThatGoesWhenTheStepIsDone) {
  Terminal terminal;
  auto step = terminal.ui->Steps()->Add("build");
  for (int i = 0; i < 15; ++i) step->Output("line " + std::to_string(i) + "\n");
  const std::vector<std::string> lines = terminal.screen.Lines();
  ASSERT_EQ(lines.size(), 11u);
  EXPECT_EQ(lines[1], " │ line 5");
  EXPECT_EQ(lines[10], " │ line 14");
  step->Done();
  EXPECT_EQ(terminal.Text(), " + build");
}

TEST(TtyUiTest, AnAbortedStepShowsEverythingItWrote) {
  Terminal terminal;
  auto step = terminal.ui->Steps()->Add("build");
  for (int i = 0; i < 15; ++i) step->Output("line " + std::to_string(i) + "\n");
  step->Abort();
  const std::vector<std::string> lines = terminal.screen.Lines();
  ASSERT_EQ(lines.size(), 16u);
  EXPECT_EQ(lines[0], " ! build");
  EXPECT_EQ(lines[1], " │ line 0");
}

TEST(TtyUiTest, ASpinnerThatClosesLeavesNothing) {
  Terminal terminal;
  auto status = terminal.ui->Status();
  status->Update("waiting");
  EXPECT_EQ(terminal.Text(), "| waiting");
  status->Close();
  EXPECT_EQ(terminal.Text(), "");
  status->Update("again");
  status->Step("error", "broken");
  EXPECT_EQ(terminal.Text(), " ! broken");
}

TEST(TtyUiTest, LongLinesAreCutSoThatRedrawingStaysRight) {
  Terminal terminal(false, {20, 24});
  auto step = terminal.ui->Steps()->Add(std::string(60, 'x'));
  EXPECT_EQ(terminal.Text(), "| " + std::string(17, 'x'));
  step->Done();
  EXPECT_EQ(terminal.Text(), " + " + std::string(60, 'x')) << "finished lines may wrap";
}

TEST(TtyUiTest, RawTextWithoutALineBreakStaysWhenAStepBegins) {
  Terminal terminal;
  terminal.ui->Raw("half", false);
  auto step = terminal.ui->Steps()->Add("step");
  EXPECT_EQ(terminal.Text(), "half\n| step");
}

TEST(TtyUiTest, EmptyLinesAreOneLine) {
  Terminal terminal;
  terminal.ui->Line("");
  terminal.ui->Success("done");
  terminal.ui->Line("\ntext\n");
  EXPECT_EQ(terminal.bytes, "\ndone\n\ntext\n\n");
}

TEST(TtyUiTest, ColoursEndBeforeTheLineBreak) {
  Terminal terminal(true);
  terminal.ui->Error("bad");
  EXPECT_EQ(terminal.bytes, "\x1b[91m! bad\x1b[0m\n");
  terminal.bytes.clear();
  terminal.ui->Header("Title");
  EXPECT_EQ(terminal.bytes, "\n\x1b[1m» Title\x1b[0m\n");
}

EventPlayer::Event StepEvent(int id, const std::string& message, const std::string& status, bool close) {
  EventPlayer::Event event;
  event.mutable_step()->set_id(id);
  event.mutable_step()->set_msg(message);
  event.mutable_step()->set_status(status);
  event.mutable_step()->set_close(close);
  return event;
}

TEST(EventPlayerTest, StepsOfAGroup) {
  Plain plain;
  EventPlayer player(plain.ui);
  player.Play(StepEvent(0, "before any group", "", false));
  EventPlayer::Event group;
  group.mutable_step_group();
  player.Play(group);
  player.Play(StepEvent(1, "Running build v1", "", false));
  player.Play(StepEvent(1, "Built", "", false));
  player.Play(StepEvent(1, "", "", true));
  EXPECT_EQ(plain.bytes, "-> Running build v1\n-> Built\n");
}

TEST(EventPlayerTest, AbortAndTheEndOfAJob) {
  Terminal terminal;
  EventPlayer player(*terminal.ui);
  EventPlayer::Event group;
  group.mutable_step_group();
  player.Play(group);
  player.Play(StepEvent(1, "one", "", false));
  player.Play(StepEvent(2, "two", "", false));
  player.Play(StepEvent(1, "", "abort", true));
  EXPECT_EQ(terminal.Text(), " ! one\n| two");
  player.Finish(true);
  EXPECT_EQ(terminal.Text(), " ! one\n ! two");
}

TEST(EventPlayerTest, TableRowsAreShown) {
  Plain plain;
  EventPlayer player(plain.ui);
  EventPlayer::Event event;
  event.mutable_table()->add_headers("Name");
  event.mutable_table()->add_rows()->add_entries()->set_value("web");
  player.Play(event);
  EXPECT_THAT(plain.bytes, HasSubstr("web"));
}

TEST(TextTest, RelativeTimes) {
  const absl::Time now = absl::FromUnixSeconds(2'000'000'000);
  const struct {
    absl::Duration age;
    const char* want;
  } rows[] = {{absl::Milliseconds(900), "now"},
              {absl::Seconds(1), "1 second ago"},
              {absl::Seconds(59), "59 seconds ago"},
              {absl::Seconds(119), "1 minute ago"},
              {absl::Hours(23), "23 hours ago"},
              {absl::Hours(24 * 13), "1 week ago"},
              {absl::Hours(24 * 65), "2 months ago"},
              {absl::Hours(24 * 370), "12 months ago"},
              {absl::Hours(24 * 30 * 18), "2 years ago"},
              {absl::Hours(24 * 360 * 3), "3 years ago"},
              {absl::Hours(24 * 360 * 37), "a long while ago"},
              {-absl::Seconds(5), "now"}};
  for (const auto& row : rows) EXPECT_EQ(RelativeTime(now - row.age, now), row.want);
}

TEST(TextTest, WidthsAndCuts) {
  EXPECT_EQ(DisplayWidth("✔ ok"), 4);
  EXPECT_EQ(DisplayWidth("🚀"), 2);
  EXPECT_EQ(DisplayWidth("\x1b[32mok\x1b[0m"), 2);
  EXPECT_EQ(TruncateToWidth("\x1b[32mabcdef\x1b[0m", 3), "\x1b[32mabc\x1b[0m");
  EXPECT_EQ(StripAnsi("\x1b[1;31mx\x1b[0m"), "x");
  EXPECT_THAT(WrapText("aa bb cc\ndd", 5), ElementsAre("aa bb", "cc", "dd"));
}

}  // namespace
}  // namespace waypoint::cli
