#include "hcl/functions/glob.h"

namespace waypoint::hcl {
namespace {

// The class that opens at `at`; empty: not closed, or nothing in it. Leaves `at` on the closing bracket.
std::string ClassText(std::string_view pattern, size_t& at) {
  size_t end = pattern.find(']', at + 1);
  if (end == std::string_view::npos || end == at + 1) return "";
  std::string inner(pattern.substr(at + 1, end - at - 1));
  const bool negated = inner[0] == '^';
  if (inner == "^") return "";
  if (negated) inner.erase(0, 1);
  std::string out = negated ? "[^/" : "[";
  for (char c : inner) {
    if (c == '[' || c == '\\' || c == '^') out += '\\';
    out += c;
  }
  at = end;
  return out + "]";
}

}  // namespace

std::optional<Glob> Glob::Parse(std::string_view pattern) {
  std::string out;
  int braces = 0;
  for (size_t at = 0; at < pattern.size(); ++at) {
    char c = pattern[at];
    if (c == '*') {
      bool stars = pattern.substr(at).starts_with("**");
      bool step = at == 0 || pattern[at - 1] == '/';
      if (stars && step && pattern.substr(at).starts_with("**/")) {
        out += "(?:[^/]+/)*";
        at += 2;
      } else {
        out += stars && step && at + 2 == pattern.size() ? ".*" : "[^/]*";
        at += stars ? 1 : 0;
      }
    } else if (c == '?') {
      out += "[^/]";
    } else if (c == '[') {
      std::string text = ClassText(pattern, at);
      if (text.empty()) return std::nullopt;
      out += text;
    } else if (c == '{') {
      out += "(?:";
      ++braces;
    } else if (c == '}' && braces > 0) {
      out += ")";
      --braces;
    } else if (c == ',' && braces > 0) {
      out += "|";
    } else {
      if (c == '\\' && at + 1 < pattern.size()) c = pattern[++at];
      out += RE2::QuoteMeta(re2::StringPiece(&c, 1));
    }
  }
  if (braces > 0) return std::nullopt;
  Glob glob;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_encoding(RE2::Options::EncodingLatin1);  // byte by byte: names need not be UTF-8
  glob.re_ = std::make_shared<const RE2>(out, options);
  if (!glob.re_->ok()) return std::nullopt;
  return glob;
}

}  // namespace waypoint::hcl
