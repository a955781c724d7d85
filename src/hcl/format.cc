#include "hcl/format.h"

#include <algorithm>
#include <deque>

#include "hcl/native_body.h"
#include "hcl/parse.h"
#include "hcl/render_value.h"
#include "hcl/scanner.h"
#include "hcl/token_writer.h"

namespace waypoint::hcl {
namespace {

using T = TokenType;

// Tokens of a parsed file with its small rewritings applied.
class Rewriter {
 public:
  Rewriter(std::string_view text, const BodyNode& body) : text_(text), tokens_(Scan(text, ScanMode::kNormal)) {
    written_.reserve(tokens_.size());
    Body(body);
    CopyUntil(static_cast<uint32_t>(text.size()) + 1);
  }

  WriterTokens Take() { return std::move(written_); }
  const std::deque<std::string>& labels() const { return labels_; }

 private:
  void Body(const BodyNode& body) {
    for (const BodyItem& item : body.items) {
      if (item.attribute != nullptr) {
        Value(item.attribute->expr->span);
      } else {
        Labels(*item.block);
        Body(*item.block->body);
      }
    }
  }

  // All tokens that begin before `byte`.
  void CopyUntil(uint32_t byte) {
    for (; at_ < tokens_.size() && tokens_[at_].span.start.byte < byte; ++at_) Copy(tokens_[at_]);
  }

  void Copy(const Token& token) {
    WriterToken& written = written_.emplace_back(MakeWriterToken(token.type, token.text(text_)));
    const uint32_t previous = at_ == 0 ? 0 : tokens_[at_ - 1].span.end.byte;
    written.apart = token.span.start.byte > previous;
    if (token.type == T::kEOF) written.spaces = token.span.start.byte - previous;  // the only blanks that are kept
  }

  void SkipUntil(uint32_t byte) {
    while (at_ < tokens_.size() && tokens_[at_].span.start.byte < byte) ++at_;
  }

  void Labels(const BlockNode& block) {
    if (block.labels.empty()) return;
    CopyUntil(block.type_span.end.byte);
    SkipUntil(block.label_spans.back().end.byte);
    for (std::string_view label : block.labels) {
      const std::string_view quoted = labels_.emplace_back(QuoteString(label));
      written_.push_back(MakeWriterToken(T::kOQuote, quoted.substr(0, 1)));
      if (quoted.size() > 2) written_.push_back(MakeWriterToken(T::kQuotedLit, quoted.substr(1, quoted.size() - 2)));
      written_.push_back(MakeWriterToken(T::kCQuote, quoted.substr(0, 1)));
    }
  }

  void Value(const Span& span) {
    CopyUntil(span.start.byte);
    size_t end = at_;
    while (end < tokens_.size() && tokens_[end].span.start.byte < span.end.byte) ++end;
    size_t begin = at_;
    if (!IsSingleInterpolation(begin, end)) return CopyUntil(span.end.byte);
    begin += 2;
    end -= 2;
    while (begin < end && tokens_[begin].type == T::kNewline) ++begin;
    while (begin < end && tokens_[end - 1].type == T::kNewline) --end;
    for (; begin < end; ++begin) Copy(tokens_[begin]);
    SkipUntil(span.end.byte);
  }

  // "${ ... }" with nothing else between its own quotes.
  bool IsSingleInterpolation(size_t begin, size_t end) const {
    if (end - begin < 5) return false;
    const bool framed = tokens_[begin].type == T::kOQuote && tokens_[begin + 1].type == T::kTemplateInterp &&
                        tokens_[end - 2].type == T::kTemplateSeqEnd && tokens_[end - 1].type == T::kCQuote;
    if (!framed) return false;
    int quotes = 0;
    for (size_t i = begin + 2; i < end - 2; ++i) {
      const T type = tokens_[i].type;
      if (type == T::kOQuote) ++quotes;
      if (type == T::kCQuote) --quotes;
      if (quotes > 0) continue;
      if (type == T::kTemplateInterp || type == T::kTemplateSeqEnd || type == T::kQuotedLit) return false;
    }
    return true;
  }

  std::string_view text_;
  Tokens tokens_;
  size_t at_ = 0;
  WriterTokens written_;
  std::deque<std::string> labels_;  // texts that the source does not contain
};

}  // namespace

std::string Format(std::string_view text) {
  WriterTokens tokens = ToWriterTokens(text, Scan(text, ScanMode::kNormal));
  Layout(tokens);
  return Write(tokens);
}

std::string FormatFile(const SourcePtr& source, Diagnostics& diagnostics) {
  Diagnostics found;
  const BodyPtr body = ParseNative(source, found);
  diagnostics.Append(found);
  if (found.HasErrors()) return source->text;
  Rewriter rewriter(source->text, *NativeNode(*body));
  WriterTokens tokens = rewriter.Take();
  Layout(tokens);
  return Write(tokens);
}

}  // namespace waypoint::hcl
