#include "hcl/diagnostic.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

constexpr size_t kMaxShownLines = 6;
constexpr size_t kMaxShownBytes = 400;  // of one source line: minified JSON has only one

struct Line {
  uint32_t number;
  size_t start;  // byte offset
  std::string_view text;
};

Line LineAt(const Source& source, uint32_t byte, uint32_t number) {
  const std::string_view text = source.text;
  const size_t at = std::min<size_t>(byte, text.size());
  const size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const size_t start = before == std::string_view::npos ? 0 : before + 1;
  size_t end = text.find('\n', at);
  if (end == std::string_view::npos) end = text.size();
  std::string_view line = text.substr(start, end - start);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return {number, start, line};
}

// Tabs stay tabs in the padding, so that the marks stand under their text in any terminal.
std::string Underline(const Line& line, size_t from, size_t to) {
  std::string marks;
  for (size_t i = 0; i < line.text.size() && i < from; i += ClusterLength(line.text, i)) {
    marks += line.text[i] == '\t' ? '\t' : ' ';
  }
  const size_t stop = std::min(to, line.text.size());
  size_t width = 0;
  for (size_t i = std::min(from, line.text.size()); i < stop; i += ClusterLength(line.text, i)) ++width;
  marks.append(std::max<size_t>(width, 1), '^');
  return marks;
}

void AppendLine(std::string& out, const Line& line, size_t from, size_t to) {
  if (line.text.size() > kMaxShownBytes) {  // one long line: show the neighbourhood only
    const size_t begin = from > kMaxShownBytes / 2 ? from - kMaxShownBytes / 2 : 0;
    const Line part{line.number, line.start + begin, line.text.substr(begin, kMaxShownBytes)};
    const size_t end = std::min(std::max(to, from) - begin, part.text.size());
    absl::StrAppendFormat(&out, "%4d: %s\n      %s\n", part.number, part.text, Underline(part, from - begin, end));
    return;
  }
  absl::StrAppendFormat(&out, "%4d: %s\n      %s\n", line.number, line.text, Underline(line, from, to));
}

void AppendSource(std::string& out, const Range& range) {
  const Span& span = range.span;
  uint32_t byte = span.start.byte;
  for (uint32_t number = span.start.line, shown = 0; number <= span.end.line; ++number, ++shown) {
    if (number > span.start.line && number == span.end.line && span.end.column == 1) break;
    if (shown == kMaxShownLines) {
      out += "      ...\n";
      break;
    }
    const Line line = LineAt(*range.source, byte, number);
    // Inside a string of a JSON file places count on the decoded text: they may lie anywhere.
    const auto inside = [&](uint32_t place) {
      return place < line.start ? 0 : std::min<size_t>(place - line.start, line.text.size());
    };
    const size_t from = number == span.start.line ? inside(span.start.byte) : 0;
    const size_t to = number == span.end.line ? inside(span.end.byte) : line.text.size();
    AppendLine(out, line, from, to);
    const size_t next = range.source->text.find('\n', byte);
    if (next == std::string::npos) break;
    byte = static_cast<uint32_t>(next + 1);
  }
}

}  // namespace

void Diagnostics::Error(std::string summary, std::string detail, std::optional<Range> subject,
                        std::optional<Range> context) {
  Add({Severity::kError, std::move(summary), std::move(detail), std::move(subject), std::move(context)});
}

void Diagnostics::Warning(std::string summary, std::string detail, std::optional<Range> subject) {
  Add({Severity::kWarning, std::move(summary), std::move(detail), std::move(subject), std::nullopt});
}

bool Diagnostics::HasErrors() const {
  return std::any_of(list_.begin(), list_.end(), [](const auto& d) { return d.severity == Severity::kError; });
}

std::string ToString(const Range& range) {
  const Pos& start = range.start();
  const Pos& end = range.end();
  const std::string& name = range.source ? range.source->name : std::string();
  if (start.line == end.line) {
    return absl::StrCat(name, ":", start.line, ",", start.column, "-", end.column);
  }
  return absl::StrCat(name, ":", start.line, ",", start.column, "-", end.line, ",", end.column);
}

std::string ToString(const Diagnostic& d) {
  const std::string text = d.detail.empty() ? d.summary : absl::StrCat(d.summary, "; ", d.detail);
  return d.subject ? absl::StrCat(ToString(*d.subject), ": ", text) : text;
}

std::string Diagnostics::ToString() const {
  if (list_.empty()) return "no diagnostics";
  // The first error leads even when a warning came before it.
  auto first = std::find_if(list_.begin(), list_.end(), [](const auto& d) { return d.severity == Severity::kError; });
  if (first == list_.end()) first = list_.begin();
  std::string text = hcl::ToString(*first);
  if (list_.size() > 1) absl::StrAppend(&text, ", and ", list_.size() - 1, " other diagnostic(s)");
  return text;
}

absl::Status Diagnostics::ToStatus() const {
  return HasErrors() ? absl::InvalidArgumentError(ToString()) : absl::OkStatus();
}

std::string Render(const Diagnostic& d) {
  std::string out = absl::StrCat(d.severity == Severity::kError ? "Error: " : "Warning: ", d.summary, "\n");
  if (d.subject && d.subject->source) {
    absl::StrAppend(&out, "\n  on ", d.subject->source->name, " line ", d.subject->start().line, ":\n");
    AppendSource(out, *d.subject);
  }
  if (!d.detail.empty()) absl::StrAppend(&out, "\n", d.detail, "\n");
  return out;
}

std::string Diagnostics::Render() const {
  std::string out;
  for (const Diagnostic& d : list_) {
    if (!out.empty()) out += "\n";
    out += hcl::Render(d);
  }
  return out;
}

}  // namespace waypoint::hcl
