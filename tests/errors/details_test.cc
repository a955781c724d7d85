#include "errors/details.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waypoint {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Details, PairsOfOneTypeAllStayInOrder) {
  absl::Status status = WithDetail(absl::NotFoundError("no such project"), "project_name", "web");
  status = WithDetail(status, "workspace", "dev");
  EXPECT_THAT(DetailsOf(status), ElementsAre(Pair("project_name", "web"), Pair("workspace", "dev")));
  EXPECT_EQ(status.message(), "no such project");
}

TEST(Details, OkStaysOk) {
  EXPECT_TRUE(WithDetail(absl::OkStatus(), "k", "v").ok());
  EXPECT_TRUE(InvalidFields({}).ok());
}

TEST(Details, ViolationsAreInTheTextAndInTheDetails) {
  absl::Status status = InvalidFields({{"project.name", "cannot be blank"}, {"ref.Target", "is required"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("project.name: cannot be blank; ref.Target: is required"));
  ASSERT_EQ(ViolationsOf(status).size(), 2u);
  EXPECT_EQ(ViolationsOf(status)[1].field, "ref.Target");
}

TEST(Details, SurviveTheWire) {
  absl::Status sent = WithDetail(absl::AbortedError("again"), "key", "value");
  absl::Status got = DecodeStatus(static_cast<int>(sent.code()), sent.message(), EncodeDetails(sent));
  EXPECT_EQ(got.code(), sent.code());
  EXPECT_EQ(got.message(), sent.message());
  EXPECT_THAT(DetailsOf(got), ElementsAre(Pair("key", "value")));
}

TEST(Details, RubbishOnTheWireIsDropped) {
  absl::Status got = DecodeStatus(5, "gone", "\xff\xff\xff");
  EXPECT_EQ(got.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(DetailsOf(got), IsEmpty());
  EXPECT_EQ(EncodeDetails(got), "");
}

}  // namespace
}  // namespace waypoint
