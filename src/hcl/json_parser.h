// The JSON syntax to expression nodes. Others use parse.h.
//
// Errors: diagnostics; parsing goes on after an error.
// Spec:   waypoint-hcl.md A8.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hcl/ast.h"
#include "hcl/diagnostic.h"
#include "hcl/json_scanner.h"

namespace waypoint::hcl {

class JsonParser {
 public:
  JsonParser(Arena& arena, SourcePtr source, Diagnostics& diagnostics);

  // The whole text as one value.
  const Expr* Parse();

 private:
  const Expr* Value();
  const Expr* ValueOrNull();
  const Expr* Object();
  bool Property(const JsonToken& open, std::vector<JsonProperty>& properties);
  bool AfterProperty(const JsonToken& open);
  const Expr* Array();
  bool AfterItem(const JsonToken& open);
  const Expr* Number();
  const Expr* String();
  const Expr* Keyword();
  const Expr* Fail(std::string summary, std::string detail, const Span& subject);
  void Recover(JsonToken token, JsonTokenType open, JsonTokenType close);

  const JsonToken& Peek() const { return next_; }
  JsonToken Read() { return std::exchange(next_, scanner_.Next()); }

  Arena& arena_;
  SourcePtr source_;
  Diagnostics& diagnostics_;
  JsonScanner scanner_;
  JsonToken next_;
  int depth_ = 0;
};

// Decodes a JSON string with its quotes; npos, or the offset of the byte after the first mistake.
size_t DecodeJsonString(std::string_view quoted, std::string& out);

}  // namespace waypoint::hcl
