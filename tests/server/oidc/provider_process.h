// A small OpenID provider that really signs, as a process of its own (provider.py).
//
// Threads: any.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "auth/json_claims.h"
#include "base/files.h"
#include "base/subprocess.h"
#include "server/http/http_fetch.h"

namespace waypoint::server {

class ProviderProcess {
 public:
  static constexpr char kSecret[] = "s3cret/+ü";  // of the client "waypoint"

  explicit ProviderProcess(bool tls = false) {
    SpawnOptions options;
    options.argv = {"python3", WAYPOINT_SOURCE_DIR "/tests/server/oidc/provider.py"};
    if (tls) options.argv.push_back("--tls");
    options.in = options.out = Stdio::Pipe();
    process_ = Process::Spawn(options).value();
    issuer = absl::StrCat(tls ? "https" : "http", "://127.0.0.1:", ReadLine());
    if (tls) ca_pem = ReadFile(ReadLine()).value();
  }
  ~ProviderProcess() {
    process_->in.Reset();
    process_->Wait().status().IgnoreError();
  }
  // A path of the provider's, or an URL.
  auth::JsonObject Get(const std::string& url) const {
    FetchRequest request;
    request.url = absl::StartsWith(url, "/") ? issuer + url : url;
    request.ca_pem = ca_pem;
    auto answer = FetchNow(request, absl::Now() + absl::Seconds(20), {});
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? auth::ParseJsonObject(answer->body).value() : auth::JsonObject();
  }

  std::string issuer, ca_pem;

 private:
  std::string ReadLine() {
    std::string line;
    char c = 0;
    while (::read(process_->out.get(), &c, 1) == 1 && c != '\n') line.push_back(c);
    return line;
  }
  std::unique_ptr<Process> process_;
};

}  // namespace waypoint::server
