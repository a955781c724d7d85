#include "datasource/ssh_server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/run_command.h"
#include "base/socket.h"

namespace waypoint::datasource {
namespace {

std::string UserName() {
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_name : "root";
}

}  // namespace

std::unique_ptr<SshServer> SshServer::Start(const std::string& more) {
  auto sshd = FindProgram("sshd", "/usr/sbin:/usr/local/sbin:/sbin");
  if (!sshd.ok()) return nullptr;
  // Where sshd, as root, locks its unprivileged part up; its service makes it, too.
  if (geteuid() == 0) mkdir("/run/sshd", 0755);
  return std::unique_ptr<SshServer>(new SshServer(*sshd, *TempFolder::Make("sshd"), more));
}

SshServer::SshServer(std::string sshd, TempFolder folder, const std::string& more)
    : sshd_(std::move(sshd)), folder_(std::move(folder)), user_(UserName()) {
  Keygen("ed25519", "RFC4716", "", false);  // key0 is the host's
  const std::string config = absl::StrCat("HostKey ", folder_.path(), "/key0\nAuthorizedKeysFile ", folder_.path(),
                                          "/accepted\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n",
                                          "KbdInteractiveAuthentication no\nPermitRootLogin yes\nPidFile none\n",
                                          "LogLevel VERBOSE\nMaxAuthTries 20\n", more);
  EXPECT_TRUE(WriteFile(JoinPath(folder_.path(), "config"), config).ok());
  EXPECT_TRUE(WriteFile(JoinPath(folder_.path(), "accepted"), "").ok());
  log_.Reset(open(JoinPath(folder_.path(), "log").c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600));
  listener_ = *ListenTcp("127.0.0.1", 0);
  port_ = *LocalPort(listener_.get());
  thread_ = std::jthread([this](std::stop_token stop) { Serve(stop); });
}

std::string SshServer::Url(const std::string& path) const {
  return absl::StrCat("ssh://", user_, "@127.0.0.1:", port_, path);
}

std::string SshServer::MakeKey(const std::string& type, const std::string& form, const std::string& password) {
  return Keygen(type, form, password, true);
}

std::string SshServer::Keygen(const std::string& type, const std::string& form, const std::string& password,
                              bool accepted) {
  const std::string path = JoinPath(folder_.path(), absl::StrCat("key", keys_++));
  CommandOptions command;
  command.argv = {"ssh-keygen", "-q", "-t", type, "-m", form, "-N", password, "-C", "test", "-f", path};
  if (type == "rsa") command.argv.insert(command.argv.end(), {"-b", "2048"});
  const auto made = RunCommand(command);
  EXPECT_TRUE(made.ok() && made->ok());
  if (accepted) {
    const std::string file = JoinPath(folder_.path(), "accepted");
    EXPECT_TRUE(WriteFile(file, ReadFile(file).value_or("") + ReadFile(path + ".pub").value_or("")).ok());
  }
  return ReadFile(path).value_or("");
}

std::string SshServer::Log() const { return ReadFile(JoinPath(folder_.path(), "log")).value_or(""); }

void SshServer::Serve(std::stop_token stop) {
  std::vector<std::unique_ptr<Process>> connections;
  while (WaitReadable(listener_.get(), absl::InfiniteFuture(), stop).ok()) {
    const UniqueFd connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.valid()) continue;
    SpawnOptions options;
    options.argv = {sshd_, "-i", "-e", "-f", JoinPath(folder_.path(), "config")};
    options.in = options.out = Stdio::Fd(connection.get());
    options.err = Stdio::Fd(log_.get());
    auto process = Process::Spawn(options);
    if (process.ok()) connections.push_back(*std::move(process));
  }
}

}  // namespace waypoint::datasource
