#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "entrypoint/capture.h"
#include "entrypoint/line_queue.h"

namespace waypoint::entrypoint {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Entry = pb::LogBatch::Entry;

TEST(LineCutterTest, LinesAreTheSameHoweverBytesCome) {
  const std::string bytes = "one\n\ntwo\nrest";
  for (size_t step = 1; step <= bytes.size(); ++step) {
    LineCutter cutter;
    std::vector<std::string> lines;
    auto take = [&](absl::string_view line) { lines.emplace_back(line); };
    for (size_t at = 0; at < bytes.size(); at += step) cutter.Add(absl::string_view(bytes).substr(at, step), take);
    cutter.Finish(take);
    EXPECT_THAT(lines, ElementsAre("one\n", "\n", "two\n", "rest")) << step;
  }
}

TEST(LineCutterTest, AnEndlessLineIsCut) {
  LineCutter cutter;
  std::vector<size_t> sizes;
  cutter.Add(std::string(2 * kLineLimit + 5, 'x') + "\n",
             [&](absl::string_view line) { sizes.push_back(line.size()); });
  EXPECT_THAT(sizes, ElementsAre(kLineLimit, kLineLimit, 6u));
}

TEST(LineQueueTest, KeepsOrderSourceAndTime) {
  LineQueue queue;
  queue.Push("a\n", Entry::APP, absl::FromUnixMillis(1500));
  queue.Push("b\n", Entry::ENTRYPOINT, absl::UnixEpoch());
  std::vector<Entry> lines = queue.Take(10, absl::Now());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].line(), "a\n");
  EXPECT_EQ(lines[0].timestamp().nanos(), 500000000);
  EXPECT_EQ(lines[1].source(), Entry::ENTRYPOINT);
  EXPECT_TRUE(queue.Take(10, absl::Now()).empty());
}

TEST(LineQueueTest, WhatDoesNotFitIsCounted) {
  LineQueue queue;
  for (size_t i = 0; i < LineQueue::kLimitLines + 99; ++i) queue.Push("x", Entry::APP, absl::UnixEpoch());
  size_t kept = 0;
  for (auto lines = queue.Take(1000, absl::Now()); !lines.empty(); lines = queue.Take(1000, absl::Now())) {
    kept += lines.size();
  }
  queue.Push("later", Entry::APP, absl::UnixEpoch());
  std::vector<Entry> lines = queue.Take(10, absl::Now());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0].line(), HasSubstr(absl::StrCat(LineQueue::kLimitLines + 99 - kept, " lines were dropped")));
  EXPECT_EQ(lines[1].line(), "later");
}

// One byte of another encoding would have the server refuse the whole batch.
TEST(LineQueueTest, WhatIsNoTextBecomesText) {
  LineQueue queue;
  queue.Push("caf\xe9\n", Entry::APP, absl::UnixEpoch());
  pb::EntrypointLogBatch batch, received;
  *batch.add_lines() = queue.Take(1, absl::Now())[0];
  ASSERT_TRUE(received.ParseFromString(batch.SerializeAsString()));
  EXPECT_EQ(received.lines(0).line(), "caf\xef\xbf\xbd\n");
}

TEST(LineQueueTest, ABatchOfLongLinesFitsIntoAMessage) {
  LineQueue queue;
  for (int i = 0; i < 60; ++i) queue.Push(std::string(kLineLimit, 'x'), Entry::APP, absl::UnixEpoch());
  size_t lines = 0;
  while (lines < 60) {
    const auto batch = queue.Take(64, absl::Now());
    EXPECT_LE(batch.size() * kLineLimit, size_t{2} << 20);
    ASSERT_FALSE(batch.empty());
    lines += batch.size();
  }
}

TEST(LineQueueTest, ReturnedLinesComeFirst) {
  LineQueue queue;
  queue.Push("a", Entry::APP, absl::UnixEpoch());
  queue.Push("b", Entry::APP, absl::UnixEpoch());
  std::vector<Entry> taken = queue.Take(2, absl::Now());
  queue.Push("c", Entry::APP, absl::UnixEpoch());
  queue.Return(std::move(taken));
  std::string all;
  for (const Entry& line : queue.Take(9, absl::Now())) absl::StrAppend(&all, line.line());
  EXPECT_EQ(all, "abc");
}

TEST(LineQueueTest, DrainedOnlyWhenClosedAndEmpty) {
  LineQueue queue;
  EXPECT_FALSE(queue.drained());
  queue.Push("a", Entry::APP, absl::UnixEpoch());
  queue.Close();
  EXPECT_FALSE(queue.drained());
  queue.Push("late", Entry::APP, absl::UnixEpoch());
  EXPECT_EQ(queue.Take(9, absl::InfiniteFuture()).size(), 1u);
  EXPECT_TRUE(queue.drained());
}

}  // namespace
}  // namespace waypoint::entrypoint
