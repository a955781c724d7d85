#include "logbuffer/log_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waypoint::logbuffer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void Fill(LogBuffer<int>& buffer, int from, int count) {
  std::vector<int> values;
  for (int i = 0; i < count; ++i) values.push_back(from + i);
  buffer.Write(absl::UnixEpoch(), values);
}

std::vector<int> Values(const Batch<int>& batch) {
  std::vector<int> values;
  for (size_t i = 0; i < batch.size(); ++i) values.push_back(batch[i].value);
  return values;
}

std::vector<int> Drain(Reader<int>& reader) {
  std::vector<int> all;
  for (Batch<int> batch = reader.Read(64); !batch.empty(); batch = reader.Read(64)) {
    std::vector<int> values = Values(batch);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

TEST(LogBufferTest, HistoryIsAtMostWhatWasAskedFor) {
  LogBuffer<int> buffer;
  Fill(buffer, 0, 5);
  EXPECT_THAT(Drain(*buffer.Open(-1)), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(Drain(*buffer.Open(0)), IsEmpty());
  EXPECT_THAT(Drain(*buffer.Open(2)), ElementsAre(3, 4));
  EXPECT_THAT(Drain(*buffer.Open(9)), ElementsAre(0, 1, 2, 3, 4));
}

TEST(LogBufferTest, HistoryOfSeveralChunksIsExact) {
  LogBuffer<int> buffer;
  Fill(buffer, 0, 3 * static_cast<int>(kChunkEntries) + 1);
  EXPECT_THAT(Drain(*buffer.Open(3)), ElementsAre(490, 491, 492));
  EXPECT_EQ(Drain(*buffer.Open(170)).size(), 170u);
}

TEST(LogBufferTest, ReadEndsAtTheChunk) {
  LogBuffer<int> buffer;
  Fill(buffer, 0, 200);
  auto reader = buffer.Open(-1);
  EXPECT_EQ(reader->Read(1000).size(), kChunkEntries);
  EXPECT_EQ(reader->Read(1000).size(), 200 - kChunkEntries);
  EXPECT_TRUE(reader->Read(1000).empty());
}

struct Line {
  std::string text;
  const std::string& line() const { return text; }
};

template <typename R>
size_t CountAll(R& reader) {
  size_t count = 0;
  for (size_t n = reader.Read(9).size(); n > 0; n = reader.Read(9).size()) count += n;
  return count;
}

TEST(LogBufferTest, AReadFitsIntoAMessage) {
  LogBuffer<Line> buffer;
  for (int i = 0; i < 8; ++i) buffer.Write(absl::UnixEpoch(), Line{std::string(kReadBytes / 2, 'x')});
  auto reader = buffer.Open(-1);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(reader->Read(64).size(), 2u);
  EXPECT_TRUE(reader->Read(64).empty());
}

TEST(LogBufferTest, HugeEntriesFillAWindowSooner) {
  LogBuffer<Line> buffer;
  auto reader = buffer.Open(-1);
  auto slow = buffer.Open(-1);
  auto add = [&] { buffer.Write(absl::UnixEpoch(), Line{std::string(kWindowBytes / 4, 'x')}); };
  for (int i = 0; i < 3; ++i) add();
  EXPECT_EQ(CountAll(*reader), 3u);
  for (int i = 0; i < 7; ++i) add();
  EXPECT_EQ(CountAll(*reader), 1u + 2u) << "the window between is lost";
  EXPECT_EQ(reader->skipped(), 4u);
  EXPECT_EQ(CountAll(*slow), 4u + 2u);
  EXPECT_EQ(CountAll(*buffer.Open(-1)), 2u);
}

TEST(LogBufferTest, FullWindowIsReplacedAtOnce) {
  LogBuffer<int> buffer;
  Fill(buffer, 0, kWindowEntries);
  EXPECT_THAT(Drain(*buffer.Open(-1)), IsEmpty());
  Fill(buffer, 7, 1);
  EXPECT_THAT(Drain(*buffer.Open(-1)), ElementsAre(7));
}

TEST(LogBufferTest, SlowReaderFinishesItsWindowThenJumpsAndKnowsWhatItMissed) {
  LogBuffer<int> buffer;
  auto reader = buffer.Open(-1);
  Fill(buffer, 0, 3 * kWindowEntries + 2);
  std::vector<int> seen = Drain(*reader);
  ASSERT_EQ(seen.size(), kWindowEntries + 2);
  EXPECT_EQ(seen[kWindowEntries - 1], static_cast<int>(kWindowEntries) - 1);
  EXPECT_EQ(seen[kWindowEntries], 3 * static_cast<int>(kWindowEntries));
  EXPECT_EQ(reader->skipped(), 2 * kWindowEntries);
}

TEST(LogBufferTest, EachEmptyReadIsFollowedByOneWake) {
  LogBuffer<int> buffer;
  auto reader = buffer.Open(-1);
  int wakes = 0;
  reader->OnReady([&] { ++wakes; });
  Fill(buffer, 0, 1);
  Fill(buffer, 1, 1);
  EXPECT_EQ(wakes, 1);
  EXPECT_THAT(Drain(*reader), ElementsAre(0, 1));
  Fill(buffer, 2, 1);
  EXPECT_EQ(wakes, 2);
}

TEST(LogBufferTest, ClosedReaderReadsNothingEvenIfDataRemains) {
  LogBuffer<int> buffer;
  Fill(buffer, 0, 3);
  auto reader = buffer.Open(-1);
  reader->Close();
  reader->Close();
  EXPECT_TRUE(reader->closed());
  EXPECT_TRUE(reader->Read(10).empty());
}

TEST(LogBufferTest, BufferCloseEndsOpenReadersButNotTheBuffer) {
  LogBuffer<int> buffer;
  auto old_reader = buffer.Open(-1);
  bool told = false;
  old_reader->OnReady([&] { told = true; });
  buffer.Close();
  EXPECT_TRUE(told);
  EXPECT_TRUE(old_reader->closed());
  Fill(buffer, 5, 1);
  EXPECT_TRUE(old_reader->Read(1).empty());
  EXPECT_THAT(Drain(*buffer.Open(-1)), ElementsAre(5));
}

TEST(LogBufferTest, ReaderMayBeDestroyedInsideAWake) {
  LogBuffer<int> buffer;
  auto first = buffer.Open(-1);
  auto second = buffer.Open(-1);
  int second_wakes = 0;
  first->OnReady([&] {
    first.reset();
    second.reset();
  });
  second->OnReady([&] { ++second_wakes; });
  Fill(buffer, 0, 1);
  EXPECT_EQ(first, nullptr);
  EXPECT_EQ(second_wakes, 0);
}

// Who destroys a reader is in the middle of something: of a container of readers, for instance.
TEST(LogBufferTest, DestroyedReaderTellsNobody) {
  LogBuffer<int> buffer;
  bool told = false;
  buffer.Open(-1)->OnReady([&] { told = true; });
  EXPECT_FALSE(told);
}

TEST(LogBufferTest, BatchOutlivesItsBuffer) {
  Batch<int> batch;
  {
    LogBuffer<int> buffer;
    Fill(buffer, 3, 2);
    batch = buffer.Open(-1)->Read(2);
  }
  EXPECT_THAT(Values(batch), ElementsAre(3, 4));
}

}  // namespace
}  // namespace waypoint::logbuffer
