#include "errors/details.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

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

TEST(Details, ShortErrorsTravelWhole) {
  const absl::Status status = WithDetail(absl::AbortedError(std::string(2048, 'x')), "key", std::string(1000, 'v'));
  EXPECT_EQ(FitForTrailers(status), status);
}

// What the trailers of a call may hold: see how gRPC encodes them.
size_t TrailerBytes(const absl::Status& status) {
  size_t bytes = EncodeDetails(status).size() * 4 / 3 + 4;
  for (unsigned char c : status.message()) bytes += c < 0x20 || c > 0x7e || c == '%' ? 3 : 1;
  return bytes;
}

TEST(Details, LongErrorsAreCutToWhatTrailersHold) {
  std::vector<FieldViolation> many(500, {"project.waypoint_hcl", "\xc3\xa4\n" + std::string(600, 'y')});
  many[0].description = "the first";
  const absl::Status rows[] = {InvalidFields(many), absl::InternalError(std::string(1 << 20, '%')),
                               InvalidFields({{"name", std::string(1 << 20, 'x')}}),
                               WithDetail(absl::NotFoundError(std::string(5000, '\n')), "id", std::string(9000, 'i')),
                               WithDetail(InvalidFields(many), std::string(9000, 'k'), "v")};
  for (const absl::Status& row : rows) {
    const absl::Status fit = FitForTrailers(row);
    EXPECT_EQ(fit.code(), row.code());
    EXPECT_LT(TrailerBytes(fit), 7900u);
    EXPECT_THAT(std::string(fit.message()), HasSubstr("[...]"));
  }
  EXPECT_EQ(ViolationsOf(FitForTrailers(rows[0]))[0].description, "the first");
  EXPECT_GE(ViolationsOf(FitForTrailers(rows[0])).size(), 2u);
  EXPECT_EQ(DetailsOf(FitForTrailers(rows[3]))[0].first, "id");
}

TEST(Details, CutsBetweenCharacters) {
  std::string text;
  while (text.size() < 4000) text += "\xc3\xa4";
  for (const char* before : {"", "a", "ab", "abc"}) {
    const absl::Status fit = FitForTrailers(absl::AbortedError(before + text));
    const std::string cut(fit.message().substr(0, fit.message().find(" [...]")));
    EXPECT_EQ((cut.size() - strlen(before)) % 2, 0u) << before;
  }
}

TEST(Details, RubbishOnTheWireIsDropped) {
  absl::Status got = DecodeStatus(5, "gone", "\xff\xff\xff");
  EXPECT_EQ(got.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(DetailsOf(got), IsEmpty());
  EXPECT_EQ(EncodeDetails(got), "");
}

}  // namespace
}  // namespace waypoint
