#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "builtin/process/front/http_body.h"
#include "builtin/process/front/http_head.h"

namespace waypoint::builtin::process {
namespace {

using Kind = BodyPlan::Kind;

TEST(FindRequestHeadTest, Rows) {
  struct Row {
    const char* bytes;
    HeadState want;
    size_t size;
  };
  const Row kRows[] = {
      {"", HeadState::kMore, 0},
      {"G", HeadState::kMore, 0},
      {"GET / HTTP/1.1\r\nHost: a\r\n", HeadState::kMore, 0},
      {"GET / HTTP/1.1\r\n\r\n", HeadState::kWhole, 18},
      {"GET / HTTP/1.1\n\n", HeadState::kWhole, 16},
      {"\r\nGET / HTTP/1.0\r\n\r\nrest", HeadState::kWhole, 20},
      {"PRI * HTTP/2.0\r\n\r\n", HeadState::kNotHttp, 0},
      {"\x16\x03\x01", HeadState::kNotHttp, 0},
      {"hello\n", HeadState::kNotHttp, 0},
      {"AVERYLONGWORDTHATISNOMETHODATALL", HeadState::kNotHttp, 0},
  };
  for (const Row& r : kRows) {
    size_t size = 0;
    EXPECT_EQ(FindRequestHead(r.bytes, &size), r.want) << r.bytes;
    if (r.want == HeadState::kWhole) {
      EXPECT_EQ(size, r.size) << r.bytes;
    }
  }
  size_t size = 0;
  EXPECT_EQ(FindRequestHead(absl::StrCat("GET / HTTP/1.1\r\nA: ", std::string(kHeadLimit, 'x')), &size),
            HeadState::kTooLong);
}

TEST(ParseRequestHeadTest, ReadsAndWritesBack) {
  absl::StatusOr<HttpHead> head = ParseRequestHead("POST /a?b HTTP/1.1\r\nHost:  x \r\nX-A: 1\r\n\r\n");
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(*head->Find("host"), "x");
  head->Set("x-a", "2");
  EXPECT_EQ(WriteRequestHead(*head), "POST /a?b HTTP/1.1\r\nHost: x\r\nx-a: 2\r\n\r\n");
}

TEST(ParseRequestHeadTest, RefusesWhatCouldBeReadInTwoWays) {
  const char* kBad[] = {
      "GET  / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "GET / HTTP/1.1\r\nspace : x\r\n\r\n",
      "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
  };
  for (const char* text : kBad) EXPECT_FALSE(ParseRequestHead(text).ok()) << text;
}

TEST(BodyTest, RequestRows) {
  struct Row {
    const char* headers;
    Kind want;
    uint64_t length;
    bool ok;
  };
  const Row kRows[] = {
      {"", Kind::kNone, 0, true},
      {"Content-Length: 0\r\n", Kind::kNone, 0, true},
      {"Content-Length: 12\r\n", Kind::kLength, 12, true},
      {"Content-Length: 12\r\ncontent-length: 12\r\n", Kind::kLength, 12, true},
      {"Transfer-Encoding: gzip, Chunked\r\n", Kind::kChunked, 0, true},
      {"Content-Length: 12\r\nContent-Length: 13\r\n", Kind::kNone, 0, false},
      {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", Kind::kNone, 0, false},
      {"Content-Length: +1\r\n", Kind::kNone, 0, false},
      {"Content-Length: 1, 1\r\n", Kind::kNone, 0, false},
      {"Transfer-Encoding: gzip\r\n", Kind::kNone, 0, false},
      {"Transfer-Encoding: chunked, gzip\r\n", Kind::kNone, 0, false},
      {"Transfer-Encoding: chunked, chunked\r\n", Kind::kNone, 0, false},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", Kind::kNone, 0, false},
      {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", Kind::kChunked, 0, true},
      {"Transfer-Encoding:\r\n", Kind::kNone, 0, false},
  };
  for (const Row& r : kRows) {
    absl::StatusOr<HttpHead> head = ParseRequestHead(absl::StrCat("POST / HTTP/1.1\r\n", r.headers, "\r\n"));
    ASSERT_TRUE(head.ok()) << r.headers;
    absl::StatusOr<BodyPlan> plan = RequestBody(*head);
    ASSERT_EQ(plan.ok(), r.ok) << r.headers;
    if (!r.ok) continue;
    EXPECT_EQ(plan->kind, r.want) << r.headers;
    EXPECT_EQ(plan->length, r.length) << r.headers;
  }
}

TEST(BodyTest, ResponseRows) {
  struct Row {
    const char *method, *text;
    Kind want;
  };
  const Row kRows[] = {
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", Kind::kLength},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", Kind::kNone},
      {"GET", "HTTP/1.1 204 No Content\r\n\r\n", Kind::kNone},
      {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", Kind::kNone},
      {"GET", "HTTP/1.1 100 Continue\r\n\r\n", Kind::kNone},
      {"GET", "HTTP/1.0 200 OK\r\n\r\n", Kind::kUntilClose},
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Kind::kNone},
      {"GET", "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n", Kind::kChunked},
  };
  for (const Row& r : kRows) {
    absl::StatusOr<HttpHead> head = ParseResponseHead(r.text);
    ASSERT_TRUE(head.ok()) << r.text;
    EXPECT_EQ(ResponseBody(r.method, *head)->kind, r.want) << r.text;
  }
  EXPECT_FALSE(ParseResponseHead("SSH-2.0-x\r\n\r\n").ok());
}

TEST(KeepsAliveTest, Rows) {
  auto keeps = [](const char* text) { return KeepsAlive(*ParseRequestHead(text)); };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nConnection: TE, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

// However the bytes are cut, the end is found at the same place and nothing behind it is taken.
TEST(BodyEndTest, ChunkedEndsWhereItEnds) {
  const std::string body = "5;ext=1\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  const std::string bytes = body + "GET /next";
  for (size_t step = 1; step <= bytes.size(); ++step) {
    BodyEnd end(BodyPlan{Kind::kChunked, 0});
    size_t used = 0;
    for (size_t at = 0; at < bytes.size() && !end.done(); at += step) {
      used += end.Consume(absl::string_view(bytes).substr(at, step));
    }
    EXPECT_TRUE(end.done()) << step;
    EXPECT_EQ(used, body.size()) << step;
  }
}

TEST(BodyEndTest, BadChunksAreNoticed) {
  for (const char* bytes : {"x\r\n", "\r\n", "5\r\nhelloX", "FFFFFFFFFFFFFFFFF\r\n"}) {
    BodyEnd end(BodyPlan{Kind::kChunked, 0});
    end.Consume(bytes);
    EXPECT_TRUE(end.bad()) << bytes;
  }
}

TEST(BodyEndTest, LengthAndUntilClose) {
  BodyEnd length(BodyPlan{Kind::kLength, 5});
  EXPECT_EQ(length.Consume("abc"), 3u);
  EXPECT_FALSE(length.EndsWithStream());
  EXPECT_EQ(length.Consume("defg"), 2u);
  EXPECT_TRUE(length.done());
  BodyEnd open(BodyPlan{Kind::kUntilClose, 0});
  EXPECT_EQ(open.Consume("abc"), 3u);
  EXPECT_FALSE(open.done());
  EXPECT_TRUE(open.EndsWithStream());
}

}  // namespace
}  // namespace waypoint::builtin::process
