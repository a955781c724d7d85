#include "server/jobs/deadlines.h"

namespace waypoint::jobs {

void Deadlines::Set(const std::string& key, std::optional<absl::Time> when) {
  auto it = by_key_.find(key);
  if (!when) {
    if (it == by_key_.end()) return;
    const Queue::iterator old = it->second;
    by_key_.erase(it);
    by_time_.erase(old);
    return;
  }
  if (it != by_key_.end()) {
    Queue::node_type node = by_time_.extract(it->second);
    node.key() = *when;
    it->second = by_time_.insert(std::move(node));
  } else {
    const Queue::iterator added = by_time_.emplace(*when, key);
    by_key_.emplace(added->second, added);
  }
  Arm();
}

std::optional<absl::Time> Deadlines::Get(const std::string& key) const {
  auto it = by_key_.find(key);
  if (it == by_key_.end()) return std::nullopt;
  return it->second->first;
}

void Deadlines::Arm() {
  if (by_time_.empty()) return;
  absl::Time first = by_time_.begin()->first;
  if (armed_for_ && *armed_for_ <= first) return;
  Disarm();
  armed_for_ = first;
  timer_ = clock_.At(first, [this] { OnTimer(); });
}

void Deadlines::Disarm() {
  if (armed_for_) clock_.Cancel(timer_);
  armed_for_.reset();
}

void Deadlines::OnTimer() {
  armed_for_.reset();
  std::vector<std::string> due;
  while (!by_time_.empty() && by_time_.begin()->first <= clock_.Now()) {
    by_key_.erase(by_time_.begin()->second);
    due.push_back(std::move(by_time_.extract(by_time_.begin()).mapped()));
  }
  Arm();
  if (!due.empty()) due_(std::move(due));
}

}  // namespace waypoint::jobs
