// Is an answer of ours like the recorded one? Everything is compared but what the README says differs from run to
// run: ids (which must stand for each other consistently), times, random bytes and placeholders.
//
// Threads: the test's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "replay/capture.h"

namespace waypoint::replay {

class Likeness {
 public:
  // One line for each difference, with the path: "user.id: recorded X, ours Y".
  std::vector<std::string> Compare(const Struct& recorded, const Struct& ours);
  // A recorded request with ids of ours; `token` stands for every "<token>".
  Struct ToOurs(const Struct& recorded, const std::string& token) const;
  // What of ours stands for a recorded id, e.g. one that a test made itself.
  void Bind(const std::string& recorded, const std::string& ours) { ours_[recorded] = ours; }

 private:
  using Value = google::protobuf::Value;
  void CompareObjects(const std::string& path, const Struct& recorded, const Struct& ours);
  void CompareValues(const std::string& path, const Value& recorded, const Value& ours);
  void CompareTexts(const std::string& path, const std::string& recorded, const std::string& ours);
  void Differ(const std::string& path, absl::string_view recorded, absl::string_view ours);
  void Translate(Value* value, const std::string& token) const;

  std::map<std::string, std::string> ours_;
  std::vector<std::string> differences_;
};

}  // namespace waypoint::replay
