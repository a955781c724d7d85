// Tokens of the JSON syntax.
//
// Errors: none; the first character that can begin nothing ends the tokens.
// Units:  as in 0.11 a tab between tokens counts two columns, a carriage return none.
// Spec:   waypoint-hcl.md A8, A9.
#pragma once

#include <string_view>

#include "hcl/source.h"

namespace waypoint::hcl {

enum class JsonTokenType : uint8_t {
  kBraceOpen,
  kBraceClose,
  kBracketOpen,
  kBracketClose,
  kComma,
  kColon,
  kEquals,  // a slip of those who know the native syntax
  kString,
  kNumber,
  kKeyword,
  kInvalid,
  kEOF,
};

struct JsonToken {
  JsonTokenType type;
  Span span;
  std::string_view text;
};

class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  JsonToken Next();

 private:
  void SkipBlanks();
  JsonToken Make(JsonTokenType type, size_t bytes, size_t columns);
  template <typename Continues>
  JsonToken Run(JsonTokenType type, Continues continues);
  JsonToken String();

  std::string_view text_;
  Pos pos_;
  bool ended_ = false;
};

}  // namespace waypoint::hcl
