// The link against a server made of functions.
#include "entrypoint/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>
#include <unistd.h>

#include <deque>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "support/memory_channel.h"
#include "waypoint/token.pb.h"
#include "waypoint/transport.pb.h"

namespace waypoint::entrypoint {
namespace {

using support::MemoryChannel;
using support::Peer;
using ::testing::HasSubstr;

// Several dials lead to one server.
class Door : public client::Channel {
 public:
  explicit Door(MemoryChannel& server) : server_(server) {}
  absl::Status Call(absl::string_view method, const client::Message& request, client::Message* response,
                    const client::CallOptions& options) override {
    return server_.Call(method, request, response, options);
  }
  std::unique_ptr<client::Stream> Open(absl::string_view method, const client::CallOptions& options) override {
    return server_.Open(method, options);
  }

 private:
  MemoryChannel& server_;
};

class LinkTest : public ::testing::Test, public LinkEvents {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);  // as the program does
    server_.On<google::protobuf::Empty, pb::GetVersionInfoResponse>("GetVersionInfo", [this](const auto&) {
      pb::GetVersionInfoResponse response;
      response.mutable_info()->mutable_entrypoint()->set_current(1);
      response.mutable_info()->mutable_entrypoint()->set_minimum(minimum_);
      return response;
    });
    server_.On<pb::ConvertInviteTokenRequest, pb::NewTokenResponse>("ConvertInviteToken", [](const auto& request) {
      pb::NewTokenResponse response;
      response.set_token("for-" + request.token());
      return response;
    });
    setup_.instance_id = "I";
    setup_.deployment_id = "D";
    setup_.dial = [this](const std::string& token) -> absl::StatusOr<std::unique_ptr<client::Channel>> {
      absl::MutexLock lock(&mu_);
      tokens_.push_back(token);
      return std::make_unique<Door>(server_);
    };
  }
  void TearDown() override {
    lines_.Close();
    link_.reset();
  }
  void Start() { link_ = std::make_unique<Link>(setup_, *this, lines_, log_); }

  std::shared_ptr<Peer> AcceptConfig(pb::EntrypointConfigRequest* request = nullptr) {
    std::shared_ptr<Peer> peer = server_.Accept("EntrypointConfig");
    EXPECT_NE(peer, nullptr);
    std::optional<pb::EntrypointConfigRequest> first = peer->Next<pb::EntrypointConfigRequest>();
    EXPECT_TRUE(first.has_value());
    if (request != nullptr && first.has_value()) *request = *first;
    return peer;
  }
  static pb::EntrypointConfigResponse ConfigWith(const std::string& value) {
    pb::EntrypointConfigResponse response;
    auto* variable = response.mutable_config()->add_env_vars();
    variable->set_name("KEY");
    variable->set_static_(value);
    return response;
  }

  void OnConfig(const pb::EntrypointConfig& config) override {
    absl::MutexLock lock(&mu_);
    configs_.push_back(config);
  }
  void OnFailure(const absl::Status& why) override {
    absl::MutexLock lock(&mu_);
    failures_.push_back(why);
  }
  std::vector<std::string> ExecEnvironment() override { return {"PATH=/usr/bin:/bin", "WHO=exec"}; }

  pb::EntrypointConfig NextConfig() {
    absl::MutexLock lock(&mu_);
    auto has = [this] { return !configs_.empty(); };
    if (!mu_.AwaitWithTimeout(absl::Condition(&has), absl::Seconds(10))) return {};
    pb::EntrypointConfig config = configs_.front();
    configs_.pop_front();
    return config;
  }
  absl::Status NextFailure() {
    absl::MutexLock lock(&mu_);
    auto has = [this] { return !failures_.empty(); };
    if (!mu_.AwaitWithTimeout(absl::Condition(&has), absl::Seconds(10))) return absl::OkStatus();
    absl::Status status = failures_.front();
    failures_.pop_front();
    return status;
  }

  MemoryChannel server_;
  uint32_t minimum_ = 1;
  LinkSetup setup_;
  LineQueue lines_;
  OwnLog log_{&lines_};
  absl::Mutex mu_;
  std::vector<std::string> tokens_ ABSL_GUARDED_BY(mu_);
  std::deque<pb::EntrypointConfig> configs_ ABSL_GUARDED_BY(mu_);
  std::deque<absl::Status> failures_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Link> link_;
};

TEST_F(LinkTest, ExchangesTheInviteAndFollowsTheConfiguration) {
  setup_.invite_token = "invite";
  setup_.disable_exec = true;
  Start();
  pb::EntrypointConfigRequest request;
  std::shared_ptr<Peer> peer = AcceptConfig(&request);
  EXPECT_EQ(request.deployment_id(), "D");
  EXPECT_EQ(request.instance_id(), "I");
  EXPECT_TRUE(request.disable_exec());
  {
    absl::MutexLock lock(&mu_);
    EXPECT_THAT(tokens_, ::testing::ElementsAre("", "for-invite"));
  }
  peer->Send(ConfigWith("1"));
  EXPECT_EQ(NextConfig().env_vars(0).static_(), "1");
  peer->Send(ConfigWith("2"));
  EXPECT_EQ(NextConfig().env_vars(0).static_(), "2");
}

TEST_F(LinkTest, ComesBackWithTheSameInstance) {
  Start();
  std::shared_ptr<Peer> peer = AcceptConfig();
  peer->Finish(absl::UnavailableError("shutting down"));
  EXPECT_TRUE(absl::IsUnavailable(NextFailure()));
  pb::EntrypointConfigRequest request;
  std::shared_ptr<Peer> again = AcceptConfig(&request);
  EXPECT_EQ(request.instance_id(), "I");
  again->Send(ConfigWith("1"));
  EXPECT_EQ(NextConfig().env_vars_size(), 1);
}

TEST_F(LinkTest, ARefusalIsToldAtOnce) {
  server_.On<pb::ConvertInviteTokenRequest, pb::NewTokenResponse>(
      "ConvertInviteToken",
      [](const auto&) -> absl::StatusOr<pb::NewTokenResponse> { return absl::UnauthenticatedError("expired"); });
  setup_.invite_token = "old";
  Start();
  EXPECT_THAT(std::string(NextFailure().message()), HasSubstr("expired"));
}

TEST_F(LinkTest, ATooNewServerIsRefused) {
  minimum_ = 2;
  Start();
  EXPECT_THAT(std::string(NextFailure().message()), HasSubstr("protocol 2"));
}

TEST_F(LinkTest, SendsLinesOnceTheServerKnowsTheInstance) {
  lines_.Push("early\n", pb::LogBatch::Entry::APP, absl::UnixEpoch());
  Start();
  std::shared_ptr<Peer> config = AcceptConfig();
  config->Send(ConfigWith("1"));
  std::shared_ptr<Peer> logs = server_.Accept("EntrypointLogStream");
  std::optional<pb::EntrypointLogBatch> batch = logs->Next<pb::EntrypointLogBatch>();
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->instance_id(), "I");
  EXPECT_EQ(batch->lines(0).line(), "early\n");
}

TEST_F(LinkTest, FinishSendsWhatIsLeft) {
  Start();
  std::shared_ptr<Peer> config = AcceptConfig();
  config->Send(ConfigWith("1"));
  NextConfig();
  for (int i = 0; i < 200; ++i) lines_.Push(absl::StrCat(i, "\n"), pb::LogBatch::Entry::APP, absl::UnixEpoch());
  lines_.Close();
  std::thread server([&] {
    std::shared_ptr<Peer> logs = server_.Accept("EntrypointLogStream");
    int lines = 0;
    while (std::optional<pb::EntrypointLogBatch> batch = logs->Next<pb::EntrypointLogBatch>()) {
      lines += batch->lines_size();
    }
    EXPECT_EQ(lines, 200);
    logs->Send(google::protobuf::Empty());
    logs->Finish(absl::OkStatus());
  });
  link_->Finish(absl::Now() + absl::Seconds(20));
  server.join();
}

TEST_F(LinkTest, FinishDoesNotWaitForAnAbsentServer) {
  setup_.dial = [](const std::string&) -> absl::StatusOr<std::unique_ptr<client::Channel>> {
    return absl::UnavailableError("away");
  };
  Start();
  EXPECT_TRUE(absl::IsUnavailable(NextFailure()));
  lines_.Push("lost\n", pb::LogBatch::Entry::APP, absl::UnixEpoch());
  lines_.Close();
  absl::Time start = absl::Now();
  link_->Finish(start + absl::Seconds(60));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

class ExecTest : public LinkTest {
 protected:
  // Everything the session said, by channel; the exit code at the end.
  struct Said {
    std::string out, err;
    std::optional<int> exit;
    std::string error;
  };
  std::shared_ptr<Peer> StartExec(std::vector<std::string> args, bool pty = false) {
    Start();
    config_ = AcceptConfig();
    pb::EntrypointConfigResponse response = ConfigWith("1");
    auto* exec = response.mutable_config()->add_exec();
    exec->set_index(7);
    for (const std::string& arg : args) exec->add_args(arg);
    exec->mutable_pty()->set_enable(pty);
    exec->mutable_pty()->set_term("vt100");
    exec->mutable_pty()->mutable_window_size()->set_rows(33);
    exec->mutable_pty()->mutable_window_size()->set_cols(44);
    config_->Send(response);
    config_->Send(response);  // the same index again is nothing new
    std::shared_ptr<Peer> peer = server_.Accept("EntrypointExecStream");
    std::optional<pb::EntrypointExecRequest> open = peer->Next<pb::EntrypointExecRequest>();
    EXPECT_EQ(open->open().index(), 7);
    EXPECT_EQ(open->open().instance_id(), "I");
    return peer;
  }
  static void Input(Peer& peer, const std::string& text) {
    pb::EntrypointExecResponse response;
    response.set_input(text);
    peer.Send(response);
  }
  static Said ReadAll(Peer& peer) {
    Said said;
    while (std::optional<pb::EntrypointExecRequest> next = peer.Next<pb::EntrypointExecRequest>()) {
      if (next->has_exit()) said.exit = next->exit().code();
      if (next->has_error()) said.error = next->error().error().message();
      if (!next->has_output()) continue;
      bool out = next->output().channel() == pb::EntrypointExecRequest::Output::STDOUT;
      (out ? said.out : said.err) += next->output().data();
    }
    peer.Finish(absl::OkStatus());
    return said;
  }
  std::shared_ptr<Peer> config_;
};

TEST_F(ExecTest, PipesKeepStreamsApartAndTellTheExitCode) {
  std::shared_ptr<Peer> peer = StartExec({"sh", "-c", "read x; echo out $x $WHO; echo err >&2; exit 3"});
  Input(*peer, "hello\n");
  Said said = ReadAll(*peer);
  EXPECT_EQ(said.out, "out hello exec\n");
  EXPECT_EQ(said.err, "err\n");
  EXPECT_EQ(said.exit, 3);
}

TEST_F(ExecTest, EndOfInputReachesTheCommand) {
  std::shared_ptr<Peer> peer = StartExec({"cat"});
  Input(*peer, "abc");
  pb::EntrypointExecResponse eof;
  eof.mutable_input_eof();
  peer->Send(eof);
  Said said = ReadAll(*peer);
  EXPECT_EQ(said.out, "abc");
  EXPECT_EQ(said.exit, 0);
}

TEST_F(ExecTest, ATerminalHasSizeAndName) {
  std::shared_ptr<Peer> peer = StartExec({"sh", "-c", "stty size; echo $TERM; kill -9 $$"}, true);
  Said said = ReadAll(*peer);
  EXPECT_THAT(said.out, HasSubstr("33 44"));
  EXPECT_THAT(said.out, HasSubstr("vt100"));
  EXPECT_EQ(said.exit, -1);
}

TEST_F(ExecTest, AnUnknownCommandIsAnError) {
  std::shared_ptr<Peer> peer = StartExec({"no-such-command"});
  Said said = ReadAll(*peer);
  EXPECT_THAT(said.error, HasSubstr("no-such-command"));
}

TEST_F(ExecTest, InputNobodyReadsDoesNotDelayTheExit) {
  std::shared_ptr<Peer> peer = StartExec({"sh", "-c", "read x; exit 4"});
  Input(*peer, "go\n");
  for (int i = 0; i < 20; ++i) Input(*peer, std::string(64 * 1024, 'x'));
  EXPECT_EQ(ReadAll(*peer).exit, 4);
}

TEST_F(ExecTest, TheCommandDiesWithTheStream) {
  std::shared_ptr<Peer> peer = StartExec({"sh", "-c", "echo $$; sleep 1000; true"});
  std::optional<pb::EntrypointExecRequest> first = peer->Next<pb::EntrypointExecRequest>();
  pid_t pid = std::stoi(first->output().data());
  peer->Finish(absl::OkStatus());
  for (int i = 0; i < 10000 && ::kill(pid, 0) == 0; ++i) ::usleep(1000);
  EXPECT_NE(::kill(pid, 0), 0);
}

}  // namespace
}  // namespace waypoint::entrypoint
