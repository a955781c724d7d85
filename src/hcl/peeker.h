// Walks over tokens for the parser: skips comments, and newlines where they mean nothing.
//
// Owns:    a window of tokens around the place of reading, not all of them.
// Threads: one.
#pragma once

#include <functional>
#include <vector>

#include "hcl/scanner.h"
#include "hcl/token.h"

namespace waypoint::hcl {

class Peeker {
 public:
  // `on_bad` gets each token that can only be an error, once.
  using OnBad = std::function<void(const Token&)>;

  Peeker(std::string_view text, ScanMode mode, Pos base, OnBad on_bad)
      : text_(text), base_(base.byte), scanner_(text, mode, base), on_bad_(std::move(on_bad)), newlines_{true} {
    Refill();
  }

  const Token& Peek() {
    if (next_ == kNone) Find();
    return next_token_;
  }

  Token Read() {
    Peek();
    if (next_ > 0) previous_ = window_[next_ - 1].span;
    index_ = next_;
    next_ = kNone;
    started_ = true;
    return next_token_;
  }

  const Span& NextSpan() { return Peek().span; }
  // Of the token before the place where reading goes on, whatever it is.
  const Span& PreviousSpan() { return started_ ? previous_ : NextSpan(); }

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

  // From now on there is only the end of the text: a mistake after which nothing is worth parsing.
  void JumpToEnd() {
    while (more_) {
      index_ = window_.size();
      Refill();
    }
    index_ = window_.size() - 1;
    next_ = kNone;
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);
  static constexpr size_t kWindow = 256;

  // Drops what was read and scans on.
  void Refill() {
    window_.erase(window_.begin(), window_.begin() + static_cast<ptrdiff_t>(index_));
    index_ = 0;
    const size_t known = window_.size();
    more_ = scanner_.Fill(kWindow, window_);
    for (size_t i = known; i < window_.size(); ++i) {
      if (window_[i].type > TokenType::kEOF) on_bad_(window_[i]);
    }
  }

  void Find() {
    for (size_t i = index_;; ++i) {
      if (i >= window_.size()) {
        if (!more_) break;
        i -= index_;
        Refill();
      }
      const Token& token = window_[i];
      if (token.type == TokenType::kComment) {
        if (!newlines_.back() || !Text(token).ends_with('\n')) continue;
        Found(token, i);
        next_token_.type = TokenType::kNewline;  // a comment to the end of the line also ends the line
        return;
      }
      if (token.type != TokenType::kNewline || newlines_.back()) return Found(token, i);
    }
    Found(window_.back(), window_.size() - 1);
  }

  void Found(const Token& token, size_t index) {
    next_token_ = token;
    next_ = index + 1;
  }

  std::string_view text_;
  uint32_t base_;
  Scanner scanner_;
  OnBad on_bad_;
  Tokens window_;
  bool more_ = true;     // behind the window
  size_t index_ = 0;     // where reading goes on
  size_t next_ = kNone;  // the same after the peeked token
  Token next_token_;
  Span previous_;
  bool started_ = false;
  std::vector<bool> newlines_;
};

}  // namespace waypoint::hcl
