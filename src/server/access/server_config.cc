#include "server/access/server_config.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "errors/details.h"
#include "server/answer.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kConfigKey[] = "config";
constexpr char kServerIdKey[] = "server_id";
constexpr uint32_t kProtocol = 1;

void SetProtocol(pb::VersionInfo::ProtocolVersion* version) {
  version->set_current(kProtocol);
  version->set_minimum(kProtocol);
}

}  // namespace

pb::ServerConfig LoadServerConfig(const state::View& view) {
  auto config = view.Get<pb::ServerConfig>(kConfigKey);
  return config == nullptr ? pb::ServerConfig() : *config;
}

void StoreServerConfig(state::Txn& txn, pb::ServerConfig config) { txn.Put(kConfigKey, std::move(config)); }

void EnsureIdentity(state::Txn& txn) {
  if (txn.GetMeta(kServerIdKey).empty()) txn.PutMeta(kServerIdKey, txn.ids().Ulid());
  pb::ServerConfig config = LoadServerConfig(txn);
  if (!config.cookie().empty()) return;
  config.set_cookie(absl::StrCat("WPC", txn.ids().Ulid()));
  StoreServerConfig(txn, std::move(config));
}

std::string ServerId(const state::View& view) { return view.GetMeta(kServerIdKey); }

void Advertise(state::Txn& txn, const pb::ServerConfig::AdvertiseAddr& address) {
  pb::ServerConfig config = LoadServerConfig(txn);
  config.clear_advertise_addrs();
  *config.add_advertise_addrs() = address;
  StoreServerConfig(txn, std::move(config));
}

void ServerConfigService::Register(Table& table) {
  table.Unary("GetVersionInfo", Needs::kNobody, *this, &ServerConfigService::Version);
  table.Unary("GetServerConfig", Needs::kUser, *this, &ServerConfigService::Get);
  table.Unary("SetServerConfig", Needs::kUser, *this, &ServerConfigService::Set);
}

void ServerConfigService::Version(const Caller&, const google::protobuf::Empty&,
                                  Reply<pb::GetVersionInfoResponse> reply) {
  pb::GetVersionInfoResponse response;
  SetProtocol(response.mutable_info()->mutable_api());
  SetProtocol(response.mutable_info()->mutable_entrypoint());
  response.mutable_info()->set_version(version_);
  response.mutable_server_features()->add_features(pb::ServerFeatures::FEATURE_INLINE_KEEPALIVES);
  reply(response);
}

void ServerConfigService::Get(const Caller&, const google::protobuf::Empty&, Reply<pb::GetServerConfigResponse> reply) {
  AnswerRead<pb::GetServerConfigResponse>(store_, std::move(reply),
                                          [](const state::View& view, pb::GetServerConfigResponse* response) {
                                            *response->mutable_config() = LoadServerConfig(view);
                                            return absl::OkStatus();
                                          });
}

void ServerConfigService::Set(const Caller&, const pb::SetServerConfigRequest& request,
                              Reply<google::protobuf::Empty> reply) {
  if (!request.has_config()) return reply(InvalidFields({{"config", "must be set"}}));
  AnswerUpdate<google::protobuf::Empty>(
      store_, std::move(reply), [&request](state::Txn& txn, google::protobuf::Empty*) -> absl::Status {
        if (request.config().advertise_addrs_size() != 1) {
          return absl::FailedPreconditionError(
              absl::StrCat("exactly one advertise address must be given (it may be empty), not ",
                           request.config().advertise_addrs_size()));
        }
        pb::ServerConfig config = request.config();
        config.set_cookie(LoadServerConfig(txn).cookie());
        StoreServerConfig(txn, std::move(config));
        return absl::OkStatus();
      });
}

}  // namespace waypoint::server
