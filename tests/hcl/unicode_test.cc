#include "hcl/unicode.h"

#include "gtest/gtest.h"
#include "hcl/source.h"

namespace waypoint::hcl {
namespace {

TEST(Unicode, Clusters) {
  struct Row {
    const char* name;
    std::string_view text;
    size_t clusters;
  };
  const Row kRows[] = {
      {"nothing", "", 0},
      {"ASCII", "abc", 3},
      {"a line's end on Windows", "\r\n", 1},
      {"combining accent", "e\xCC\x81", 1},
      {"precomposed", "é", 1},
      {"flag", "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", 1},
      {"two flags", "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7", 2},
      {"family joined by ZWJ", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7", 1},
      {"Hangul syllable of parts", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", 1},
      {"broken bytes", "\xFF\xFE", 2},
  };
  for (const Row& row : kRows) EXPECT_EQ(CountClusters(row.text), row.clusters) << row.name;
}

TEST(Unicode, Identifiers) {
  for (const char* good : {"a", "_", "a-b", "a_1", "é", "日本", "x\xCC\x81", "\xE2\x84\xAE"}) {
    EXPECT_TRUE(IsIdentifier(good)) << good;
  }
  for (const char* bad : {"", "-a", "1a", "a b", "a.b", "\xCC\x81", "\xE2\xB8\xAF", "a\xFF"}) {
    EXPECT_FALSE(IsIdentifier(bad)) << bad;
  }
}

TEST(Unicode, Trimming) {
  EXPECT_EQ(TrimSpace(" \t\r\n a b \xE3\x80\x80\xC2\xA0"), "a b");
  EXPECT_EQ(TrimSpace("\xE2\x80\x8B"), "\xE2\x80\x8B");  // zero width, but no White_Space
  EXPECT_EQ(TrimSpace("\xFF "), "\xFF");
}

TEST(Unicode, Nfc) {
  EXPECT_EQ(Nfc("e\xCC\x81"), "é");
  EXPECT_EQ(Nfc("a\xFF"
                "e\xCC\x81"),
            "a\xFF"
            "é");
  EXPECT_EQ(Nfc("plain"), "plain");
}

TEST(Unicode, StrictAndLooseUtf8) {
  EXPECT_FALSE(IsValidUtf8("\xED\xA0\x80"));  // a surrogate
  EXPECT_EQ(Utf8PatternLength("\xED\xA0\x80", 0), 3u);
  EXPECT_FALSE(IsValidUtf8("\xC0\x80"));
  EXPECT_EQ(Utf8PatternLength("\xE2\x82", 0), 0u);
  EXPECT_TRUE(IsValidUtf8("ä€\xF0\x9F\x92\xA9"));
}

TEST(Unicode, AdvanceCountsLinesAndColumns) {
  const Pos end = Advance(Pos{}, "ab\r\nä\te\xCC\x81");
  EXPECT_EQ(end.line, 2u);
  EXPECT_EQ(end.column, 4u);
  EXPECT_EQ(end.byte, 10u);
}

}  // namespace
}  // namespace waypoint::hcl
