#include "server/records/hostname_service.h"

#include "errors/details.h"
#include "ptypes/violations.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

absl::Status NoUrlService() { return absl::FailedPreconditionError("server doesn't have the URL service enabled"); }

}  // namespace

void HostnameService::Register(Table& table) {
  table.Unary("CreateHostname", Needs::kRunner, *this, &HostnameService::Create);
  table.Unary("ListHostnames", Needs::kRunner, *this, &HostnameService::List);
  table.Unary("DeleteHostname", Needs::kRunner, *this, &HostnameService::Delete);
}

void HostnameService::Create(const Caller&, const pb::CreateHostnameRequest& request,
                             Reply<pb::CreateHostnameResponse> reply) {
  if (!request.has_target()) return reply(InvalidFields({{"target", std::string(ptypes::kMustBeSet)}}));
  reply(NoUrlService());
}

void HostnameService::List(const Caller&, const pb::ListHostnamesRequest&, Reply<pb::ListHostnamesResponse> reply) {
  reply(NoUrlService());
}

void HostnameService::Delete(const Caller&, const pb::DeleteHostnameRequest&, Reply<google::protobuf::Empty> reply) {
  reply(NoUrlService());
}

}  // namespace waypoint::server
