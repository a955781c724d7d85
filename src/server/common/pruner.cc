#include "server/common/pruner.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/ids.h"
#include "base/log.h"

namespace waypoint::server {
namespace {

// Each costs a read from disk and its share of a sync.
constexpr size_t kPerStep = 64;

}  // namespace

std::string OldestIdToKeep(absl::Time now, absl::Duration age) {
  if (age <= absl::ZeroDuration()) return {};
  return EncodeUlid(std::max(now - age, absl::UnixEpoch()), std::string(10, '\0'));
}

Pruner::Pruner(state::Store& store, Clock& clock, absl::Duration interval, Work work)
    : store_(store),
      clock_(clock),
      interval_(interval),
      work_(std::move(work)),
      self_(std::make_shared<Pruner*>(this)) {}

Pruner::~Pruner() {
  *self_ = nullptr;
  if (timer_ != 0) clock_.Cancel(timer_);
}

void Pruner::Start() { Step(0); }

void Pruner::Step(size_t so_far) {
  std::vector<std::string> ids = work_.pick(kPerStep);
  if (ids.empty()) return End(so_far);
  auto erased = std::make_shared<std::vector<std::string>>();
  auto erase = [&](state::Txn& txn) {
    for (const std::string& id : ids) {
      std::vector<std::string> went = work_.erase(txn, id);
      std::move(went.begin(), went.end(), std::back_inserter(*erased));
    }
    return absl::OkStatus();
  };
  store_.Update(erase, [self = self_, erased, so_far](absl::Status status) {
    if (*self == nullptr) return;
    if (!status.ok()) {
      WAYPOINT_LOG(kWarn, "server", "old records could not be deleted", {"what", (*self)->work_.what},
                   {"error", status.message()});
      return (*self)->End(so_far);
    }
    if ((*self)->work_.gone) (*self)->work_.gone(*erased);
    (*self)->Step(so_far + erased->size());
  });
}

void Pruner::End(size_t deleted) {
  if (deleted > 0) {
    WAYPOINT_LOG(kInfo, "server", "old records are deleted", {"what", work_.what}, {"count", absl::StrCat(deleted)});
  }
  if (work_.over) work_.over();
  timer_ = clock_.After(interval_, [this] { Step(0); });
}

}  // namespace waypoint::server
