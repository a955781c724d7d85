// The usual way of a unary handler: one transaction, then the answer once that is durable.
//
//   AnswerUpdate<pb::UpdateUserResponse>(store_, reply, [&](state::Txn& txn, pb::UpdateUserResponse* response) {...});
//
// Threads: the loop. The step runs at once, so it may refer to the request; the reply comes later.
#pragma once

#include <memory>
#include <utility>

#include "server/handler.h"
#include "state/store.h"

namespace waypoint::server {

template <typename Res, typename Step>
void AnswerUpdate(state::Store& store, Reply<Res> reply, Step step) {
  auto response = std::make_shared<Res>();
  store.Update([&](state::Txn& txn) { return step(txn, response.get()); },
               [response, reply = std::move(reply)](absl::Status status) {
                 if (status.ok()) {
                   reply(*response);
                 } else {
                   reply(std::move(status));
                 }
               });
}

template <typename Res, typename Step>
void AnswerLook(state::Store& store, Reply<Res> reply, Step look) {
  auto response = std::make_shared<Res>();
  store.Look([&](const state::View& view) { return look(view, response.get()); },
             [response, reply = std::move(reply)](absl::Status status) {
               if (status.ok()) {
                 reply(*response);
               } else {
                 reply(std::move(status));
               }
             });
}

}  // namespace waypoint::server
