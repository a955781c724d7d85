// `waypoint login` by way of an identity provider: the command, a server, a provider that signs, and a browser.
#include "cli/browser_login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "auth/oidc.h"
#include "base/real_clock.h"
#include "cli/app.h"
#include "cli/loopback_callback.h"
#include "cli/ui/plain_ui.h"
#include "client/channel/grpc_channel.h"
#include "server/oidc/provider_process.h"
#include "server/server.h"
#include "waypoint/access.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::HasSubstr;

class BrowserLogin : public ::testing::Test {
 protected:
  void SetUp() override {
    server::ServerOptions options;
    options.data_dir = folder_.path() + "/data";
    options.grpc_listen = "127.0.0.1:0";
    options.tls = false;
    server_ = server::Server::Start(options).value();
    admin_ = server_->LocalToken().value();
    address_ = absl::StrCat("127.0.0.1:", server_->grpc_port());
    world_.env = Environment({{"HOME", folder_.path()}});
    world_.working_folder = folder_.path();
    world_.version = "0.12.0";
    world_.clock = &clock_;
    world_.ids = &ids_;
    world_.ui = &ui_;
    world_.interrupt = stop_.get_token();
    world_.dial = [](const clicontext::Connection& to, absl::Duration timeout) {
      client::DialOptions dial;
      dial.address = to.address;
      dial.tls = to.tls;
      dial.token = to.token;
      dial.timeout = timeout;
      return client::Dial(dial);
    };
    world_.open_browser = [this](const std::string& url) { browser_ = std::thread([this, url] { Browse(url); }); };
  }
  void TearDown() override {
    if (browser_.joinable()) browser_.join();
  }

  void AddMethod(const std::string& name) {
    clicontext::Connection to;
    to.address = address_;
    to.tls = false;
    to.token = admin_;
    auto channel = world_.dial(to, absl::Seconds(10)).value();
    pb::UpsertAuthMethodRequest request;
    request.mutable_auth_method()->set_name(name);
    auto* oidc = request.mutable_auth_method()->mutable_oidc();
    oidc->set_client_id("waypoint");
    oidc->set_client_secret(server::ProviderProcess::kSecret);
    oidc->set_discovery_url(provider_.issuer);
    ASSERT_TRUE(client::Invoke<pb::UpsertAuthMethodResponse>(*channel, "UpsertAuthMethod", request).ok());
  }
  // Asks the provider, then goes where it is sent to; before that somebody else tries with a forged answer.
  void Browse(const std::string& url) {
    const auth::JsonObject answer = provider_.Get(url);
    const std::string state = auth::QueryEscape(auth::TextMember(answer, "state"));
    const std::string back = QueryOf(url)["redirect_uri"];
    Visit(back + "?code=forged&state=st_other");
    Visit(back.substr(0, back.rfind("/oidc")) + "/favicon.ico");
    Visit(absl::StrCat(back, "?state=", state,
                       denies_ ? "&error=access_denied&error_description=not+today"
                               : "&code=" + auth::QueryEscape(auth::TextMember(answer, "code"))));
  }
  void Visit(const std::string& url) {
    server::FetchRequest request;
    request.url = url;
    auto page = server::FetchNow(request, absl::Now() + absl::Seconds(20), {});
    pages_ += page.ok() ? absl::StrCat(page->status, " ", page->body) : page.status().ToString();
  }
  int Run(const std::vector<std::string>& words) {
    output_.clear();
    const int code = RunCommandLine(AllCommands(), world_, words, [this] { return &ui_; });
    if (browser_.joinable()) browser_.join();
    return code;
  }

  const TempFolder folder_ = TempFolder::Make("browser-login-").value();
  server::ProviderProcess provider_;
  std::unique_ptr<server::Server> server_;
  std::string admin_, address_, output_, pages_;
  RealClock clock_;
  RealIds ids_;
  std::stop_source stop_;
  PlainUi ui_{[this](absl::string_view bytes, bool) { output_ += std::string(bytes); }};
  World world_;
  std::thread browser_;
  bool denies_ = false;
};

TEST_F(BrowserLogin, EndsWithAContextThatWorks) {
  AddMethod("corp");
  ASSERT_EQ(Run({"login", "http://" + address_}), 0) << output_;
  EXPECT_THAT(output_, HasSubstr(provider_.issuer + "/authorize?client_id=waypoint&nonce="));
  EXPECT_THAT(output_, HasSubstr("You're now logged in"));
  EXPECT_THAT(pages_, HasSubstr("400 "));
  EXPECT_THAT(pages_, HasSubstr("404 "));
  EXPECT_THAT(pages_, HasSubstr("This page can be closed"));
  ASSERT_EQ(Run({"user", "inspect"}), 0) << output_;
  EXPECT_THAT(output_, HasSubstr("user_"));
}

TEST_F(BrowserLogin, ARefusalIsTold) {
  AddMethod("corp");
  denies_ = true;
  EXPECT_EQ(Run({"login", "http://" + address_}), 1);
  EXPECT_THAT(output_, HasSubstr("access_denied not today"));
}

TEST_F(BrowserLogin, AMethodMustBeChosenAmongSeveral) {
  EXPECT_EQ(Run({"login", "http://" + address_}), 1);
  EXPECT_THAT(output_, HasSubstr("only tokens work"));
  AddMethod("zeta");
  AddMethod("alpha");
  EXPECT_EQ(Run({"login", "http://" + address_}), 1);
  EXPECT_THAT(output_, HasSubstr("alpha, zeta"));
  EXPECT_EQ(Run({"login", "-auth-method=nosuch", "http://" + address_}), 1);
  EXPECT_THAT(output_, HasSubstr("nosuch"));
  EXPECT_EQ(Run({"login", "-auth-method=zeta", "http://" + address_}), 0) << output_;
}

TEST_F(BrowserLogin, AnInterruptEndsTheWaiting) {
  AddMethod("corp");
  world_.open_browser = [this](const std::string&) { stop_.request_stop(); };
  EXPECT_EQ(Run({"login", "http://" + address_}), 1);
}

TEST(QueryOf, DecodesLikeABrowserWrites) {
  EXPECT_EQ(QueryOf("http://x/y?a=b%26c&d=e+f&g").at("a"), "b&c");
  EXPECT_EQ(QueryOf("/y?a=b%26c&d=e+f&g=%zz").at("d"), "e f");
  EXPECT_EQ(QueryOf("/y?g=%zz").at("g"), "%zz");
  EXPECT_TRUE(QueryOf("/y").empty());
}

}  // namespace
}  // namespace waypoint::cli
