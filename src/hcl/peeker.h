// Walks over tokens for the parser: skips comments, and newlines where they mean nothing.
//
// Threads: one.
#pragma once

#include <vector>

#include "hcl/token.h"

namespace waypoint::hcl {

class Peeker {
 public:
  Peeker(std::string_view text, Tokens tokens, Pos base)
      : text_(text), tokens_(std::move(tokens)), base_(base.byte), newlines_{true} {}

  const Token& Peek() {
    if (next_ != kNone) return *next_token_;
    Find();
    return *next_token_;
  }

  Token Read() {
    Peek();
    index_ = next_;
    next_ = kNone;
    return *next_token_;
  }

  const Span& NextSpan() { return Peek().span; }
  // Of the token before the place where reading goes on, whatever it is.
  const Span& PreviousSpan() {
    if (index_ == 0) return NextSpan();
    return tokens_[index_ - 1].span;
  }

  // The token's text, for views that outlive this object.
  std::string_view Text(const Token& token) const {
    return text_.substr(token.span.start.byte - base_, token.span.end.byte - token.span.start.byte);
  }

  void PushNewlines(bool include) {
    newlines_.push_back(include);
    next_ = kNone;
  }
  void PopNewlines() {
    newlines_.pop_back();
    next_ = kNone;
  }

  const Tokens& tokens() const { return tokens_; }

  // From now on there is only the end of the text: a mistake after which nothing is worth parsing.
  void JumpToEnd() {
    index_ = tokens_.size() - 1;
    next_ = kNone;
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  void Find() {
    for (size_t i = index_; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      if (token.type == TokenType::kComment) {
        if (!newlines_.back() || !EndsLine(token)) continue;
        comment_newline_ = token;  // a comment to the end of the line also ends the line
        comment_newline_.type = TokenType::kNewline;
        return Found(comment_newline_, i);
      }
      if (token.type == TokenType::kNewline && !newlines_.back()) continue;
      return Found(token, i);
    }
    Found(tokens_.back(), tokens_.size() - 1);
  }

  void Found(const Token& token, size_t index) {
    next_token_ = &token;
    next_ = index + 1;
  }

  bool EndsLine(const Token& comment) const {
    const std::string_view text = Text(comment);
    return !text.empty() && text.back() == '\n';
  }

  std::string_view text_;
  Tokens tokens_;
  uint32_t base_;
  size_t index_ = 0;
  size_t next_ = kNone;  // where reading goes on after the peeked token
  const Token* next_token_ = nullptr;
  Token comment_newline_;
  std::vector<bool> newlines_;
};

}  // namespace waypoint::hcl
