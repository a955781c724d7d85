// The recorded exchanges with the HTTP listeners but for grpc-web, web sockets and triggers (http.txt).
#include <algorithm>
#include <fstream>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "replay/replay_fixture.h"

namespace waypoint::replay {
namespace {

struct Answer {
  std::vector<std::string> head;  // status line and headers
  std::string body;               // without blanks at its end
};

struct Exchange {
  std::string request;
  Answer answer;
};

// By title.
std::map<std::string, Exchange> LoadExchanges() {
  std::ifstream in(WAYPOINT_TEST_DATA "/captures/http.txt");
  std::map<std::string, Exchange> exchanges;
  std::string line, title;
  bool in_body = false;
  while (std::getline(in, line)) {
    absl::string_view text = line;
    if (absl::ConsumePrefix(&text, "### ")) {
      title = std::string(text);
      in_body = false;
    } else if (absl::StartsWith(text, "--- body")) {
      in_body = true;
    } else if (in_body) {
      absl::StrAppend(&exchanges[title].answer.body, text, "\n");
    } else if (absl::ConsumePrefix(&text, "> ")) {
      absl::StrAppend(&exchanges[title].request, text, "\r\n");
    } else if (absl::ConsumePrefix(&text, "< ") && !text.empty()) {
      exchanges[title].answer.head.emplace_back(text);
    }
  }
  for (auto& [name, exchange] : exchanges) absl::StripTrailingAsciiWhitespace(&exchange.answer.body);
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
  // Whatever the certificate.
  Answer Ask(const std::string& request, bool tls) {
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
    const size_t end = std::min(out.find("\r\n\r\n"), out.size());
    Answer answer = {absl::StrSplit(out.substr(0, end), "\r\n"), out.substr(std::min(end + 4, out.size()))};
    absl::StripTrailingAsciiWhitespace(&answer.body);
    return answer;
  }
};

// The host is that of the recording, which the answer repeats.
TEST_F(HttpReplay, AllButGrpcWebWebSocketsAndTriggers) {
  const std::map<std::string, Exchange> exchanges = LoadExchanges();
  for (const char* title :
       {"plain HTTP listener, GET", "plain HTTP listener, POST", "TLS listener, X-Forwarded-Proto: http",
        "REST under /v1 (0.11 answers 404 for every route)", "REST unknown", "POST REST", "exec without token"}) {
    SCOPED_TRACE(title);
    ASSERT_EQ(exchanges.count(title), 1u);
    const Exchange& exchange = exchanges.at(title);
    // Bodies of requests were not recorded.
    const std::string request = absl::StrReplaceAll(
        exchange.request, {{"User-Agent:", "Connection: close\r\nUser-Agent:"}, {"Content-Length: 2", "X-Length: 2"}});
    const Answer ours = Ask(request, !absl::StartsWith(title, "plain"));
    EXPECT_EQ(ours.head[0], exchange.answer.head[0]);
    EXPECT_EQ(ours.body, exchange.answer.body);
    for (const char* header : {"Location", "Content-Type"}) {
      EXPECT_EQ(HeaderOf(ours.head, header), HeaderOf(exchange.answer.head, header)) << header;
    }
  }
}

}  // namespace
}  // namespace waypoint::replay
