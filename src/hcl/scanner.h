// Cuts a text into tokens: the native syntax as a file or expression, or a stand-alone template.
//
// Owns:   nothing. Memory and time are linear in the text.
// Errors: none; what is no token becomes kInvalid, kBadUTF8, ... and the parser reports it. The last token is kEOF.
// Spec:   waypoint-hcl.md A1.
#pragma once

#include <string_view>
#include <vector>

#include "hcl/token.h"

namespace waypoint::hcl {

enum class ScanMode { kNormal, kTemplate };

// `start` is where the text begins in its file. A byte order mark at byte 0 is skipped.
Tokens Scan(std::string_view text, ScanMode mode, Pos start = {});

// The same piece by piece, so that no more tokens are in memory than somebody looks at.
class Scanner {
 public:
  Scanner(std::string_view text, ScanMode mode, Pos start);

  // Appends about `count` tokens. False: the last of them is kEOF, there are no more.
  bool Fill(size_t count, Tokens& out);

 private:
  // A stack of them: quotes and heredocs open literal text, "${" opens normal tokens inside it.
  enum class Mode : uint8_t { kNormal, kQuoted, kHeredoc, kBare };
  struct Heredoc {
    std::string_view marker;
    bool line_start;
  };

  void Step();
  bool Has(size_t i, char c) const { return i < text_.size() && text_[i] == c; }
  // Bytes of a line ending at `i`: 0, 1 or 2.
  size_t NewlineAt(size_t i) const { return Has(i, '\n') ? 1 : Has(i, '\r') && Has(i + 1, '\n') ? 2 : 0; }
  void SkipTo(size_t at);
  void Emit(TokenType type, size_t end);
  void EmitPlain(TokenType type, size_t length);

  // scanner.cc
  void Normal();
  size_t IdentifierEnd(size_t i) const;
  void Identifier();
  void Unknown();
  size_t NumberLength() const;
  void Punctuation(char c);
  void MaybeDouble(char second, TokenType pair, TokenType alone);
  void Single(char c);
  void CloseBrace(size_t length);
  void LineComment();
  void BlockComment();
  void LessThan();
  bool BeginHeredoc();

  // scan_literal.cc
  void BeginSequence(TokenType type);
  size_t DollarLength() const;
  bool Dollar(TokenType literal);
  void Quoted();
  size_t QuotedLiteralEnd() const;
  void Literal();
  void HeredocLiteral(size_t end, size_t newline);

  std::string_view text_;
  size_t at_ = 0;  // in text_
  Pos pos_;        // the same place, as the file counts
  int braces_ = 0;
  std::vector<Mode> modes_;
  std::vector<int> sequences_;  // brace depth at which each open "${" ends
  std::vector<Heredoc> heredocs_;
  Tokens* out_ = nullptr;
};

}  // namespace waypoint::hcl
