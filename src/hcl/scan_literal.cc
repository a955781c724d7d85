// Literal text of quotes, heredocs and stand-alone templates, and the sequences inside (waypoint-hcl.md A1).
#include "hcl/scanner.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {

using T = TokenType;

void Scanner::BeginSequence(T type) {
  EmitPlain(type, Has(at_ + 2, '~') ? 3 : 2);
  sequences_.push_back(++braces_);
  if (modes_.back() == Mode::kHeredoc) heredocs_.back().line_start = false;
  modes_.push_back(Mode::kNormal);
}

// At '$' or '%': "${" begins a sequence, "$${" and a lone "$" are literal tokens of their own.
// Returns 0 when a sequence begins, else the literal's length.
size_t Scanner::DollarLength() const {
  const char c = text_[at_];
  const bool quoted = modes_.back() == Mode::kQuoted;
  if (Has(at_ + 1, '{')) return 0;
  if (Has(at_ + 1, c) && Has(at_ + 2, '{')) {
    const size_t length = Has(at_ + 3, '~') ? 4 : 3;
    return quoted ? length : length + NewlineAt(at_ + length);
  }
  // Like 0.11: outside quotes the last byte of a line stays with it and the newline stands alone; strip markers tell.
  const bool ascii = at_ + 1 < text_.size() && static_cast<unsigned char>(text_[at_ + 1]) < 0x80;
  return !quoted && ascii && (Has(at_ + 2, '\n') || Has(at_ + 2, '\r')) ? 2 : 1;
}

// True if a sequence began or a "$..." literal was emitted.
bool Scanner::Dollar(T literal) {
  const char c = text_[at_];
  if (c != '$' && c != '%') return false;
  const size_t length = DollarLength();
  if (length == 0) {
    BeginSequence(c == '$' ? T::kTemplateInterp : T::kTemplateControl);
  } else if (at_ + 1 == text_.size() && modes_.back() != Mode::kBare) {
    Emit(T::kInvalid, at_ + 1);  // the text ends where 0.11 still waits for what follows
  } else {
    if (modes_.back() == Mode::kHeredoc) heredocs_.back().line_start = length > 2 && text_[at_ + length - 1] == '\n';
    Emit(literal, at_ + length);
  }
  return true;
}

void Scanner::Quoted() {
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

size_t Scanner::QuotedLiteralEnd() const {
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
void Scanner::Literal() {
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
  // 0.11 takes all that follows a lone carriage return in a stand-alone template as one literal.
  if (newline == 0 && i == at_) return Has(i, '\r') ? Emit(T::kStringLit, text_.size()) : Unknown();
  Emit(T::kStringLit, i + newline);
}

void Scanner::HeredocLiteral(size_t end, size_t newline) {
  if (newline == 0) {
    // 0.11 gives up on all that follows a lone carriage return.
    if (end == at_) return Has(end, '\r') ? Emit(T::kInvalid, text_.size()) : Unknown();
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

}  // namespace waypoint::hcl
