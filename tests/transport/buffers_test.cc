#include "transport/buffers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors/details.h"
#include "waypoint/job.pb.h"
#include "waypoint/transport.pb.h"

namespace waypoint::transport {
namespace {

namespace pb = ::hashicorp::waypoint;

TEST(Buffers, ShortAndLongTextSurvive) {
  for (size_t size : {size_t{0}, size_t{1}, size_t{255}, size_t{256}, size_t{100'000}}) {
    const std::string text(size, 'x');
    grpc::ByteBuffer buffer = ToBuffer(text);
    EXPECT_EQ(TakeBytes(&buffer), text);
  }
}

TEST(Buffers, StatusSurvives) {
  absl::Status sent = WithDetail(absl::NotFoundError("gone"), "key", "value");
  absl::Status got = FromGrpc(ToGrpc(sent));
  EXPECT_EQ(got.code(), sent.code());
  EXPECT_EQ(got.message(), sent.message());
  EXPECT_EQ(DetailsOf(got), DetailsOf(sent));
}

// server-and-state.md 3.4 names these bytes.
TEST(Keepalive, BytesAreThoseOfTheOriginal) {
  EXPECT_EQ(KeepaliveBytes(), std::string("\x82\x90\xbc\xfd\x02\x10") + "inline_keepalive");
}

TEST(Keepalive, IsKnownInsideAnyMessageAndOnlyAsThatField) {
  EXPECT_TRUE(IsKeepalive(KeepaliveBytes()));
  pb::QueueJobRequest request;
  request.set_expires_in("5s");
  EXPECT_TRUE(IsKeepalive(request.SerializeAsString() + KeepaliveBytes()));
  EXPECT_FALSE(IsKeepalive(request.SerializeAsString()));
  // As the text of another field it is just text.
  request.set_expires_in(KeepaliveBytes());
  EXPECT_FALSE(IsKeepalive(request.SerializeAsString()));
  EXPECT_FALSE(IsKeepalive(""));
}

}  // namespace
}  // namespace waypoint::transport
