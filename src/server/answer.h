// The usual way of a unary handler: one transaction or one look, then the answer once what it did or saw is durable.
//
//   AnswerUpdate<pb::UpdateUserResponse>(store_, reply, [&](state::Txn& txn, pb::UpdateUserResponse* response) {...});
//
//   AnswerRead<pb::GetUserResponse>(store_, reply, [request](const state::View& view, pb::GetUserResponse* response)
//   {...});
//
// Threads: the loop. A step runs at once, so it may refer to the request; the reply comes later.
#pragma once

#include <functional>
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

// What the look saw may be undone when a commit fails; it is then taken once more, from what is durable, so that reads
// go on while the disk takes no writes. So `look` is copied and must own what it uses: capture the request by value.
template <typename Res>
using Looker = std::function<absl::Status(const state::View& view, Res* response)>;

template <typename Res>
void AnswerRead(state::Store& store, Reply<Res> reply, Looker<Res> look, int tries = 3) {
  auto response = std::make_shared<Res>();
  auto said_unavailable = std::make_shared<bool>(false);
  store.Look(
      [&](const state::View& view) {
        absl::Status status = look(view, response.get());
        *said_unavailable = absl::IsUnavailable(status);
        return status;
      },
      [&store, reply, look, tries, response, said_unavailable](absl::Status status) {
        if (status.ok()) {
          reply(*response);
        } else if (absl::IsUnavailable(status) && !*said_unavailable && tries > 1) {
          AnswerRead(store, reply, look, tries - 1);
        } else {
          reply(std::move(status));
        }
      });
}

}  // namespace waypoint::server
