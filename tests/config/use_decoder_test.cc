#include "config/use_decoder.h"

#include <google/protobuf/text_format.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hcl/parse.h"

namespace waypoint::config {
namespace {

protostructure::Struct ParseStruct(const std::string& text) {
  protostructure::Struct out;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &out));
  return out;
}

struct Result {
  std::string json;
  hcl::Diagnostics diagnostics;
};

Result Decode(const std::string& text, const std::string& structure) {
  Result result;
  hcl::BodyPtr body = hcl::ParseNative(hcl::MakeSource("waypoint.hcl", text), result.diagnostics);
  hcl::EvalContext context;
  result.json = DecodeUseBody(*body, ParseStruct(structure), &context, result.diagnostics);
  return result;
}

constexpr char kString[] = "type { primitive { kind: 24 } }";

struct Row {
  const char* name;
  std::string structure;
  const char* body;
  const char* want;  // nullptr: an error
};

const Row kRows[] = {
    {"string by json tag",
     std::string("fields { Name: 'Image' Tag: 'hcl:\"image,attr\" json:\"image\"' ") + kString + "}", "image = \"i\"",
     R"({"image":"i"})"},
    {"field name without json tag", std::string("fields { Name: 'Image' Tag: 'hcl:\"image\"' ") + kString + "}",
     "image = 5", R"({"Image":"5"})"},
    {"required is missing", std::string("fields { Name: 'Image' Tag: 'hcl:\"image\"' ") + kString + "}", "", nullptr},
    {"optional is missing", std::string("fields { Name: 'Image' Tag: 'hcl:\"image,optional\"' ") + kString + "}", "",
     R"({"Image":""})"},
    {"unknown attribute", "", "other = 1", nullptr},
    {"untagged fields are not settable", std::string("fields { Name: 'Image' ") + kString + "}", "", R"({"Image":""})"},
    {"unexported fields are left out", std::string("fields { Name: 'image' PkgPath: 'x' ") + kString + "}", "", "{}"},
    {"a pointer is nullable",
     "fields { Name: 'N' Tag: 'hcl:\"n\"' type { container { kind: 22 elem { primitive { kind: 2 } } } } }", "n = null",
     R"({"N":null})"},
    {"an integer must be whole", "fields { Name: 'N' Tag: 'hcl:\"n\"' type { primitive { kind: 2 } } }", "n = 1.5",
     nullptr},
    {"an integer must fit", "fields { Name: 'N' Tag: 'hcl:\"n\"' type { primitive { kind: 8 } } }", "n = 256", nullptr},
    {"list",
     "fields { Name: 'L' Tag: 'hcl:\"l,optional\"' type { container { kind: 23 elem { primitive { kind: 24 } } } } }",
     "l = [\"a\", 1]", R"({"L":["a","1"]})"},
    {"map",
     "fields { Name: 'M' Tag: 'hcl:\"m,optional\"' type { container { kind: 21 key { primitive { kind: 24 } } elem { "
     "primitive { kind: 24 } } } } }",
     "m = { k = \"v\" }", R"({"M":{"k":"v"}})"},
    {"an unset map is null",
     "fields { Name: 'M' Tag: 'hcl:\"m,optional\"' type { container { kind: 21 elem { primitive { kind: 24 } } } } }",
     "", R"({"M":null})"},
    {"bytes as base64",
     "fields { Name: 'B' Tag: 'hcl:\"b\"' type { container { kind: 23 elem { primitive { kind: 8 } } } } }",
     "b = [104, 105]", R"({"B":"aGk="})"},
    {"a block with a label",
     "fields { Name: 'B' Tag: 'hcl:\"b,block\"' type { container { kind: 23 elem { struct { fields { Name: 'L' Tag: "
     "'hcl:\",label\"' type { primitive { kind: 24 } } } fields { Name: 'X' Tag: 'hcl:\"x\"' type { primitive { kind: "
     "1 } "
     "} } } } } } }",
     "b \"one\" {\n x = true\n}\nb \"two\" {\n x = false\n}", R"({"B":[{"L":"one","X":true},{"L":"two","X":false}]})"},
    {"a required block", "fields { Name: 'B' Tag: 'hcl:\"b,block\"' type { struct { } } }", "", nullptr},
    {"the rest is left alone", std::string("fields { Name: 'R' Tag: 'hcl:\",remain\"' ") + kString + "}", "any = 1",
     R"({"R":""})"},
    {"omitempty", std::string("fields { Name: 'S' Tag: 'hcl:\"s,optional\" json:\"s,omitempty\"' ") + kString + "}", "",
     "{}"},
};

TEST(UseDecoderTest, FollowsTheStructure) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    Result result = Decode(row.body, row.structure);
    EXPECT_EQ(result.diagnostics.HasErrors(), row.want == nullptr) << result.diagnostics.ToString();
    if (row.want != nullptr) {
      EXPECT_EQ(result.json, row.want);
    }
  }
}

}  // namespace
}  // namespace waypoint::config
