// Records, lists and snapshots as recorded, from the state that the recorded server was in.
#include "replay/digests.h"
#include "replay/replay_fixture.h"

#include "absl/strings/match.h"
#include "waypoint/snapshot.pb.h"

namespace waypoint::replay {
namespace {

namespace pb = ::hashicorp::waypoint;

using RecordsReplay = ReplayFixture;

class RecordsScript {
 public:
  explicit RecordsScript(const std::string& login) {
    script.token = [login](const Event&, const std::string&) { return login; };
    script.together = {{"GetJobStream", FollowedJob}, {"CreateSnapshot", SnapshotStream}};
    // Ours tells why a job waits and who queued it.
    script.forgive = [](const Event&, const std::string& difference) {
      const absl::string_view path = absl::string_view(difference).substr(0, difference.find(": "));
      return absl::EndsWith(path, "blocked") || absl::EndsWith(path, "queued_by");
    };
  }
  Script script;
};

TEST_F(RecordsReplay, ServerRecords) {
  const Capture capture = LoadCapture("server-records").value();
  StartWith(capture);
  RecordsScript script(login_);
  // Triggers are not built yet.
  script.script.skip = [](const Event& event) { return absl::StrContains(event.rpc, "Trigger"); };
  Play(capture, script.script, 60);
}

TEST_F(RecordsReplay, Lists) {
  const Capture capture = LoadCapture("cli-lists").value();
  StartWith(capture);
  Play(capture, RecordsScript(login_).script, 20);
}

TEST_F(RecordsReplay, StatusAndLists) {
  const Capture capture = LoadCapture("cli-status-lists").value();
  StartWith(capture);
  Play(capture, RecordsScript(login_).script, 40);
}

// The chunks of the recorded snapshots are not in the capture: ours take their places.
class Chunks {
 public:
  Chunks(const Capture& capture, std::string snapshot) : snapshot_(std::move(snapshot)) {
    for (const Event& event : capture.events) {
      if (IsChunk(event)) ++left_[event.call];
    }
  }
  std::optional<std::string> Next(const Event& event) {
    if (!IsChunk(event)) return std::nullopt;
    pb::RestoreSnapshotRequest request;
    const int left = left_[event.call]--;
    if (absl::StrContains(event.command, "bad.gz")) {
      request.set_chunk("garbage");
    } else {
      size_t& sent = sent_[event.call];
      request.set_chunk(snapshot_.substr(sent, (snapshot_.size() - sent) / static_cast<size_t>(left)));
      sent += request.chunk().size();
    }
    return request.SerializeAsString();
  }

 private:
  static bool IsChunk(const Event& event) {
    return event.kind == Event::Kind::kMessage && event.to_server && event.rpc == "RestoreSnapshot" &&
           event.message.fields().count("chunk") > 0;
  }
  const std::string snapshot_;
  std::map<int, int> left_;
  std::map<int, size_t> sent_;
};

TEST_F(RecordsReplay, Snapshots) {
  LogIn();
  const Capture capture = LoadCapture("server-snapshot").value();
  std::string snapshot;
  auto call = client_->Open("CreateSnapshot", {{"client-api-protocol", "1,1"}, {"authorization", login_}});
  call->Send("");
  call->HalfClose();
  for (size_t i = 0; std::optional<std::string> message = call->Message(i); ++i) {
    pb::CreateSnapshotResponse response;
    ASSERT_TRUE(response.ParseFromString(*message));
    EXPECT_EQ(response.has_open(), i == 0);
    snapshot += response.chunk();
  }
  ASSERT_TRUE(call->Status().ok());

  RecordsScript script(login_);
  Chunks chunks(capture, snapshot);
  script.script.instead = [&](const Event& event) { return chunks.Next(event); };
  // With -exit the server ends its process.
  script.script.skip = [](const Event& event) { return absl::StrContains(event.command, "-exit"); };
  Play(capture, script.script, 8);
  EXPECT_TRUE(PathExists(dir_ + "/data/waypoint-restore.db")) << "staged for the next start";
  server_.reset();
  Start();
  const auto projects = client_->Open("ListProjects", {{"client-api-protocol", "1,1"}, {"authorization", login_}});
  projects->Send("");
  projects->HalfClose();
  EXPECT_TRUE(projects->Message(0).has_value()) << "the token is good for what was restored: " << projects->Status();
}

}  // namespace
}  // namespace waypoint::replay
