// Tokens to be written out: text, and how many blanks stand before it.
//
// Owns:    nothing; texts are views into the source or into texts the caller keeps.
// Spec:    waypoint-hcl.md A10.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hcl/token.h"

namespace waypoint::hcl {

struct WriterToken {
  TokenType type;
  std::string_view text;
  uint32_t spaces = 0;
  bool apart = false;  // blanks stood before it in the source
  bool ascii = true;
};
using WriterTokens = std::vector<WriterToken>;

// The tokens with the blanks they have in the text.
WriterTokens ToWriterTokens(std::string_view text, const Tokens& tokens);
WriterToken MakeWriterToken(TokenType type, std::string_view text);

std::string Write(const WriterTokens& tokens);

// Changes `spaces` only: indentation, blanks between tokens, alignment of "=" and of trailing comments.
void Layout(WriterTokens& tokens);

}  // namespace waypoint::hcl
