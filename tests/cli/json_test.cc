#include "cli/json.h"

#include <gtest/gtest.h>

#include "waypoint/record.pb.h"

namespace waypoint::cli {
namespace {

TEST(JsonTest, KeysAreSortedAndIndented) {
  Json inner = Json::Array();
  inner.Add(Json::Number(1)).Add(Json::Bool(true));
  Json document = Json::Object();
  document.Set("b", std::move(inner)).Set("a", Json::Text("x\"\n")).Set("c", Json::Object());
  EXPECT_EQ(document.Print(), "{\n  \"a\": \"x\\\"\\n\",\n  \"b\": [\n    1,\n    true\n  ],\n  \"c\": {}\n}\n");
}

TEST(JsonTest, MessagesInsideAreIndentedToo) {
  hashicorp::waypoint::Job job;
  job.set_id("a{b},\"[c]:\\");
  job.mutable_workspace()->set_workspace("w");
  job.mutable_noop();
  job.add_depends_on("x");
  job.add_depends_on("y");
  Json document = Json::Object();
  document.Set("job", Json::Raw(ProtoJsonValue(job)));
  EXPECT_EQ(document.Print(), R"({
  "job": {
    "id": "a{b},\"[c]:\\",
    "workspace": {
      "workspace": "w"
    },
    "dependsOn": [
      "x",
      "y"
    ],
    "noop": {}
  }
}
)");
}

}  // namespace
}  // namespace waypoint::cli
