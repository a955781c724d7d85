// Reads the reference results in tests/data/hcl-corpus (its README tells the format).
#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hcl/diagnostic.h"
#include "hcl/source.h"

namespace waypoint::hcl::testing {

using Json = nlohmann::json;

inline std::string CorpusPath(const std::string& file) {
  return std::string(WAYPOINT_TEST_DATA) + "/hcl-corpus/" + file;
}

// Calls `run` with each request; numbers stay texts where the comparison asks for it (see values).
inline void ForEachCase(const std::string& file, const std::function<void(const Json&)>& run) {
  std::ifstream in(CorpusPath(file));
  ASSERT_TRUE(in.good()) << file;
  std::string line;
  while (std::getline(in, line, '\n')) run(Json::parse(line));
}

inline std::string Bytes(const Json& request, const std::string& key = "src") {
  if (request.contains(key + "64") && !request[key + "64"].is_null()) {
    std::string out;
    EXPECT_TRUE(absl::Base64Unescape(request[key + "64"].get<std::string>(), &out));
    return out;
  }
  return request.contains(key) && request[key].is_string() ? request[key].get<std::string>() : std::string();
}

inline std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

inline Json ToJson(const Span& span) {
  return Json::array(
      {span.start.line, span.start.column, span.start.byte, span.end.line, span.end.column, span.end.byte});
}

}  // namespace waypoint::hcl::testing
