#include "hcl/scanner.h"

#include <array>

#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

using T = TokenType;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

enum CharClass : uint8_t { kOther, kBlank, kDigit, kIdentStart, kSelf };

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> table{};
  table[' '] = table['\t'] = kBlank;
  for (int c = '0'; c <= '9'; ++c) table[c] = kDigit;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = kIdentStart;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = kIdentStart;
  table['_'] = kIdentStart;
  for (int c = 128; c < 256; ++c) table[c] = kIdentStart;  // to be looked at as a code point
  return table;
}
constexpr auto kClasses = MakeClasses();

constexpr std::array<bool, 256> MakePlainIdent() {
  std::array<bool, 256> table{};
  for (int c = 0; c < 128; ++c) table[c] = MakeClasses()[c] == kDigit || MakeClasses()[c] == kIdentStart || c == '-';
  return table;
}
constexpr auto kPlainIdent = MakePlainIdent();

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The scanner is a stack of modes: quotes and heredocs open literal text, "${" opens normal tokens inside it.
class Scanner {
 public:
  Scanner(std::string_view text, Pos start) : text_(text), pos_(start), base_(start.byte) {}

  Tokens Run(ScanMode mode) {
    tokens_.reserve(text_.size() / 4 + 8);
    modes_.push_back(mode == ScanMode::kTemplate ? Mode::kBare : Mode::kNormal);
    if (text_.substr(0, 3) == kByteOrderMark && base_ == 0) {
      at_ = 3;
      pos_.byte = 3;
    }
    while (at_ < text_.size()) Step();
    Emit(T::kEOF, at_);
    return std::move(tokens_);
  }

 private:
  enum class Mode : uint8_t { kNormal, kQuoted, kHeredoc, kBare };
  struct Heredoc {
    std::string_view marker;
    bool line_start;
  };

  void Step() {
    switch (modes_.back()) {
      case Mode::kNormal:
        return Normal();
      case Mode::kQuoted:
        return Quoted();
      case Mode::kHeredoc:
      case Mode::kBare:
        return Literal();
    }
  }

  char At(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  bool Has(size_t i, char c) const { return i < text_.size() && text_[i] == c; }

  // Bytes of a line ending at `i`: 0, 1 or 2.
  size_t NewlineAt(size_t i) const { return Has(i, '\n') ? 1 : Has(i, '\r') && Has(i + 1, '\n') ? 2 : 0; }

  void SkipTo(size_t at) {  // only ASCII blanks are skipped
    pos_.column += static_cast<uint32_t>(at - at_);
    pos_.byte += static_cast<uint32_t>(at - at_);
    at_ = at;
  }

  void Emit(T type, size_t end) {
    Token token;
    token.type = type;
    token.span.start = pos_;
    pos_ = Advance(pos_, text_.substr(at_, end - at_));
    token.span.end = pos_;
    tokens_.push_back(token);
    at_ = end;
  }

  // For tokens known to be ASCII on one line.
  void EmitPlain(T type, size_t length) {
    Token token;
    token.type = type;
    token.span.start = pos_;
    pos_.column += static_cast<uint32_t>(length);
    pos_.byte += static_cast<uint32_t>(length);
    token.span.end = pos_;
    tokens_.push_back(token);
    at_ += length;
  }

  void Normal() {
    const char c = text_[at_];
    switch (kClasses[static_cast<unsigned char>(c)]) {
      case kBlank: {
        size_t end = at_ + 1;
        while (end < text_.size() && kClasses[static_cast<unsigned char>(text_[end])] == kBlank) ++end;
        return SkipTo(end);
      }
      case kDigit:
        return EmitPlain(T::kNumberLit, NumberLength());
      case kIdentStart:
        return Identifier();
      default:
        return Punctuation(c);
    }
  }

  size_t IdentifierEnd(size_t i) const {
    while (i < text_.size()) {
      const unsigned char c = static_cast<unsigned char>(text_[i]);
      if (kPlainIdent[c]) {
        ++i;
        continue;
      }
      if (c < 0x80) break;
      const Rune rune = DecodeRune(text_, i);
      if (!rune.valid || !IsIdentifierContinue(rune.value)) break;
      i += rune.length;
    }
    return i;
  }

  void Identifier() {
    if (static_cast<unsigned char>(text_[at_]) < 0x80) {
      size_t end = at_ + 1;
      while (end < text_.size() && kPlainIdent[static_cast<unsigned char>(text_[end])]) ++end;
      if (end == text_.size() || static_cast<unsigned char>(text_[end]) < 0x80) return EmitPlain(T::kIdent, end - at_);
      return Emit(T::kIdent, IdentifierEnd(end));
    }
    const Rune rune = DecodeRune(text_, at_);
    if (rune.valid && IsIdentifierStart(rune.value)) return Emit(T::kIdent, IdentifierEnd(at_ + rune.length));
    Unknown();
  }

  void Unknown() {
    const size_t length = Utf8PatternLength(text_, at_);
    if (length == 0) return Emit(T::kBadUTF8, at_ + 1);
    Emit(T::kInvalid, at_ + length);
  }

  // The longest stretch of digits, dots and exponents that does not end in a dot.
  size_t NumberLength() const {
    size_t i = at_ + 1;
    size_t end = i;
    while (i < text_.size()) {
      if (IsDigit(text_[i])) {
        end = ++i;
      } else if (text_[i] == '.') {
        ++i;
      } else if (text_[i] == 'e' || text_[i] == 'E') {
        size_t digit = i + 1;
        if (Has(digit, '+') || Has(digit, '-')) ++digit;
        if (!IsDigit(At(digit))) break;
        end = i = digit + 1;
      } else {
        break;
      }
    }
    return end - at_;
  }

  void Punctuation(char c) {
    switch (c) {
      case '\n':
        return Emit(T::kNewline, at_ + 1);
      case '\r':
        return Has(at_ + 1, '\n') ? Emit(T::kNewline, at_ + 2) : Emit(T::kInvalid, at_ + 1);
      case '{':
        ++braces_;
        return EmitPlain(T::kOBrace, 1);
      case '}':
        return CloseBrace(1);
      case '"':
        modes_.push_back(Mode::kQuoted);
        return EmitPlain(T::kOQuote, 1);
      case '#':
        return LineComment();
      case '/':
        if (Has(at_ + 1, '/')) return LineComment();
        if (Has(at_ + 1, '*')) return BlockComment();
        return EmitPlain(T::kSlash, 1);
      case '<':
        return LessThan();
      case '.':
        return Has(at_ + 1, '.') && Has(at_ + 2, '.') ? EmitPlain(T::kEllipsis, 3) : EmitPlain(T::kDot, 1);
      case '~':
        return Has(at_ + 1, '}') ? CloseBrace(2) : EmitPlain(T::kBitwiseNot, 1);
      case '=':
        if (Has(at_ + 1, '>')) return EmitPlain(T::kFatArrow, 2);
        return MaybeDouble('=', T::kEqualOp, T::kEqual);
      case '!':
        return MaybeDouble('=', T::kNotEqual, T::kBang);
      case '>':
        return MaybeDouble('=', T::kGreaterThanEq, T::kGreaterThan);
      case '&':
        return MaybeDouble('&', T::kAnd, T::kBitwiseAnd);
      case '|':
        return MaybeDouble('|', T::kOr, T::kBitwiseOr);
      default:
        return Single(c);
    }
  }

  void MaybeDouble(char second, T pair, T alone) { Has(at_ + 1, second) ? EmitPlain(pair, 2) : EmitPlain(alone, 1); }

  void Single(char c) {
    switch (c) {
      case '[':
        return EmitPlain(T::kOBrack, 1);
      case ']':
        return EmitPlain(T::kCBrack, 1);
      case '(':
        return EmitPlain(T::kOParen, 1);
      case ')':
        return EmitPlain(T::kCParen, 1);
      case ',':
        return EmitPlain(T::kComma, 1);
      case '*':
        return EmitPlain(T::kStar, 1);
      case '%':
        return EmitPlain(T::kPercent, 1);
      case '+':
        return EmitPlain(T::kPlus, 1);
      case '-':
        return EmitPlain(T::kMinus, 1);
      case '?':
        return EmitPlain(T::kQuestion, 1);
      case ':':
        return EmitPlain(T::kColon, 1);
      case '^':
        return EmitPlain(T::kBitwiseXor, 1);
      case ';':
        return EmitPlain(T::kSemicolon, 1);
      case '`':
        return EmitPlain(T::kBacktick, 1);
      case '\'':
        return EmitPlain(T::kApostrophe, 1);
      default:
        return Unknown();
    }
  }

  // A brace that closes the innermost "${" or "%{" ends it; "~}" anywhere else is a mistake the parser reports.
  void CloseBrace(size_t length) {
    const bool ends_sequence = !sequences_.empty() && sequences_.back() == braces_;
    EmitPlain(ends_sequence || length == 2 ? T::kTemplateSeqEnd : T::kCBrace, length);
    --braces_;
    if (ends_sequence) {
      sequences_.pop_back();
      modes_.pop_back();
    }
  }

  void LineComment() {
    const size_t newline = text_.find('\n', at_);
    Emit(T::kComment, newline == std::string_view::npos ? text_.size() : newline + 1);
  }

  void BlockComment() {
    const size_t close = text_.find("*/", at_ + 2);
    if (close == std::string_view::npos) return EmitPlain(T::kSlash, 1);
    Emit(T::kComment, close + 2);
  }

  void LessThan() {
    if (Has(at_ + 1, '=')) return EmitPlain(T::kLessThanEq, 2);
    if (Has(at_ + 1, '<') && BeginHeredoc()) return;
    EmitPlain(T::kLessThan, 1);
  }

  bool BeginHeredoc() {
    const size_t name = at_ + 2 + (Has(at_ + 2, '-') ? 1 : 0);
    const Rune first = DecodeRune(text_, name);
    if (!first.valid || !(IsIdentifierStart(first.value) || first.value == '_')) return false;
    const size_t end = IdentifierEnd(name + first.length);
    const size_t newline = NewlineAt(end);
    if (newline == 0) return false;
    heredocs_.push_back({text_.substr(name, end - name), true});
    modes_.push_back(Mode::kHeredoc);
    Emit(T::kOHeredoc, end + newline);
    return true;
  }

  void BeginSequence(T type) {
    EmitPlain(type, Has(at_ + 2, '~') ? 3 : 2);
    sequences_.push_back(++braces_);
    if (modes_.back() == Mode::kHeredoc) heredocs_.back().line_start = false;
    modes_.push_back(Mode::kNormal);
  }

  // At '$' or '%': "${" begins a sequence, "$${" and a lone "$" are literal tokens of their own.
  // Returns 0 when a sequence begins, else the literal's length.
  size_t DollarLength() const {
    const char c = text_[at_];
    if (Has(at_ + 1, '{')) return 0;
    if (Has(at_ + 1, c) && Has(at_ + 2, '{')) return Has(at_ + 3, '~') ? 4 : 3;
    return 1;
  }

  // True if a sequence began or a "$..." literal was emitted.
  bool Dollar(T literal) {
    const char c = text_[at_];
    if (c != '$' && c != '%') return false;
    const size_t length = DollarLength();
    if (length == 0) {
      BeginSequence(c == '$' ? T::kTemplateInterp : T::kTemplateControl);
    } else {
      if (modes_.back() == Mode::kHeredoc) heredocs_.back().line_start = false;
      Emit(literal, at_ + length);
    }
    return true;
  }

  void Quoted() {
    const char c = text_[at_];
    if (c == '"') {
      modes_.pop_back();
      return EmitPlain(T::kCQuote, 1);
    }
    if (c == '\n' || c == '\r') {
      size_t end = at_;
      while (end < text_.size() && (text_[end] == '\n' || text_[end] == '\r')) ++end;
      return Emit(T::kQuotedNewline, end);
    }
    if (Dollar(T::kQuotedLit)) return;
    const size_t end = QuotedLiteralEnd();
    if (end == at_) return Unknown();
    Emit(T::kQuotedLit, end);
  }

  size_t QuotedLiteralEnd() const {
    size_t i = at_;
    while (i < text_.size()) {
      const char c = text_[i];
      if (c == '"' || c == '$' || c == '%' || c == '\n' || c == '\r') break;
      if (c == '\\') {
        const size_t escaped = i + 1;
        if (escaped >= text_.size() || text_[escaped] == '\n' || text_[escaped] == '\r') break;
        const size_t length = Utf8PatternLength(text_, escaped);
        if (length == 0) break;
        i = escaped + length;
        continue;
      }
      const size_t length = static_cast<unsigned char>(c) < 0x80 ? 1 : Utf8PatternLength(text_, i);
      if (length == 0) break;
      i += length;
    }
    return i;
  }

  // Literal text of heredocs and stand-alone templates: at most one line a token.
  void Literal() {
    if (Dollar(T::kStringLit)) return;
    size_t i = at_;
    while (i < text_.size()) {
      const char c = text_[i];
      if (c == '$' || c == '%' || c == '\n' || c == '\r') break;
      const size_t length = static_cast<unsigned char>(c) < 0x80 ? 1 : Utf8PatternLength(text_, i);
      if (length == 0) break;
      i += length;
    }
    const size_t newline = NewlineAt(i);
    if (modes_.back() == Mode::kHeredoc) return HeredocLiteral(i, newline);
    // 0.11 takes all that follows a lone carriage return in a stand-alone template as literal.
    if (newline == 0 && Has(i, '\r')) return Emit(T::kStringLit, text_.size());
    if (newline == 0 && i == at_) return Unknown();
    Emit(T::kStringLit, i + newline);
  }

  void HeredocLiteral(size_t end, size_t newline) {
    if (newline == 0) {
      if (end == at_) return Unknown();
      heredocs_.back().line_start = false;
      return Emit(T::kStringLit, end);
    }
    Heredoc& heredoc = heredocs_.back();
    if (heredoc.line_start && TrimSpace(text_.substr(at_, end - at_)) == heredoc.marker) {
      heredocs_.pop_back();
      modes_.pop_back();
      Emit(T::kCHeredoc, end);
      return Emit(T::kNewline, end + newline);
    }
    heredoc.line_start = true;
    Emit(T::kStringLit, end + newline);
  }

  std::string_view text_;
  size_t at_ = 0;  // in text_
  Pos pos_;        // the same place, as the file counts
  uint32_t base_;
  int braces_ = 0;
  std::vector<Mode> modes_;
  std::vector<int> sequences_;  // brace depth at which each open "${" ends
  std::vector<Heredoc> heredocs_;
  Tokens tokens_;
};

}  // namespace

Tokens Scan(std::string_view text, ScanMode mode, Pos start) { return Scanner(text, start).Run(mode); }

}  // namespace waypoint::hcl
