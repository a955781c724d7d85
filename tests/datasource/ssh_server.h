// A real SSH server for tests: OpenSSH's, one process a connection, on a free port of 127.0.0.1, for the user who runs
// the test. Host key, authorized keys and configuration are made here.
//
// Owns:    the folder of all that, the listener and its thread.
// Threads: the test's.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/files.h"
#include "base/subprocess.h"

namespace waypoint::datasource {

class SshServer {
 public:
  // Null where no sshd is installed. `more`: further lines of its configuration.
  static std::unique_ptr<SshServer> Start(const std::string& more = "");

  std::string Url(const std::string& path) const;
  const std::string& user() const { return user_; }

  // A new key that the server accepts, in the form that ssh-keygen -m calls so (RFC4716 is OpenSSH's own); its private
  // part.
  std::string MakeKey(const std::string& type, const std::string& form, const std::string& password);
  // One that it knows nothing of.
  std::string MakeStrangeKey(const std::string& type) { return Keygen(type, "RFC4716", "", false); }
  // What the server has to say, for the message of a failed test.
  std::string Log() const;

 private:
  SshServer(std::string sshd, TempFolder folder, const std::string& more);
  std::string Keygen(const std::string& type, const std::string& form, const std::string& password, bool accepted);
  void Serve(std::stop_token stop);

  const std::string sshd_;
  TempFolder folder_;
  std::string user_;
  int keys_ = 0;
  uint16_t port_ = 0;
  UniqueFd listener_, log_;
  std::jthread thread_;
};

}  // namespace waypoint::datasource
