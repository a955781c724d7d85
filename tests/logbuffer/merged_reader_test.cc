#include "logbuffer/merged_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waypoint::logbuffer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

absl::Time At(int second) { return absl::UnixEpoch() + absl::Seconds(second); }

std::vector<std::pair<size_t, int>> Read(MergedReader<int>& merged, size_t count) {
  std::vector<std::pair<size_t, int>> seen;
  for (auto& item : merged.Read(count)) seen.emplace_back(item.reader, item.entry.value);
  return seen;
}

TEST(MergedReaderTest, EmitsInOrderOfArrival) {
  LogBuffer<int> a, b;
  a.Write(At(1), 10);
  b.Write(At(2), 20);
  a.Write(At(3), 30);
  auto ra = a.Open(-1), rb = b.Open(-1);
  MergedReader<int> merged({ra.get(), rb.get()});
  EXPECT_THAT(Read(merged, 2), ElementsAre(Pair(0, 10), Pair(1, 20)));
  EXPECT_THAT(Read(merged, 2), ElementsAre(Pair(0, 30)));
  EXPECT_THAT(Read(merged, 2), IsEmpty());
}

TEST(MergedReaderTest, LowestReaderWinsATie) {
  LogBuffer<int> a, b;
  b.Write(At(1), 2);
  a.Write(At(1), 1);
  auto ra = a.Open(-1), rb = b.Open(-1);
  MergedReader<int> merged({ra.get(), rb.get()});
  EXPECT_THAT(Read(merged, 9), ElementsAre(Pair(0, 1), Pair(1, 2)));
}

TEST(MergedReaderTest, HeadsAreKeptBetweenCalls) {
  LogBuffer<int> a, b;
  a.Write(At(5), 1);
  b.Write(At(6), 2);
  auto ra = a.Open(-1), rb = b.Open(-1);
  MergedReader<int> merged({ra.get(), rb.get()});
  EXPECT_THAT(Read(merged, 1), ElementsAre(Pair(0, 1)));
  a.Write(At(7), 3);
  EXPECT_THAT(Read(merged, 9), ElementsAre(Pair(1, 2), Pair(0, 3)));
}

TEST(MergedReaderTest, OneEntryReadAheadIsNotLostAfterClose) {
  LogBuffer<int> a, b;
  a.Write(At(1), 1);
  b.Write(At(2), 2);
  auto ra = a.Open(-1), rb = b.Open(-1);
  MergedReader<int> merged({ra.get(), rb.get()});
  EXPECT_THAT(Read(merged, 1), ElementsAre(Pair(0, 1)));
  rb->Close();
  EXPECT_THAT(Read(merged, 1), ElementsAre(Pair(1, 2)));
}

}  // namespace
}  // namespace waypoint::logbuffer
