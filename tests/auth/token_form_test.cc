#include "auth/token_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/base58.h"
#include "auth/token.h"

namespace waypoint::auth {
namespace {

using ::testing::HasSubstr;

std::string WhyNot(const std::string& text) { return std::string(UnwrapToken(text).status().message()); }

TEST(TokenFormTest, NeedsNoKey) {
  ::hashicorp::waypoint::Token token;
  token.mutable_login()->set_user_id("somebody");
  const auto transport = UnwrapToken(EncodeToken(token, kActiveKeyId, std::string(kKeyBytes, 'k')));
  ASSERT_TRUE(transport.ok()) << transport.status();
  EXPECT_EQ(transport->key_id(), kActiveKeyId);
}

TEST(TokenFormTest, SaysWhatIsWrong) {
  EXPECT_THAT(WhyNot(""), HasSubstr("not base58"));
  EXPECT_THAT(WhyNot("has blanks"), HasSubstr("not base58"));
  EXPECT_THAT(WhyNot("abc"), HasSubstr("magic"));
  EXPECT_THAT(WhyNot(EncodeBase58("wp24\xff\xff")), HasSubstr("decoded"));
}

// As long as a message may be, a text would keep the server busy for half an hour.
TEST(TokenFormTest, TooLongIsRefusedBeforeItIsDecoded) {
  EXPECT_THAT(WhyNot(std::string(4 << 20, 'z')), HasSubstr("more than any token"));
  EXPECT_THAT(WhyNot(std::string(kMaxTokenText, 'z')), HasSubstr("magic"));
}

}  // namespace
}  // namespace waypoint::auth
