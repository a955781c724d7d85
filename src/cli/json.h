// JSON as commands print it (cli.md 7): "PJ" is protobuf's own form with tabs, "J2" a document of ours with sorted
// keys and two spaces.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace waypoint::cli {

// One document of a message; ends with a line break.
std::string ProtoJson(const google::protobuf::Message& message);
// The same on one line, for a value inside a document of ours.
std::string ProtoJsonValue(const google::protobuf::Message& message);

// A value that knows how to print itself; objects keep their keys sorted.
class Json {
 public:
  static Json Text(std::string value);
  static Json Number(int64_t value);
  static Json Bool(bool value);
  static Json Object() { return Json(Kind::kObject); }
  static Json Array() { return Json(Kind::kArray); }
  static Json Null() { return Json(Kind::kRaw, "null"); }
  // protobuf JSON, which must be valid
  static Json Raw(std::string value) { return Json(Kind::kRaw, std::move(value)); }
  // RFC 3339 with nanoseconds; 1970 when unset
  static Json Time(const google::protobuf::Timestamp& time);
  static Json StringMap(const std::map<std::string, std::string>& values);

  Json& Set(const std::string& key, Json value);
  Json& Add(Json value);
  bool empty() const { return members_.empty() && items_.empty(); }
  std::string Print() const;  // with a line break at the end

 private:
  enum class Kind { kRaw, kObject, kArray };
  explicit Json(Kind kind, std::string raw = "") : kind_(kind), raw_(std::move(raw)) {}
  void PrintTo(std::string& out, int indent) const;

  Kind kind_;
  std::string raw_;
  std::map<std::string, Json> members_;
  std::vector<Json> items_;
};

std::string JsonQuoted(const std::string& text);

}  // namespace waypoint::cli
