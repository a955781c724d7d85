// Calls that belong to no record (server-and-state.md 9, 13).
#include "records_fixture.h"
#include "waypoint/server.pb.h"

namespace waypoint::server {
namespace {

class MiscTest : public RecordsTest {
 protected:
  absl::StatusOr<std::string> Format(const std::string& text) {
    pb::WaypointHclFmtRequest request;
    request.set_waypoint_hcl(text);
    auto answer = table_.Call<pb::WaypointHclFmtResponse>("WaypointHclFmt", request);
    if (!answer.ok()) return answer.status();
    return answer->waypoint_hcl();
  }
};

TEST_F(MiscTest, FormatAlignsQuotesLabelsAndUnwraps) {
  EXPECT_EQ(Format("app web {\n name=\"${var.x}\"\n  long_name = \"a${b}\"\n}\n").value(),
            "app \"web\" {\n  name      = var.x\n  long_name = \"a${b}\"\n}\n");
  EXPECT_EQ(Format("").value(), "");
}

TEST_F(MiscTest, FormatRefusesWhatDoesNotParse) {
  const absl::Status status = Format("app {\n").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("waypoint.hcl:"));
}

TEST_F(MiscTest, EventsAreValidatedAndThenUnimplemented) {
  using Request = pb::UI::ListEventsRequest;
  using Response = pb::UI::ListEventsResponse;
  EXPECT_EQ((Code<Response, Request>("UI_ListEvents", "")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ((Code<Response, Request>("UI_ListEvents", "application { project: 'p' application: 'a' }")),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace waypoint::server
