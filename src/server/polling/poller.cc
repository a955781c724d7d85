#include "server/polling/poller.h"

#include <utility>

#include "base/log.h"

namespace waypoint::polling {
namespace {

constexpr absl::Duration kDiskRetry = absl::Minutes(1);

}  // namespace

Poller::Poller(jobs::Engine& engine, PollerOptions options)
    : engine_(engine), options_(std::move(options)), due_(engine.clock(), [this](std::vector<std::string> projects) {
        for (const std::string& project : projects) Poll(project);
      }) {}

Poller::~Poller() {
  alive_.reset();
  if (watch_ != 0) engine_.store().Unwatch(watch_);
}

void Poller::Start() {
  watch_ = engine_.store().Watch({"project"}, [this] { Refresh(); });
  Refresh();
}

void Poller::Refresh() {
  auto enabled = std::make_shared<Intervals>();
  auto look = [&](const state::View& view) {
    *enabled = options_.enabled(view);
    return absl::OkStatus();
  };
  // Seen may be undone; then the watch tells of it again.
  engine_.store().Look(look, [this, enabled, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (!alive.expired() && status.ok()) Take(*enabled);
  });
}

void Poller::Take(const Intervals& enabled) {
  for (auto it = projects_.begin(); it != projects_.end();) {
    if (enabled.count(it->first) > 0) {
      ++it;
      continue;
    }
    due_.Set(it->first, std::nullopt);
    it = projects_.erase(it);
  }
  for (const auto& [project, interval] : enabled) {
    auto [it, is_new] = projects_.try_emplace(project, Polled{interval, engine_.clock().Now()});
    if (!is_new && it->second.interval == interval) continue;
    if (!is_new) it->second.next += interval - it->second.interval;
    it->second.interval = interval;
    due_.Set(project, it->second.next);
  }
}

void Poller::Poll(const std::string& project) {
  auto it = projects_.find(project);
  if (it == projects_.end()) return;
  it->second.next = engine_.clock().Now() + it->second.interval;
  due_.Set(project, it->second.next);
  auto queue = [&](jobs::Step& step) { return options_.queue(step, project); };
  engine_.Update(queue, [this, project, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (status.ok() || alive.expired()) return;
    WAYPOINT_LOG(kWarn, "server.poll", "a project could not be polled", {"poll", options_.name}, {"project", project},
                 {"error", status.ToString()});
    auto polled = projects_.find(project);
    if (!absl::IsUnavailable(status) || polled == projects_.end()) return;
    polled->second.next = engine_.clock().Now() + kDiskRetry;
    due_.Set(project, polled->second.next);
  });
}

}  // namespace waypoint::polling
