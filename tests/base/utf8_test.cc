#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace waypoint {
namespace {

TEST(Utf8, GoodTextStays) {
  for (const std::string text : {"", "plain", "\xc2\x80 \xdf\xbf", "\xe0\xa0\x80 \xed\x9f\xbf \xef\xbf\xbf",
                                 "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(ValidUtf8(text), text);
  }
  EXPECT_EQ(ValidUtf8(std::string("a\0b", 3)), std::string("a\0b", 3));
}

TEST(Utf8, BadBytesAreFoundAnywhereInLongText) {
  for (size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x'), want = text;
    text[at] = '\x80';
    want.replace(at, 1, "\xef\xbf\xbd");
    EXPECT_EQ(ValidUtf8(text), want);
  }
}

TEST(Utf8, OtherBytesAreReplacedOneByOne) {
  const std::string r = "\xef\xbf\xbd";
  const std::pair<std::string, std::string> rows[] = {{"caf\xe9 noir", "caf" + r + " noir"},  // Latin-1
                                                      {"\x80", r},                            // nothing to follow
                                                      {"\xc0\xaf", r + r},                    // overlong
                                                      {"\xe0\x9f\xbf", r + r + r},            // overlong
                                                      {"\xed\xa0\x80", r + r + r},            // a surrogate
                                                      {"\xf4\x90\x80\x80", r + r + r + r},    // behind the last one
                                                      {"\xf5", r},
                                                      {"\xff\xfe", r + r},
                                                      {"a\xe2\x82", "a" + r + r},  // cut
                                                      {"\xe2\x82\x41", r + r + "A"},
                                                      {"\xf0\x90\x80", r + r + r},
                                                      {"\xc3\xa4\xff\xc3\xa4", "\xc3\xa4" + r + "\xc3\xa4"}};
  for (const auto& [from, to] : rows) EXPECT_EQ(ValidUtf8(from), to);
}

}  // namespace
}  // namespace waypoint
