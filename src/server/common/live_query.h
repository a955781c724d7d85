// A look at the store that is repeated whenever what it may have seen changes: once at the start, and at least once
// after each change, never two at a time.
//
// Owns:    its watch. What a look finds belongs to the caller, who may use it in `seen` only: before, it could still be
//          undone.
// Threads: the loop.
// Errors:  those of `look`, told to `seen`. A look whose findings were undone is repeated instead; Unavailable is told
//          once that does not help, for then the store cannot be read.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "state/store.h"

namespace waypoint::server {

class LiveQuery {
 public:
  using Look = std::function<absl::Status(const state::View&)>;
  // Everything that was looked at is durable. May destroy the query.
  using Seen = std::function<void(absl::Status)>;

  LiveQuery(state::Store& store, std::vector<std::string> topics, Look look, Seen seen);
  ~LiveQuery();
  LiveQuery(const LiveQuery&) = delete;
  LiveQuery& operator=(const LiveQuery&) = delete;

  // For changes of what is not in the store.
  void Refresh();

 private:
  void OnLooked(absl::Status status);

  state::Store& store_;
  const Look look_;
  const Seen seen_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  state::Store::WatchId watch_ = 0;
  bool looking_ = false, again_ = false;
  int undone_ = 0;  // in a row
};

}  // namespace waypoint::server
