#include "hcl/format.h"

#include "hcl/answers.h"
#include "hcl/corpus.h"
#include "hcl/deviations.h"
#include "hcl/parse.h"
#include "hcl/scanner.h"

namespace waypoint::hcl {
namespace {

using testing::Json;

TEST(Format, Corpus) {
  testing::ForEachCase("fmt.jsonl", [](const Json& request) {
    if (testing::IsDeviation(request)) return;
    const std::string text = testing::Bytes(request);
    SCOPED_TRACE(request["id"].get<std::string>() + " " + testing::Dump(text));
    const Json& want = request["want"];
    const std::string out = Format(text);
    EXPECT_EQ(testing::Dump(out), testing::Dump(testing::Bytes(want, "out")));
    // A byte order mark is dropped each time.
    if (!out.starts_with("\xEF\xBB\xBF")) {
      EXPECT_EQ(Format(out), out);
    }

    Diagnostics diagnostics;
    const std::string waypoint = FormatFile(MakeSource("input.hcl", text), diagnostics);
    const Json& wanted = want["waypoint"];
    if (wanted == "same") {
      EXPECT_EQ(testing::Dump(testing::EncodeDiagnostics(diagnostics)), "[]");
      EXPECT_EQ(testing::Dump(waypoint), testing::Dump(out));
    } else if (wanted.contains("diags")) {
      EXPECT_EQ(testing::Dump(testing::EncodeDiagnostics(diagnostics)),
                testing::Dump(testing::Expected({{"want", wanted}})["diags"]));
    } else {
      EXPECT_EQ(testing::Dump(waypoint), testing::Dump(testing::Bytes(wanted, "out")));
    }
  });
}

// What blanks keep apart in the source stays apart, where the scanner would join it.
TEST(Format, NeverJoinsTokens) {
  for (const char* text : {"a = b.0 .1\n", "a = ! = b\n", "a = x.. .y\n", "a = 1\r \n", "a = \"${ ~ x }\"\n"}) {
    const std::string once = Format(text);
    EXPECT_EQ(Format(once), once) << text;
    EXPECT_EQ(Scan(once, ScanMode::kNormal).size(), Scan(text, ScanMode::kNormal).size()) << once;
  }
}

}  // namespace
}  // namespace waypoint::hcl
