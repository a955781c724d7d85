#include "server/jobs/reason_watch.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace waypoint::jobs {
namespace {

// Most jobs start at once; only what still waits then needs words.
constexpr absl::Duration kFirstLook = absl::Milliseconds(700);

// What makes a reason another one. Not the text: it tells an age.
std::string Essence(const Blocked& blocked) {
  return absl::StrCat(blocked.kind(), "|", blocked.job_id(), "|", blocked.runner_id(), "|",
                      absl::StrJoin(blocked.details(), "|"));
}

}  // namespace

ReasonWatch::ReasonWatch(Engine& engine, std::string job_id, std::function<void(const Blocked&)> tell)
    : engine_(engine), job_id_(std::move(job_id)), tell_(std::move(tell)) {}

void ReasonWatch::Start() {
  if (alive_ != nullptr) return;
  alive_ = std::make_shared<bool>(true);
  timer_ = engine_.clock().After(kFirstLook, [this] {
    timer_ = 0;
    listener_ = engine_.OnReasonsChanged([this] { Look(); });
    Look();
  });
}

void ReasonWatch::Stop() {
  if (alive_ == nullptr) return;
  alive_.reset();
  if (timer_ != 0) engine_.clock().Cancel(std::exchange(timer_, 0));
  if (listener_ != 0) engine_.RemoveListener(std::exchange(listener_, 0));
}

void ReasonWatch::Look() {
  auto reason = std::make_shared<std::optional<Blocked>>();
  auto look = [&](const state::View& view) {
    auto job = view.Get<pb::Job>(job_id_);
    if (job != nullptr) *reason = engine_.Explain(view, *job);
    return absl::OkStatus();
  };
  engine_.store().Look(look, [this, reason, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (!alive.expired() && status.ok() && *reason) Consider(**reason);
  });
}

void ReasonWatch::Consider(const Blocked& blocked) {
  std::string essence = Essence(blocked);
  if (essence == last_) return;
  last_ = std::move(essence);
  tell_(blocked);
}

}  // namespace waypoint::jobs
