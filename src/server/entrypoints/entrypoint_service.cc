#include "server/entrypoints/entrypoint_service.h"

#include <type_traits>

namespace waypoint::entrypoints {

using server::Needs;

template <typename Req, typename Res, typename Session>
std::unique_ptr<server::Session<Req, Res>> EntrypointService::Open(const server::Caller& caller,
                                                                   server::Outbox<Res> outbox) {
  if constexpr (std::is_constructible_v<Session, Room&, const server::Caller&, server::Outbox<Res>>) {
    return std::make_unique<Session>(room_, caller, outbox);
  } else {
    return std::make_unique<Session>(room_, outbox);
  }
}

void EntrypointService::Register(server::Table& table) {
  using Empty = google::protobuf::Empty;
  table.Stream(
      "EntrypointConfig", Needs::kEntrypoint, *this,
      &EntrypointService::Open<pb::EntrypointConfigRequest, pb::EntrypointConfigResponse, EntrypointConfigStream>);
  table.Stream("EntrypointLogStream", Needs::kEntrypoint, *this,
               &EntrypointService::Open<pb::EntrypointLogBatch, Empty, EntrypointLogStream>);
  table.Stream("EntrypointExecStream", Needs::kEntrypoint, *this,
               &EntrypointService::Open<pb::EntrypointExecRequest, pb::EntrypointExecResponse, EntrypointExecStream>);
  table.Stream("GetLogStream", Needs::kUser, *this,
               &EntrypointService::Open<pb::GetLogStreamRequest, pb::LogBatch, LogStream>);
  table.Stream("StartExecStream", Needs::kUser, *this,
               &EntrypointService::Open<pb::ExecStreamRequest, pb::ExecStreamResponse, StartExecStream>);
  table.Stream("ListInstances", Needs::kUser, *this,
               &EntrypointService::Open<pb::ListInstancesRequest, pb::ListInstancesResponse, ListInstancesCall>);
}

}  // namespace waypoint::entrypoints
