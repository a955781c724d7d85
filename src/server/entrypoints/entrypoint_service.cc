#include "server/entrypoints/entrypoint_service.h"

namespace waypoint::entrypoints {

using server::Needs;

template <typename Req, typename Res, typename Session, bool kIdentity>
std::unique_ptr<server::Session<Req, Res>> EntrypointService::Open(const server::Caller& caller,
                                                                   server::Outbox<Res> outbox) {
  if constexpr (kIdentity) {
    return std::make_unique<Session>(room_, caller.identity, outbox);
  } else {
    return std::make_unique<Session>(room_, outbox);
  }
}

void EntrypointService::Register(server::Table& table) {
  using Empty = google::protobuf::Empty;
  table.Stream("EntrypointConfig", Needs::kEntrypoint, *this,
               &EntrypointService::Open<pb::EntrypointConfigRequest, pb::EntrypointConfigResponse,
                                        EntrypointConfigStream, true>);
  table.Stream("EntrypointLogStream", Needs::kEntrypoint, *this,
               &EntrypointService::Open<pb::EntrypointLogBatch, Empty, EntrypointLogStream, false>);
  table.Stream(
      "EntrypointExecStream", Needs::kEntrypoint, *this,
      &EntrypointService::Open<pb::EntrypointExecRequest, pb::EntrypointExecResponse, EntrypointExecStream, false>);
  table.Stream("GetLogStream", Needs::kUser, *this,
               &EntrypointService::Open<pb::GetLogStreamRequest, pb::LogBatch, LogStream, false>);
  table.Stream("StartExecStream", Needs::kUser, *this,
               &EntrypointService::Open<pb::ExecStreamRequest, pb::ExecStreamResponse, StartExecStream, false>);
  table.Stream("ListInstances", Needs::kUser, *this,
               &EntrypointService::Open<pb::ListInstancesRequest, pb::ListInstancesResponse, ListInstancesCall, false>);
}

}  // namespace waypoint::entrypoints
