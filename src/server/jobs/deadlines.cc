#include "server/jobs/deadlines.h"

namespace waypoint::jobs {

void Deadlines::Set(const std::string& key, std::optional<absl::Time> when) {
  if (auto it = by_key_.find(key); it != by_key_.end()) {
    by_time_.erase({it->second, key});
    by_key_.erase(it);
  }
  if (!when) return;
  by_key_[key] = *when;
  by_time_.emplace(*when, key);
  Arm();
}

std::optional<absl::Time> Deadlines::Get(const std::string& key) const {
  auto it = by_key_.find(key);
  if (it == by_key_.end()) return std::nullopt;
  return it->second;
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
    due.push_back(by_time_.begin()->second);
    by_key_.erase(due.back());
    by_time_.erase(by_time_.begin());
  }
  Arm();
  if (!due.empty()) due_(std::move(due));
}

}  // namespace waypoint::jobs
