#include "auth/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "auth/base58.h"
#include "auth/label_hash.h"

namespace waypoint::auth {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::HasSubstr;

std::string TestKey() {
  std::string key;
  for (int i = 0; i < 32; ++i) key += static_cast<char>(i);
  return key;
}

std::string KeyOf(absl::string_view id) { return id == "k1" ? TestKey() : std::string(); }

pb::Token LoginToken(absl::Time now, absl::Duration lifetime) {
  pb::Token token = NewToken(now, lifetime, std::string(16, 'a'));
  token.mutable_login()->set_user_id(kDefaultUserId);
  return token;
}

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(Base58, KnownTexts) {
  EXPECT_EQ(EncodeBase58("Hello World!"), "2NEpo7TZRRrLZSi2U");
  EXPECT_EQ(EncodeBase58(absl::HexStringToBytes("0000287fb4cd")), "11233QC4");
  EXPECT_EQ(EncodeBase58(""), "");
  EXPECT_EQ(*DecodeBase58("11233QC4"), absl::HexStringToBytes("0000287fb4cd"));
  EXPECT_FALSE(DecodeBase58("0OIl").has_value());
}

TEST(Base58, EveryLengthSurvives) {
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(*DecodeBase58(EncodeBase58(bytes)), bytes) << i;
    bytes += static_cast<char>(i * 37);
  }
}

// Made with Python's hashlib.blake2b(data, key=key, digest_size=32).
TEST(Blake2b, KeyModeOfBlake2NotHmac) {
  EXPECT_EQ(absl::BytesToHexString(KeyedBlake2b(TestKey(), "waypoint body")),
            "440af3943737c9921d4b74d2144be5d217f8ae1231ed2b2d0d722907ae58989e");
}

// Put together by hand after auth.md 1, outside of this program.
TEST(Token, ByteForByte) {
  constexpr char kText[] =
      "7HgJa1ULsVcpXz5S6nR8k9ovzgHJV5vax21gRFNkVi9Bv1CSHGbZg6UYbVDGLCjzsQK88511g4CQJciRYxPfZ1stz1uCBdqSNdYF4ChfQSbgZ"
      "ofqXd7AptgqD6WHqz";
  auto decoded = DecodeToken(kText, KeyOf, kNow);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->token.login().user_id(), kDefaultUserId);
  EXPECT_EQ(decoded->transport.key_id(), "k1");
  EXPECT_EQ(EncodeToken(decoded->token, "k1", TestKey()), kText);
}

TEST(Token, RefusalsAreUnknownAndSayWhy) {
  const std::string good = EncodeToken(LoginToken(kNow, absl::Hours(1)), "k1", TestKey());
  std::string tampered = *DecodeBase58(good);
  tampered[20] ^= 1;
  struct Row {
    const char* name;
    std::string text;
    const char* says;
  };
  const Row rows[] = {
      {"empty", "", "base58"},
      {"not base58", "0", "base58"},
      {"shorter than the magic", EncodeBase58("wp"), "magic"},
      {"other magic", EncodeBase58("xx24abcdef"), "magic"},
      {"no transport", EncodeBase58("wp24\xff\xff"), "decoded"},
      {"unknown key", EncodeToken(LoginToken(kNow, absl::Hours(1)), "k2", TestKey()), "signature"},
      {"forged", EncodeToken(LoginToken(kNow, absl::Hours(1)), "k1", std::string(32, 'x')), "signature"},
      {"tampered", EncodeBase58(tampered), ""},
      {"expired", EncodeToken(LoginToken(kNow - absl::Hours(2), absl::Hours(1)), "k1", TestKey()), "expired at 2023-"},
      {"no kind", EncodeToken(NewToken(kNow, absl::Hours(1), "a"), "k1", TestKey()), "kind"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    absl::Status status = DecodeToken(row.text, KeyOf, kNow).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.says));
  }
}

TEST(Token, NoLeewayAndNoEndWithoutALifetime) {
  const std::string text = EncodeToken(LoginToken(kNow, absl::Seconds(1)), "k1", TestKey());
  EXPECT_TRUE(DecodeToken(text, KeyOf, kNow + absl::Seconds(1)).ok());
  EXPECT_FALSE(DecodeToken(text, KeyOf, kNow + absl::Seconds(1) + absl::Nanoseconds(1)).ok());
  EXPECT_FALSE(NewToken(kNow, absl::ZeroDuration(), "a").has_valid_until());
  EXPECT_FALSE(NewToken(kNow, -absl::Hours(1), "a").has_valid_until());
}

TEST(Token, EndsFarAwayAreWritten) {
  const absl::Time end = kNow + *ParseLifetime("2562000h");  // beyond what 64 bits of nanoseconds since 1970 hold
  EXPECT_EQ(NewToken(kNow, absl::Hours(2562000), "a").valid_until().seconds(), absl::ToUnixSeconds(end));
}

TEST(Token, LegacyBodiesGetTheirKind) {
  pb::Token login;
  login.set_unused_login(true);
  login.mutable_unused_entrypoint()->set_deployment_id("d1");
  auto decoded = DecodeToken(EncodeToken(login, "k1", TestKey()), KeyOf, kNow);
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(decoded->legacy);
  EXPECT_EQ(decoded->token.login().user_id(), kDefaultUserId);
  EXPECT_EQ(decoded->token.login().entrypoint().deployment_id(), "d1");

  pb::Token invite;
  invite.set_unused_invite(true);
  decoded = DecodeToken(EncodeToken(invite, "k1", TestKey()), KeyOf, kNow);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->token.invite().login().user_id(), kDefaultUserId);
}

TEST(Token, Lifetimes) {
  EXPECT_EQ(*ParseLifetime("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseLifetime("720h0m0s"), absl::Hours(720));
  EXPECT_EQ(*ParseLifetime("-5s"), -absl::Seconds(5));
  EXPECT_EQ(*ParseLifetime("+1.5h"), absl::Minutes(90));
  EXPECT_EQ(*ParseLifetime(".5s"), absl::Milliseconds(500));
  EXPECT_EQ(*ParseLifetime("0"), absl::ZeroDuration());
  EXPECT_EQ(*ParseLifetime("2\u00b5s3\u03bcs1us"), absl::Microseconds(6));
  for (const char* bad : {"", "5", "1 day", "inf", "h", " 1h", "1h ", "3000000h", "--1h", "1h-1m", "1d"}) {
    EXPECT_EQ(ParseLifetime(bad).status().code(), absl::StatusCode::kUnknown) << bad;
  }
}

// Computed outside of this program after auth.md 7.
TEST(LabelHash, KnownValues) {
  EXPECT_EQ(HashLabels({}), 9642272480295632742u);
  EXPECT_EQ(HashLabels({{"env", "dev"}, {"zone", "a"}}), 7637411769526420299u);
}

}  // namespace
}  // namespace waypoint::auth
