#include "cli/ui/table.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/ui/text.h"

namespace waypoint::cli {
namespace {

constexpr int kWrapWidth = 30;

using Lines = std::vector<std::string>;

std::string Spaces(int count) { return std::string(std::max(count, 0), ' '); }

bool IsNumber(absl::string_view text) {
  if (!text.empty() && text.back() == '%') text.remove_suffix(1);
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  bool digits = false;
  for (char c : text) {
    if (absl::ascii_isdigit(c)) digits = true;
    if (!absl::ascii_isdigit(c) && c != '.' && c != ',') return false;
  }
  return digits;
}

std::string PadCell(const std::string& text, int width, const Cell& cell, bool colors) {
  const std::string padding = Spaces(width - DisplayWidth(text));
  const absl::string_view code = colors ? ColorCode(cell.color) : "";
  const std::string shown = code.empty() || text.empty() ? text : absl::StrCat(code, text, kColorOff);
  return IsNumber(text) ? padding + shown : shown + padding;
}

std::string Center(const std::string& text, int width) {
  const int gap = width - DisplayWidth(text);
  return Spaces(gap / 2) + text + Spaces(gap - gap / 2);
}

// Every row as columns of wrapped lines, and the width of each column.
struct Layout {
  std::vector<std::vector<Lines>> rows;
  std::vector<int> widths;
};

Layout Measure(const Table& table) {
  Layout layout;
  size_t columns = table.headers.size();
  for (const auto& row : table.rows) columns = std::max(columns, row.size());
  layout.widths.assign(columns, 0);
  for (size_t i = 0; i < table.headers.size(); ++i) layout.widths[i] = DisplayWidth(table.headers[i]);
  for (const auto& row : table.rows) {
    std::vector<Lines> wrapped;
    for (size_t i = 0; i < row.size(); ++i) {
      wrapped.push_back(WrapText(row[i].text, table.simple ? 1 << 20 : kWrapWidth));
      for (const std::string& line : wrapped.back()) {
        layout.widths[i] = std::max(layout.widths[i], DisplayWidth(line));
      }
    }
    layout.rows.push_back(std::move(wrapped));
  }
  return layout;
}

std::string DrawSimple(const Table& table, const Layout& layout, bool colors) {
  std::string out;
  for (size_t i = 0; i < table.headers.size(); ++i) {
    const std::string title = absl::AsciiStrToUpper(table.headers[i]);
    absl::StrAppend(&out, i == 0 ? "" : "\t", title, Spaces(layout.widths[i] - DisplayWidth(title)));
  }
  out += " \n";
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const absl::string_view code = colors ? ColorCode(row[i].color) : "";
      absl::StrAppend(&out, code, row[i].text, code.empty() ? "" : kColorOff,
                      Spaces(layout.widths[i] - DisplayWidth(row[i].text)), "\t");
    }
    out += "\n";
  }
  return out;
}

std::string DrawLined(const Table& table, const Layout& layout, bool colors) {
  std::string header = " ", rule = "-";
  for (size_t i = 0; i < layout.widths.size(); ++i) {
    const std::string title = i < table.headers.size() ? absl::AsciiStrToUpper(table.headers[i]) : "";
    absl::StrAppend(&header, i == 0 ? "" : "|", " ", Center(title, layout.widths[i]), " ");
    absl::StrAppend(&rule, i == 0 ? "" : "+", std::string(layout.widths[i] + 2, '-'));
  }
  std::string out = absl::StrCat(header, " \n", rule, "-\n");
  for (size_t r = 0; r < layout.rows.size(); ++r) {
    size_t height = 1;
    for (const Lines& lines : layout.rows[r]) height = std::max(height, lines.size());
    for (size_t line = 0; line < height; ++line) {
      out += " ";
      for (size_t i = 0; i < layout.widths.size(); ++i) {
        const bool present = i < layout.rows[r].size() && line < layout.rows[r][i].size();
        const Cell cell = i < table.rows[r].size() ? table.rows[r][i] : Cell("");
        absl::StrAppend(&out, i == 0 ? "" : "|", " ",
                        PadCell(present ? layout.rows[r][i][line] : "", layout.widths[i], cell, colors), " ");
      }
      out += " \n";
    }
  }
  return out;
}

}  // namespace

absl::string_view ColorCode(absl::string_view name) {
  if (name == "red") return "\x1b[31m";
  if (name == "green") return "\x1b[32m";
  if (name == "yellow") return "\x1b[33m";
  return "";
}

std::string DrawTable(const Table& table, bool colors) {
  const Layout layout = Measure(table);
  return table.simple ? DrawSimple(table, layout, colors) : DrawLined(table, layout, colors);
}

}  // namespace waypoint::cli
