#include "auth/rights.h"

#include <gtest/gtest.h>

#include "auth/label_hash.h"

namespace waypoint::auth {
namespace {

namespace pb = ::hashicorp::waypoint;

pb::Token Login(const std::string& deployment = "") {
  pb::Token token;
  token.mutable_login()->set_user_id("u");
  if (!deployment.empty()) token.mutable_login()->mutable_entrypoint()->set_deployment_id(deployment);
  return token;
}

pb::Token RunnerToken(const std::string& id, uint64_t hash) {
  pb::Token token;
  token.mutable_runner()->set_id(id);
  token.mutable_runner()->set_label_hash(hash);
  return token;
}

TEST(Rights, EveryRowOfTheTable) {
  pb::Runner pending, adopted, rejected;
  adopted.set_adoption_state(pb::Runner::ADOPTED);
  (*adopted.mutable_labels())["a"] = "b";
  rejected.set_adoption_state(pb::Runner::REJECTED);
  const uint64_t hash = RunnerLabelHash(adopted.labels());
  pb::Token trigger, invite;
  trigger.mutable_trigger();
  invite.mutable_invite();
  struct Row {
    const char* name;
    pb::Token token;
    const char* method;
    bool user_exists;
    const pb::Runner* runner;
    absl::StatusCode want;
    bool tarpit;
  };
  const Row rows[] = {
      {"login", Login(), "GetProject", true, nullptr, absl::StatusCode::kOk, false},
      {"login of nobody", Login(), "GetProject", false, nullptr, absl::StatusCode::kUnauthenticated, false},
      {"entrypoint on its own", Login("d"), "EntrypointConfig", true, nullptr, absl::StatusCode::kOk, false},
      {"entrypoint elsewhere", Login("d"), "GetProject", true, nullptr, absl::StatusCode::kUnauthenticated, false},
      {"any runner", RunnerToken("", 0), "GetProject", false, nullptr, absl::StatusCode::kOk, false},
      {"unknown runner", RunnerToken("r", 0), "GetJob", false, nullptr, absl::StatusCode::kPermissionDenied, true},
      {"unknown runner registers", RunnerToken("r", 0), "RunnerConfig", false, nullptr, absl::StatusCode::kOk, false},
      {"pending", RunnerToken("r", 0), "GetJob", false, &pending, absl::StatusCode::kPermissionDenied, true},
      {"rejected", RunnerToken("r", 0), "GetJob", false, &rejected, absl::StatusCode::kPermissionDenied, true},
      {"adopted", RunnerToken("r", hash), "GetJob", false, &adopted, absl::StatusCode::kOk, false},
      {"other labels", RunnerToken("r", hash + 1), "GetJob", false, &adopted, absl::StatusCode::kPermissionDenied,
       false},
      {"trigger", trigger, "RunTrigger", true, nullptr, absl::StatusCode::kPermissionDenied, false},
      {"invite", invite, "GetProject", true, nullptr, absl::StatusCode::kUnknown, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    Verdict verdict = Decide(row.token, row.method, {row.user_exists, row.runner});
    EXPECT_EQ(verdict.identity.status().code(), row.want);
    EXPECT_EQ(verdict.tarpit, row.tarpit);
  }
}

TEST(Rights, IdentityTellsWhoItIs) {
  EXPECT_EQ(Decide(Login(), "GetUser", {true, nullptr}).identity->user_id, "u");
  Verdict entrypoint = Decide(Login("d"), "EntrypointConfig", {true, nullptr});
  EXPECT_EQ(entrypoint.identity->kind, Identity::Kind::kEntrypoint);
  EXPECT_EQ(entrypoint.identity->deployment_id, "d");
  Verdict runner = Decide(RunnerToken("r", 7), "RunnerConfig", {});
  EXPECT_EQ(runner.identity->runner_id, "r");
  EXPECT_EQ(runner.identity->runner_label_hash, 7u);
}

TEST(Rights, Anonymous) {
  EXPECT_TRUE(IsAnonymous("GetVersionInfo"));
  EXPECT_TRUE(IsAnonymous("RunnerToken"));
  EXPECT_FALSE(IsAnonymous("GetProject"));
}

}  // namespace
}  // namespace waypoint::auth
