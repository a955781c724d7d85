// The recorded exchanges with the HTTP listeners that come before any route: TLS is forced (http.txt).
#include <fstream>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "replay/replay_fixture.h"

namespace waypoint::replay {
namespace {

struct Exchange {
  std::string request;
  std::vector<std::string> answer;  // status line and headers
};

// By title.
std::map<std::string, Exchange> LoadExchanges() {
  std::ifstream in(WAYPOINT_TEST_DATA "/captures/http.txt");
  std::map<std::string, Exchange> exchanges;
  std::string line, title;
  while (std::getline(in, line)) {
    absl::string_view text = line;
    if (absl::ConsumePrefix(&text, "### ")) title = std::string(text);
    if (absl::ConsumePrefix(&text, "> ")) absl::StrAppend(&exchanges[title].request, text, "\r\n");
    if (absl::ConsumePrefix(&text, "< ") && !text.empty()) exchanges[title].answer.emplace_back(text);
  }
  return exchanges;
}

std::string HeaderOf(const std::vector<std::string>& lines, const std::string& name) {
  for (const std::string& line : lines) {
    absl::string_view value = line;
    if (absl::ConsumePrefix(&value, name + ": ")) return std::string(value);
  }
  return "";
}

class HttpReplay : public ReplayFixture {
 protected:
  void SetUp() override {
    ReplayFixture::SetUp();
    server_.reset();
    server::ServerOptions options;
    options.data_dir = dir_ + "/data";
    options.grpc_listen = options.http_listen = options.http_insecure_listen = "127.0.0.1:0";
    server_ = server::Server::Start(options).value();
  }
  // The head of the answer, whatever the certificate.
  std::vector<std::string> Ask(const std::string& request, bool tls) {
    EXPECT_TRUE(WriteFile(dir_ + "/request", request).ok());
    const std::string port = absl::StrCat(tls ? server_->http_port() : server_->http_insecure_port());
    const std::string command =
        tls ? "openssl s_client -quiet -connect 127.0.0.1:" + port + " <" + dir_ + "/request 2>/dev/null"
            : "bash -c 'exec 3<>/dev/tcp/127.0.0.1/" + port + "; cat " + dir_ + "/request >&3; cat <&3'";
    FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    char buffer[4096];
    while (size_t n = std::fread(buffer, 1, sizeof(buffer), pipe)) out.append(buffer, n);
    ::pclose(pipe);
    return absl::StrSplit(out.substr(0, out.find("\r\n\r\n")), "\r\n");
  }
};

TEST_F(HttpReplay, TlsIsForced) {
  const std::map<std::string, Exchange> exchanges = LoadExchanges();
  int played = 0;
  for (const auto& [title, exchange] : exchanges) {
    const bool plain = absl::StartsWith(title, "plain HTTP listener");
    if (!plain && !absl::StartsWith(title, "TLS listener")) continue;
    SCOPED_TRACE(title);
    ++played;
    const std::string request =
        absl::StrReplaceAll(exchange.request, {{"User-Agent:", "Connection: close\r\nUser-Agent:"}});
    const std::vector<std::string> ours = Ask(request, !plain);
    EXPECT_EQ(ours[0], exchange.answer[0]);
    EXPECT_EQ(HeaderOf(ours, "Location"), HeaderOf(exchange.answer, "Location"));
  }
  EXPECT_EQ(played, 3);
}

}  // namespace
}  // namespace waypoint::replay
