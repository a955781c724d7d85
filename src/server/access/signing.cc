#include "server/access/signing.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "server/access/server_config.h"
#include "server/access/users.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

std::string ActiveKey(state::Txn& txn) {
  if (auto key = txn.Get<pb::HMACKey>(auth::kActiveKeyId)) return key->key();
  pb::HMACKey key;
  key.set_id(auth::kActiveKeyId);
  key.set_key(txn.ids().Random(auth::kKeyBytes));
  txn.Put(auth::kActiveKeyId, key);
  return key.key();
}

}  // namespace

std::string SignToken(state::Txn& txn, pb::Token body, absl::Duration lifetime) {
  pb::Token token = auth::NewToken(txn.now(), lifetime, txn.ids().Random(auth::kAccessorBytes));
  token.MergeFrom(body);
  return auth::EncodeToken(token, auth::kActiveKeyId, ActiveKey(txn));
}

absl::StatusOr<auth::DecodedToken> ReadToken(const state::View& view, absl::string_view text, absl::Time now) {
  auto find = [&view](absl::string_view id) {
    auto key = view.Get<pb::HMACKey>(absl::AsciiStrToLower(id));
    return key == nullptr ? std::string() : key->key();
  };
  return auth::DecodeToken(text, find, now);
}

absl::StatusOr<std::map<std::string, std::string>> OnDemandEnvironment(state::Txn& txn) {
  const pb::ServerConfig config = LoadServerConfig(txn);
  pb::ServerConfig::AdvertiseAddr address;
  if (config.advertise_addrs_size() > 0) {
    address = config.advertise_addrs(0);
  } else {
    address.set_addr("localhost:9701");
  }
  pb::Token token;
  token.mutable_login()->set_user_id(auth::kDefaultUserId);
  auto text = [](bool value) { return std::string(value ? "true" : "false"); };
  return std::map<std::string, std::string>{{"WAYPOINT_SERVER_ADDR", address.addr()},
                                            {"WAYPOINT_SERVER_TLS", text(address.tls())},
                                            {"WAYPOINT_SERVER_TLS_SKIP_VERIFY", text(address.tls_skip_verify())},
                                            {"WAYPOINT_SERVER_TOKEN", SignToken(txn, token, absl::Hours(1))}};
}

bool Bootstrapped(const state::View& view) {
  bool any = false;
  view.ForEach<pb::HMACKey>("", [&any](const std::string&, const pb::HMACKey&) {
    any = true;
    return false;
  });
  return any || AnyUser(view);
}

std::string FirstUserToken(state::Txn& txn) {
  if (GetUserById(txn, auth::kDefaultUserId) == nullptr) {
    pb::User user;
    user.set_id(auth::kDefaultUserId);
    user.set_username(auth::kDefaultUserName);
    PutUser(txn, user);
  }
  pb::Token token;
  token.mutable_login()->set_user_id(auth::kDefaultUserId);
  return SignToken(txn, token);
}

}  // namespace waypoint::server
