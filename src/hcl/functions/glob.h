// File name patterns: * ? [a-z] [^a] {a,b} within one path step, ** for any number of steps.
//
// Owns:    an RE2; move only through shared_ptr, copies are cheap.
// Threads: immutable, thread-safe.
// Errors:  nullopt for a pattern that is not closed.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waypoint::hcl {

class Glob {
 public:
  static std::optional<Glob> Parse(std::string_view pattern);
  bool Matches(const std::string& path) const { return RE2::FullMatch(path, *re_); }

 private:
  std::shared_ptr<const RE2> re_;
};

}  // namespace waypoint::hcl
