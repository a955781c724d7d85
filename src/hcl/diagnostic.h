// What is wrong with a text, where, and what to do: one sentence for the summary, more in the detail.
//
// Owns:    its texts; ranges keep their Source alive.
// Threads: plain data.
// Spec:    waypoint-hcl.md A9.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "hcl/source.h"

namespace waypoint::hcl {

enum class Severity { kError, kWarning };

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string summary;
  std::string detail;
  std::optional<Range> subject;
  std::optional<Range> context;       // a wider stretch worth showing around the subject
  std::string unknown_variable = {};  // the name, if it is about one that is not known
};

class Diagnostics {
 public:
  void Add(Diagnostic diagnostic) { list_.push_back(std::move(diagnostic)); }
  void Append(const Diagnostics& other) { list_.insert(list_.end(), other.list_.begin(), other.list_.end()); }
  void Error(std::string summary, std::string detail, std::optional<Range> subject = std::nullopt,
             std::optional<Range> context = std::nullopt);
  void Warning(std::string summary, std::string detail, std::optional<Range> subject = std::nullopt);

  bool HasErrors() const;
  bool empty() const { return list_.empty(); }
  size_t size() const { return list_.size(); }
  Diagnostic& at(size_t i) { return list_[i]; }
  const Diagnostic& operator[](size_t i) const { return list_[i]; }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  void Clear() { list_.clear(); }
  void Truncate(size_t size) {
    if (size < list_.size()) list_.erase(list_.begin() + static_cast<ptrdiff_t>(size), list_.end());
  }

  // One line as 0.11 prints it: "FILE:LINE,COL-COL: SUMMARY; DETAIL, and N other diagnostic(s)".
  std::string ToString() const;
  // Every diagnostic with its source line, the subject underlined.
  std::string Render() const;
  // OK without errors, else InvalidArgument with ToString().
  absl::Status ToStatus() const;

 private:
  std::vector<Diagnostic> list_;
};

std::string ToString(const Range& range);  // FILE:LINE,COL-COL
std::string ToString(const Diagnostic& diagnostic);

// "Error: SUMMARY", file and line, the source lines with the subject underlined, then the detail.
std::string Render(const Diagnostic& diagnostic);

}  // namespace waypoint::hcl
