#include "client/channel/client_loop.h"

#include <thread>

namespace waypoint::client {

grpc::CompletionQueue* ClientQueue() {
  static grpc::CompletionQueue* const queue = [] {
    auto* created = new grpc::CompletionQueue();
    std::thread([created] {
      void* tag;
      bool ok;
      while (created->Next(&tag, &ok)) static_cast<ClientTag*>(tag)->Run(ok);
    }).detach();
    return created;
  }();
  return queue;
}

}  // namespace waypoint::client
