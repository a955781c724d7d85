#include "server/runners/registration.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "auth/label_hash.h"
#include "server/jobs/machine.h"

namespace waypoint::runners {
namespace {

bool SameLabels(const pb::Runner& a, const pb::Runner& b) {
  return std::map<std::string, std::string>(a.labels().begin(), a.labels().end()) ==
         std::map<std::string, std::string>(b.labels().begin(), b.labels().end());
}

}  // namespace

bool MayWork(const pb::Runner& runner) {
  return runner.adoption_state() == pb::Runner::ADOPTED || runner.adoption_state() == pb::Runner::PREADOPTED;
}

absl::Status CheckToken(const auth::Identity& identity, const pb::Runner& runner) {
  using Kind = auth::Identity::Kind;
  if (identity.kind == Kind::kUser || identity.kind == Kind::kSuperuser) return absl::OkStatus();
  if (identity.kind != Kind::kRunner) {
    return absl::PermissionDeniedError("this token is neither a login token nor a runner token");
  }
  if (!identity.runner_id.empty() && !absl::EqualsIgnoreCase(identity.runner_id, runner.id())) {
    return absl::PermissionDeniedError(
        absl::StrCat("the token is for runner ", identity.runner_id, ", not for ", runner.id()));
  }
  if (identity.runner_label_hash > 0 && identity.runner_label_hash != auth::RunnerLabelHash(runner.labels())) {
    return absl::PermissionDeniedError(
        absl::StrCat("the token was made for other labels than those of runner ", runner.id()));
  }
  return absl::OkStatus();
}

absl::StatusOr<pb::Runner> Register(state::Txn& txn, pb::Runner runner) {
  if (runner.id().empty()) return absl::InvalidArgumentError("runner.id must not be empty");
  auto known = txn.Get<pb::Runner>(runner.id());
  *runner.mutable_last_seen() = jobs::ToTimestamp(txn.now());
  *runner.mutable_first_seen() = known == nullptr ? runner.last_seen() : known->first_seen();
  bool keep = known != nullptr && SameLabels(*known, runner);
  runner.set_adoption_state(keep ? known->adoption_state() : pb::Runner::PENDING);
  runner.clear_online();
  txn.Put(runner.id(), runner);
  return runner;
}

void LeaveRegistry(jobs::Engine& engine, const std::string& id) {
  auto leave = [&](jobs::Step& step) {
    auto runner = step.txn().Get<pb::Runner>(id);
    if (runner == nullptr || engine.fleet().IsOnline(id)) return absl::OkStatus();
    bool decided = runner->adoption_state() == pb::Runner::ADOPTED || runner->adoption_state() == pb::Runner::REJECTED;
    if (!runner->has_remote() || !decided) step.txn().Delete<pb::Runner>(id);
    return absl::OkStatus();
  };
  engine.Update(leave, [](absl::Status) {});
  engine.FleetChanged();
}

}  // namespace waypoint::runners
