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

}  // namespace

Scanner::Scanner(std::string_view text, ScanMode mode, Pos start) : text_(text), pos_(start) {
  modes_.push_back(mode == ScanMode::kTemplate ? Mode::kBare : Mode::kNormal);
  if (start.byte == 0 && text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    at_ = kByteOrderMark.size();
    pos_.byte = static_cast<uint32_t>(at_);
  }
}

bool Scanner::Fill(size_t count, Tokens& out) {
  out_ = &out;
  const size_t enough = out.size() + count;
  while (at_ < text_.size() && out.size() < enough) Step();
  if (at_ < text_.size()) return true;
  Emit(T::kEOF, at_);
  return false;
}

void Scanner::Step() {
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

void Scanner::SkipTo(size_t at) {  // only ASCII blanks are skipped
  pos_.column += static_cast<uint32_t>(at - at_);
  pos_.byte += static_cast<uint32_t>(at - at_);
  at_ = at;
}

void Scanner::Emit(T type, size_t end) {
  Token token;
  token.type = type;
  token.span.start = pos_;
  pos_ = Advance(pos_, text_.substr(at_, end - at_));
  token.span.end = pos_;
  out_->push_back(token);
  at_ = end;
}

// For tokens known to be ASCII on one line.
void Scanner::EmitPlain(T type, size_t length) {
  Token token;
  token.type = type;
  token.span.start = pos_;
  pos_.column += static_cast<uint32_t>(length);
  pos_.byte += static_cast<uint32_t>(length);
  token.span.end = pos_;
  out_->push_back(token);
  at_ += length;
}

void Scanner::Normal() {
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

size_t Scanner::IdentifierEnd(size_t i) const {
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

void Scanner::Identifier() {
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

void Scanner::Unknown() {
  const size_t length = Utf8PatternLength(text_, at_);
  if (length == 0) return Emit(T::kBadUTF8, at_ + 1);
  Emit(T::kInvalid, at_ + length);
}

// The longest stretch of digits, dots and exponents that does not end in a dot.
size_t Scanner::NumberLength() const {
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
      if (!IsDigit((digit < text_.size() ? text_[digit] : '\0'))) break;
      end = i = digit + 1;
    } else {
      break;
    }
  }
  return end - at_;
}

void Scanner::Punctuation(char c) {
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

void Scanner::MaybeDouble(char second, T pair, T alone) {
  Has(at_ + 1, second) ? EmitPlain(pair, 2) : EmitPlain(alone, 1);
}

void Scanner::Single(char c) {
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
void Scanner::CloseBrace(size_t length) {
  const bool ends_sequence = !sequences_.empty() && sequences_.back() == braces_;
  EmitPlain(ends_sequence || length == 2 ? T::kTemplateSeqEnd : T::kCBrace, length);
  --braces_;
  if (ends_sequence) {
    sequences_.pop_back();
    modes_.pop_back();
  }
}

void Scanner::LineComment() {
  const size_t newline = text_.find('\n', at_);
  Emit(T::kComment, newline == std::string_view::npos ? text_.size() : newline + 1);
}

void Scanner::BlockComment() {
  const size_t close = text_.find("*/", at_ + 2);
  if (close == std::string_view::npos) return EmitPlain(T::kSlash, 1);
  Emit(T::kComment, close + 2);
}

void Scanner::LessThan() {
  if (Has(at_ + 1, '=')) return EmitPlain(T::kLessThanEq, 2);
  if (Has(at_ + 1, '<') && BeginHeredoc()) return;
  EmitPlain(T::kLessThan, 1);
}

bool Scanner::BeginHeredoc() {
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

Tokens Scan(std::string_view text, ScanMode mode, Pos start) {
  Tokens tokens;
  tokens.reserve(text.size() / 4 + 8);
  Scanner(text, mode, start).Fill(text.size() + 1, tokens);
  return tokens;
}

}  // namespace waypoint::hcl
