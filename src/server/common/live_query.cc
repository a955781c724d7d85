#include "server/common/live_query.h"

#include <utility>

namespace waypoint::server {
namespace {

// While a disk is full, every write that fails may undo what was seen.
constexpr int kMostUndone = 100;

}  // namespace

LiveQuery::LiveQuery(state::Store& store, std::vector<std::string> topics, Look look, Seen seen)
    : store_(store), look_(std::move(look)), seen_(std::move(seen)) {
  watch_ = store_.Watch(std::move(topics), [this] { Refresh(); });
  Refresh();
}

LiveQuery::~LiveQuery() { store_.Unwatch(watch_); }

void LiveQuery::Refresh() {
  if (looking_) {
    again_ = true;
    return;
  }
  looking_ = true;
  store_.Look(look_, [this, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (!alive.expired()) OnLooked(std::move(status));
  });
}

void LiveQuery::OnLooked(absl::Status status) {
  looking_ = false;
  if (absl::IsUnavailable(status) && ++undone_ < kMostUndone) return Refresh();
  undone_ = 0;
  const std::weak_ptr<bool> alive = alive_;
  const Seen seen = seen_;  // it may destroy this
  seen(std::move(status));
  if (!alive.expired() && std::exchange(again_, false)) Refresh();
}

}  // namespace waypoint::server
