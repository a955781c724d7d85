// Depth of nesting while parsing; part of parser.h's implementation.
#pragma once

#include "hcl/parser.h"

namespace waypoint::hcl {

class Parser::Nested {
 public:
  explicit Nested(Parser* parser) : parser_(parser) { ++parser_->depth_; }
  ~Nested() { --parser_->depth_; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

 private:
  Parser* parser_;
};

}  // namespace waypoint::hcl
