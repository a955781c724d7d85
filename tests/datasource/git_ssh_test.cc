// Git over SSH with keys of every kind, against a real sshd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/run_command.h"
#include "datasource/git_source.h"
#include "datasource/ssh_server.h"

namespace waypoint::datasource {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::HasSubstr;

class GitSshTest : public ::testing::Test {
 protected:
  GitSshTest() : folder_(*TempFolder::Make("git")) {}
  void SetUp() override {
    // What this SSH library signs with RSA is refused by default since OpenSSH 8.8.
    server_ = SshServer::Start("PubkeyAcceptedAlgorithms +ssh-rsa\n");
    if (server_ == nullptr) GTEST_SKIP() << "no sshd is installed here; scripts/setup installs it";
    Git({"init", "-q", "-b", "main"});
    ASSERT_TRUE(WriteFile(JoinPath(folder_.path(), "a.txt"), "one").ok());
    Git({"add", "."});
    Git({"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one"});
  }
  void Git(std::vector<std::string> words) {
    CommandOptions command;
    command.argv = {"git"};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    command.cwd = folder_.path();
    const auto done = RunCommand(command);
    EXPECT_TRUE(done.ok() && done->ok()) << words[0];
  }
  pb::Job::Git Source(const std::string& key, const std::string& password = "") {
    pb::Job::Git git;
    git.set_url(server_->Url(folder_.path()));
    git.mutable_ssh()->set_user(server_->user());
    git.mutable_ssh()->set_private_key_pem(key);
    git.mutable_ssh()->set_password(password);
    return git;
  }
  absl::Status Fetch(const pb::Job::Git& git) {
    auto fetched = FetchGit(git, {});
    if (fetched.ok()) {
      EXPECT_EQ(ReadFile(JoinPath(fetched->folder, "a.txt")).value_or(""), "one");
    }
    return fetched.status();
  }

  TempFolder folder_;
  std::unique_ptr<SshServer> server_;
};

TEST_F(GitSshTest, KeysOfEveryTypeAndFormWithAndWithoutPassword) {
  struct Row {
    const char *type, *form;
  };
  for (const Row& row : {Row{"ed25519", "RFC4716"}, Row{"ecdsa", "RFC4716"}, Row{"ecdsa", "PEM"}, Row{"ecdsa", "PKCS8"},
                         Row{"rsa", "RFC4716"}, Row{"rsa", "PEM"}, Row{"rsa", "PKCS8"}}) {
    for (const char* password : {"", "pass word"}) {
      SCOPED_TRACE(absl::StrCat(row.type, " ", row.form, " '", password, "'"));
      const absl::Status status = Fetch(Source(server_->MakeKey(row.type, row.form, password), password));
      EXPECT_TRUE(status.ok()) << status << "\n" << server_->Log();
    }
  }
}

TEST_F(GitSshTest, PasswordThatDoesNotOpenTheKey) {
  for (const char* type : {"ed25519", "ecdsa"}) {
    for (const char* form : {"RFC4716", "PEM"}) {
      const std::string key = server_->MakeKey(type, form, "right one");
      for (const char* password : {"wrong", ""}) {
        SCOPED_TRACE(absl::StrCat(type, " ", form, " '", password, "'"));
        const absl::Status status = Fetch(Source(key, password));
        EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
        EXPECT_THAT(std::string(status.message()), HasSubstr("password"));
        EXPECT_EQ(GitChanges(Source(key, password), nullptr, {}).status().code(),
                  absl::StatusCode::kFailedPrecondition);
      }
    }
  }
}

TEST_F(GitSshTest, KeyThatTheServerDoesNotKnow) {
  const absl::Status status = Fetch(Source(server_->MakeStrangeKey("ed25519")));
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the server refuses this ssh key"));
}

TEST_F(GitSshTest, RsaKeyThatTheServerRefusesIsToldWhatToUse) {
  server_ = SshServer::Start();
  const absl::Status status = Fetch(Source(server_->MakeKey("rsa", "PEM", "secret"), "secret"));
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("use an Ed25519 or ECDSA key"));
}

TEST_F(GitSshTest, PollingAndTheFetchOfARefUseTheKeyToo) {
  pb::Job::Git git = Source(server_->MakeKey("ed25519", "RFC4716", "secret"), "secret");
  auto change = GitChanges(git, nullptr, {});
  ASSERT_TRUE(change.ok()) << change.status();
  git.set_ref((*change)->ref.git().commit());
  EXPECT_TRUE(Fetch(git).ok());
}

}  // namespace
}  // namespace waypoint::datasource
