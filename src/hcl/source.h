// A named source text and places in it.
//
// Owns:  Source owns its name and its text; a Range keeps its Source alive, a Span does not.
// Units: lines and columns count from 1 (a column is a grapheme cluster), bytes from 0. Ends are exclusive.
// Spec:  waypoint-hcl.md A9.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace waypoint::hcl {

struct Pos {
  uint32_t byte = 0;
  uint32_t line = 1;
  uint32_t column = 1;

  bool operator==(const Pos&) const = default;
};

// Where one arrives after reading `text` from `from`.
Pos Advance(Pos from, std::string_view text);

struct Span {
  Pos start;
  Pos end;

  bool empty() const { return start.byte == end.byte; }
  bool operator==(const Span&) const = default;
};

// From the start of `a` to the end of `b`.
inline Span Join(const Span& a, const Span& b) { return {a.start, b.end}; }

struct Source {
  std::string name;
  std::string text;

  std::string_view At(const Span& span) const {
    return std::string_view(text).substr(span.start.byte, span.end.byte - span.start.byte);
  }
};
using SourcePtr = std::shared_ptr<const Source>;

inline SourcePtr MakeSource(std::string name, std::string text) {
  return std::make_shared<const Source>(Source{std::move(name), std::move(text)});
}

struct Range {
  SourcePtr source;
  Span span;

  const Pos& start() const { return span.start; }
  const Pos& end() const { return span.end; }
  std::string_view text() const { return source ? source->At(span) : std::string_view(); }
};

}  // namespace waypoint::hcl
