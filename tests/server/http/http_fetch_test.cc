#include "server/http/http_fetch.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace waypoint::server {
namespace {

struct UrlRow {
  const char* text;
  bool good;
  const char* host = "";
  int port = 0;
  const char* target = "";
};

TEST(Url, EveryRow) {
  const UrlRow rows[] = {{"http://a", true, "a", 80, "/"},
                         {"https://a.example.com/x/y?z=1", true, "a.example.com", 443, "/x/y?z=1"},
                         {"https://a:8443?q#fragment", true, "a", 8443, "/?q"},
                         {"http://[::1]:80/x", true, "::1", 80, "/x"},
                         {"https://[::1]", true, "::1", 443, "/"},
                         {"ftp://a", false},
                         {"a", false},
                         {"", false},
                         {"http://", false},
                         {"http:///x", false},
                         {"http://a:0", false},
                         {"http://a:65536", false},
                         {"http://a:x", false},
                         {"http://user@a", false},
                         {"http://a/\r\nHost: b", false},
                         {"http://a/ b", false}};
  for (const UrlRow& row : rows) {
    SCOPED_TRACE(row.text);
    const absl::StatusOr<Url> url = ParseUrl(row.text);
    ASSERT_EQ(url.ok(), row.good) << url.status();
    if (!url.ok()) continue;
    EXPECT_EQ(url->host, row.host);
    EXPECT_EQ(url->port, row.port);
    EXPECT_EQ(url->target, row.target);
  }
}

// Cut anywhere, an answer is not there yet; whole, it is what was sent.
TEST(Answer, IsThereWhenItIsWhole) {
  const std::string answers[] = {
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n",
  };
  for (const std::string& text : answers) {
    SCOPED_TRACE(text);
    for (size_t n = 0; n < text.size(); ++n) {
      auto part = ParseAnswer(text.substr(0, n), false);
      ASSERT_TRUE(part.ok()) << n << ": " << part.status();
      EXPECT_FALSE(part->has_value()) << n;
    }
    auto whole = ParseAnswer(text, false);
    ASSERT_TRUE(whole.ok() && whole->has_value()) << whole.status();
    EXPECT_EQ((*whole)->status, 200);
    EXPECT_EQ((*whole)->body, "hello");
  }
}

TEST(Answer, WithoutALengthEndsWithTheConnection) {
  const std::string text = "HTTP/1.0 404 Not Found\r\nX: y\r\n\r\nhel";
  EXPECT_FALSE(ParseAnswer(text, false)->has_value());
  auto ended = ParseAnswer(text, true);
  ASSERT_TRUE(ended.ok() && ended->has_value());
  EXPECT_EQ((*ended)->status, 404);
  EXPECT_EQ((*ended)->body, "hel");
  EXPECT_EQ((*ended)->headers.at("x"), "y");
}

// As many as fit: none may cost stack.
TEST(Answer, AnyNumberOfInterimAnswersMayComeFirst) {
  std::string text;
  while (text.size() < 4 << 20) text += "HTTP/1.1 100\r\n\r\n";
  EXPECT_FALSE(ParseAnswer(text, false)->has_value());
  const auto answer = ParseAnswer(text + "HTTP/1.1 204\r\ncontent-length: 0\r\n\r\n", false);
  ASSERT_TRUE(answer.ok() && answer->has_value());
  EXPECT_EQ((*answer)->status, 204);
}

TEST(Answer, RubbishIsRefused) {
  for (const char* text : {"SSH-2.0-x\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/2 200\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n"}) {
    EXPECT_FALSE(ParseAnswer(text, true).ok()) << text;
  }
}

}  // namespace
}  // namespace waypoint::server
