#include "clicontext/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"

namespace waypoint::clicontext {
namespace {

using ::testing::HasSubstr;

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() : folder_(*TempFolder::Make("contexts")), storage_(folder_.path()) {}
  void SetContext(bool auth, const std::string& token) {
    Context context;
    context.address = "context:1";
    context.tls = true;
    context.require_auth = auth;
    context.auth_token = token;
    ASSERT_TRUE(storage_.Set("main", context).ok());
  }
  absl::StatusOr<std::optional<Connection>> Resolve(const ConnectionFlags& flags = {}) {
    return ResolveConnection(storage_, env_, flags);
  }
  TempFolder folder_;
  Storage storage_;
  Environment env_;
};

TEST_F(ConnectionTest, NothingConfigured) {
  ASSERT_TRUE(Resolve().ok());
  EXPECT_FALSE(Resolve()->has_value());
}

TEST_F(ConnectionTest, TheDefaultContext) {
  SetContext(true, "token");
  const Connection connection = **Resolve();
  EXPECT_EQ(connection.address, "context:1");
  EXPECT_TRUE(connection.tls);
  EXPECT_EQ(connection.token, "token");
  EXPECT_EQ(connection.context_name, "main");
}

TEST_F(ConnectionTest, NoContextByADash) {
  SetContext(true, "token");
  env_.Set("WAYPOINT_CONTEXT", "-");
  EXPECT_FALSE(Resolve()->has_value());
  env_.Set("WAYPOINT_CONTEXT", "gone");
  EXPECT_THAT(Resolve().status().message(), HasSubstr("gone"));
}

TEST_F(ConnectionTest, TheEnvironmentReplacesAddressTlsAndAuth) {
  SetContext(true, "token");
  env_.Set("WAYPOINT_SERVER_ADDR", "env:2");
  EXPECT_EQ((*Resolve())->address, "env:2");
  EXPECT_FALSE((*Resolve())->tls);
  EXPECT_EQ((*Resolve())->token, "") << "auth is on only with a token in the environment";
  env_.Set("WAYPOINT_SERVER_TOKEN", "env-token");
  env_.Set("WAYPOINT_SERVER_TLS", "TRUE");
  EXPECT_EQ((*Resolve())->token, "env-token");
  EXPECT_TRUE((*Resolve())->tls);
  env_.Set("WAYPOINT_SERVER_TLS", "maybe");
  EXPECT_THAT(Resolve().status().message(), HasSubstr("WAYPOINT_SERVER_TLS"));
}

TEST_F(ConnectionTest, FlagsReplaceTheAddressButKeepTheToken) {
  SetContext(true, "token");
  const Connection connection = **Resolve({.address = "flag:3", .tls = false});
  EXPECT_EQ(connection.address, "flag:3");
  EXPECT_FALSE(connection.tls);
  EXPECT_EQ(connection.token, "token");
}

TEST_F(ConnectionTest, TokensOfContextAndEnvironment) {
  SetContext(false, "token");
  env_.Set("WAYPOINT_SERVER_TOKEN", "env-token");
  EXPECT_EQ((*Resolve())->token, "") << "auth off: nothing is sent";
  SetContext(true, "token");
  EXPECT_EQ((*Resolve())->token, "env-token");
  env_.Set("WAYPOINT_SERVER_TOKEN", "-");
  EXPECT_EQ((*Resolve())->token, "");
  env_.Set("WAYPOINT_SERVER_TOKEN", "");
  SetContext(true, "");
  EXPECT_TRUE(absl::IsUnauthenticated(Resolve().status()));
}

TEST(AddressArgumentTest, Forms) {
  const struct {
    const char* text;
    const char* address;
    bool tls;
  } rows[] = {{"host", "host:9701", true},
              {"host:1234", "host:1234", true},
              {"https://host", "host:9701", true},
              {"http://host:80/path", "host:80", false},
              {"//host/x", "host:9701", true}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const Connection connection = ParseAddressArgument(row.text);
    EXPECT_EQ(connection.address, row.address);
    EXPECT_EQ(connection.tls, row.tls);
    EXPECT_TRUE(connection.tls_skip_verify);
  }
}

}  // namespace
}  // namespace waypoint::clicontext
