// The four passes of the formatter (waypoint-hcl.md A10): lines, indentation, blanks, alignment.
#include <algorithm>

#include "hcl/token_writer.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

using T = TokenType;
using Iterator = WriterTokens::iterator;

// A part of a line: what comes first, from the "=" on, the trailing comment.
struct Cell {
  Iterator begin;
  Iterator end;

  bool empty() const { return begin == end; }
};

struct Line {
  Cell lead;
  Cell assign;
  Cell comment;
};

bool EndsLine(const WriterToken& token) {
  return token.type == T::kNewline || (token.type == T::kComment && token.text.ends_with('\n'));
}

int BracketChange(T type) {
  switch (type) {
    case T::kOBrace:
    case T::kOBrack:
    case T::kOParen:
    case T::kTemplateInterp:
    case T::kTemplateControl:
      return 1;
    case T::kCBrace:
    case T::kCBrack:
    case T::kCParen:
    case T::kTemplateSeqEnd:
      return -1;
    default:
      return 0;
  }
}

int NetBrackets(Iterator begin, Iterator end) {
  int net = 0;
  for (Iterator token = begin; token != end; ++token) net += BracketChange(token->type);
  return net;
}

Line MakeLine(Iterator begin, Iterator end) {
  Line line{{begin, end}, {end, end}, {end, end}};
  if (end - begin > 1 && std::prev(end)->type == T::kComment) {
    line.comment = {std::prev(end), end};
    line.lead.end = std::prev(end);
  }
  line.assign = {line.lead.end, line.lead.end};
  if (line.lead.empty()) return line;
  const Iterator equals = std::find_if(begin + 1, line.lead.end, [](const auto& t) { return t.type == T::kEqual; });
  if (equals != line.lead.end && NetBrackets(equals, line.lead.end) == 0) {
    line.assign.begin = equals;
    line.lead.end = equals;
  }
  return line;
}

std::vector<Line> SplitLines(WriterTokens& tokens) {
  std::vector<Line> lines;
  Iterator start = tokens.begin();
  for (Iterator token = start; token != tokens.end(); ++token) {
    if (token->type == T::kEOF) {
      lines.push_back(MakeLine(start, token));
      return lines;
    }
    if (!EndsLine(*token)) continue;
    lines.push_back(MakeLine(start, token + 1));
    start = token + 1;
  }
  lines.push_back(MakeLine(start, tokens.end()));
  return lines;
}

// Each line that opens more than it closes is one level, however many brackets that are.
class Indenter {
 public:
  uint32_t Indent(int net) {
    if (net > 0) {
      const uint32_t indent = Depth();
      open_.push_back(net);
      return indent;
    }
    for (int closed = -net; closed > 0 && !open_.empty();) {
      if (closed < open_.back()) {
        open_.back() -= closed;
        break;
      }
      closed -= open_.back();
      open_.pop_back();
    }
    return Depth();
  }

 private:
  uint32_t Depth() const { return static_cast<uint32_t>(2 * open_.size()); }

  std::vector<int> open_;
};

void IndentLines(std::vector<Line>& lines) {
  Indenter indenter;
  for (Line& line : lines) {
    if (line.lead.empty()) continue;
    if (line.lead.begin->type == T::kNewline) {
      line.lead.begin->spaces = 0;
      continue;
    }
    // Brackets after a heredoc's opener stand in its text: its own lines are not indented by them.
    Iterator stop = std::find_if(line.lead.begin, line.lead.end, [](const auto& t) { return t.type == T::kOHeredoc; });
    const int net = NetBrackets(line.lead.begin, stop) + NetBrackets(line.assign.begin, line.assign.end);
    line.lead.begin->spaces = indenter.Indent(net);
  }
}

bool LiteralOrOpener(T type) {
  return type == T::kQuotedLit || type == T::kStringLit || type == T::kOQuote || type == T::kOHeredoc;
}

bool LiteralOrCloser(T type) {
  return type == T::kQuotedLit || type == T::kStringLit || type == T::kCQuote || type == T::kCHeredoc;
}

bool IsOperand(T before) {  // may an operand end before a minus, so that it subtracts?
  switch (before) {
    case T::kNil:
    case T::kOParen:
    case T::kOBrace:
    case T::kOBrack:
    case T::kEqual:
    case T::kColon:
    case T::kComma:
    case T::kQuestion:
    case T::kPlus:
    case T::kMinus:
    case T::kStar:
    case T::kSlash:
    case T::kPercent:
    case T::kEqualOp:
    case T::kNotEqual:
    case T::kLessThan:
    case T::kLessThanEq:
    case T::kGreaterThan:
    case T::kGreaterThanEq:
    case T::kAnd:
    case T::kOr:
    case T::kBang:
      return false;
    default:
      return true;
  }
}

// Does a blank stand between `token` and `after`? The first rule that applies decides.
bool SpaceBetween(T before, const WriterToken& token, T after) {
  const T type = token.type;
  if (after == T::kNewline) return false;
  if (type == T::kIdent && after == T::kOParen) return false;
  if (type == T::kDot || after == T::kDot) return false;
  if (after == T::kComma || after == T::kEllipsis) return false;
  if (type == T::kComma) return true;
  if (LiteralOrOpener(type) || LiteralOrCloser(after)) return false;
  if (type == T::kIdent && token.text == "in" && before == T::kIdent) return true;
  if (after == T::kOBrack && (type == T::kIdent || type == T::kNumberLit || BracketChange(type) < 0)) return false;
  if (type == T::kBang) return false;
  if (type == T::kMinus) return IsOperand(before);
  if (type == T::kOBrace || after == T::kCBrace) return !(type == T::kOBrace && after == T::kCBrace);
  const bool opens_sequence = type == T::kTemplateInterp || type == T::kTemplateControl;
  if (opens_sequence && after == T::kOBrace) return true;
  if (type == T::kCBrace && after == T::kTemplateSeqEnd) return true;
  if (type == T::kTemplateSeqEnd && (after == T::kTemplateInterp || after == T::kTemplateControl)) return false;
  return BracketChange(type) <= 0 && BracketChange(after) >= 0;
}

void SpaceCell(const Cell& cell) {
  T before = T::kNil;
  for (Iterator token = cell.begin; token != cell.end && token + 1 != cell.end; ++token) {
    (token + 1)->spaces = SpaceBetween(before, *token, (token + 1)->type) ? 1 : 0;
    before = token->type;
  }
}

size_t Columns(const Cell& cell) {
  size_t columns = 0;
  for (Iterator token = cell.begin; token != cell.end; ++token) {
    columns += token->spaces + (token->ascii ? token->text.size() : CountClusters(token->text));
  }
  return columns;
}

// Within each run of lines that have the cell, moves it right behind the longest text before it.
template <typename HasCell, typename Before>
void AlignCells(std::vector<Line>& lines, HasCell cell, Before columns_before) {
  for (size_t i = 0; i < lines.size();) {
    size_t end = i;
    size_t longest = 0;
    while (end < lines.size() && !cell(lines[end]).empty()) longest = std::max(longest, columns_before(lines[end++]));
    for (; i < end; ++i) {
      cell(lines[i]).begin->spaces = static_cast<uint32_t>(longest - columns_before(lines[i]) + 1);
    }
    if (i < lines.size() && cell(lines[i]).empty()) ++i;
  }
}

// Without a blank between them, would the scanner see other tokens?
bool WouldJoin(Iterator begin, Iterator token, Iterator end) {
  const Iterator next = token + 1;
  const auto dots = [&](Iterator t) { return t != end && (t->type == T::kDot || t->type == T::kEllipsis); };
  switch (token->type) {
    case T::kBang:
      return next->text.starts_with('=');
    case T::kDot:  // three in a row are something else, and "0. 0" is no "0.0"
      if (next->type == T::kNumberLit && token != begin && (token - 1)->type == T::kNumberLit)
        return token->spaces == 0;
      return next->type == T::kEllipsis ||
             (next->type == T::kDot && (dots(next + 1) || (token != begin && dots(token - 1) && token->spaces == 0)));
    case T::kNumberLit:  // "a.0 .1" is no "a.0.1", and "2 .e2" no exponent
      if (next->type != T::kDot || next + 1 == end) return false;
      return (next + 1)->type == T::kNumberLit || (next + 1)->text.starts_with('e') ||
             (next + 1)->text.starts_with('E');
    case T::kTemplateInterp:
    case T::kTemplateControl:
      return token->text.size() == 2 && next->text.starts_with('~');
    case T::kBitwiseNot:
      return next->text == "}";
    case T::kInvalid:
      return token->text == "\r" && next->text == "\n";
    default:
      return false;
  }
}

// Only in texts that say nothing sensible, but formatting must never change what they say.
void KeepApart(WriterTokens& tokens) {
  for (Iterator token = tokens.begin(); token != tokens.end() && token + 1 != tokens.end(); ++token) {
    WriterToken& next = *(token + 1);
    if (next.apart && next.spaces == 0 && WouldJoin(tokens.begin(), token, tokens.end())) next.spaces = 1;
  }
}

}  // namespace

void Layout(WriterTokens& tokens) {
  std::vector<Line> lines = SplitLines(tokens);
  IndentLines(lines);
  for (const Line& line : lines) {
    SpaceCell(line.lead);
    SpaceCell(line.assign);
  }
  KeepApart(tokens);
  AlignCells(
      lines, [](Line& line) -> Cell& { return line.assign; }, [](const Line& line) { return Columns(line.lead); });
  AlignCells(
      lines, [](Line& line) -> Cell& { return line.comment; },
      [](const Line& line) { return Columns(line.lead) + Columns(line.assign); });
}

}  // namespace waypoint::hcl
