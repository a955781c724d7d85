#include "hcl/token_writer.h"

#include "hcl/unicode.h"

namespace waypoint::hcl {

WriterToken MakeWriterToken(TokenType type, std::string_view text) { return {type, text, 0, false, IsAscii(text)}; }

WriterTokens ToWriterTokens(std::string_view text, const Tokens& tokens) {
  WriterTokens out;
  out.reserve(tokens.size());
  uint32_t end = 0;
  for (const Token& token : tokens) {
    WriterToken& written = out.emplace_back(MakeWriterToken(token.type, token.text(text)));
    written.spaces = token.span.start.byte - end;
    written.apart = written.spaces > 0;
    end = token.span.end.byte;
  }
  return out;
}

std::string Write(const WriterTokens& tokens) {
  size_t size = 0;
  for (const WriterToken& token : tokens) size += token.spaces + token.text.size();
  std::string out;
  out.reserve(size);
  for (const WriterToken& token : tokens) {
    out.append(token.spaces, ' ');
    out.append(token.text);
  }
  return out;
}

}  // namespace waypoint::hcl
