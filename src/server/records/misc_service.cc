#include "server/records/misc_service.h"

#include "absl/strings/str_cat.h"
#include "hcl/format.h"
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
  table.Unary("WaypointHclFmt", Needs::kRunner, *this, &MiscService::FormatHcl);
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

void MiscService::FormatHcl(const Caller&, const pb::WaypointHclFmtRequest& request,
                            Reply<pb::WaypointHclFmtResponse> reply) {
  hcl::Diagnostics diagnostics;
  pb::WaypointHclFmtResponse response;
  response.set_waypoint_hcl(hcl::FormatFile(hcl::MakeSource("waypoint.hcl", request.waypoint_hcl()), diagnostics));
  if (diagnostics.HasErrors()) {
    return reply(absl::InternalError(absl::StrCat("waypoint.hcl cannot be formatted: ", diagnostics.ToString())));
  }
  reply(response);
}

}  // namespace waypoint::server
