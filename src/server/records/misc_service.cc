#include "server/records/misc_service.h"

#include "ptypes/operation.h"
#include "server/access/server_config.h"
#include "server/answer.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

}  // namespace

void MiscService::Register(Table& table) {
  table.Unary("RunnerGetDeploymentConfig", Needs::kRunner, *this, &MiscService::DeploymentConfig);
  table.Unary("UI_ListEvents", Needs::kRunner, *this, &MiscService::ListEvents);
}

void MiscService::DeploymentConfig(const Caller&, const pb::RunnerGetDeploymentConfigRequest&,
                                   Reply<pb::RunnerGetDeploymentConfigResponse> reply) {
  AnswerRead<pb::RunnerGetDeploymentConfigResponse>(
      store_, reply, [](const state::View& view, pb::RunnerGetDeploymentConfigResponse* response) {
        const pb::ServerConfig config = LoadServerConfig(view);
        if (config.advertise_addrs_size() == 0) return absl::OkStatus();
        const pb::ServerConfig::AdvertiseAddr& address = config.advertise_addrs(0);
        response->set_server_addr(address.addr());
        response->set_server_tls(address.tls());
        response->set_server_tls_skip_verify(address.tls_skip_verify());
        return absl::OkStatus();
      });
}

void MiscService::ListEvents(const Caller&, const pb::UI::ListEventsRequest& request,
                             Reply<pb::UI::ListEventsResponse> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  reply(absl::UnimplementedError("this server keeps no events"));
}

}  // namespace waypoint::server
