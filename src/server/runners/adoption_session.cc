#include "server/runners/adoption_session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "auth/label_hash.h"
#include "base/status.h"
#include "server/runners/registration.h"

namespace waypoint::runners {

void AdoptionSession::OnMessage(pb::RunnerTokenRequest message) {
  if (std::exchange(asked_, true)) return;
  const pb::Runner& runner = message.runner();
  if (HasUsableToken(runner)) return Answer("");
  if (caller_.cookie.empty()) {
    out_.Finish(absl::PermissionDeniedError(
        "a runner without a token must show the server's cookie; see: waypoint server cookie"));
    return;
  }
  auto registered = std::make_shared<pb::Runner>();
  auto open = [&](jobs::Step& step) -> absl::Status {
    ASSIGN_OR_RETURN(*registered, Register(step.txn(), runner));
    return absl::OkStatus();
  };
  engine_.Update(open, [this, engine = &engine_, registered, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (alive.expired()) {
      if (status.ok()) LeaveRegistry(*engine, registered->id());
      return;
    }
    status.ok() ? OnRegistered(*registered) : out_.Finish(std::move(status));
  });
}

// Exact, unlike the check of the streams.
bool AdoptionSession::HasUsableToken(const pb::Runner& runner) const {
  using Kind = auth::Identity::Kind;
  const auth::Identity& identity = caller_.identity;
  if (identity.kind == Kind::kUser || identity.kind == Kind::kSuperuser) return true;
  if (identity.kind != Kind::kRunner) return false;
  if (!identity.runner_id.empty() && identity.runner_id != runner.id()) return false;
  return identity.runner_label_hash == 0 || identity.runner_label_hash == auth::RunnerLabelHash(runner.labels());
}

void AdoptionSession::OnRegistered(const pb::Runner& runner) {
  runner_id_ = runner.id();
  registration_ = engine_.fleet().Online(runner);
  engine_.FleetChanged();
  if (runner.adoption_state() == pb::Runner::ADOPTED) {
    out_.Finish(absl::PermissionDeniedError(
        absl::StrCat("runner ", runner_id_, " is adopted already: present the token that it was given then")));
    return;
  }
  watch_ = engine_.store().Watch({absl::StrCat("runner/", runner_id_)}, [this] { Check(); });
  Check();
}

void AdoptionSession::Check() {
  auto seen = std::make_shared<std::shared_ptr<const pb::Runner>>();
  auto look = [&](const state::View& view) {
    *seen = view.Get<pb::Runner>(runner_id_);
    return absl::OkStatus();
  };
  engine_.store().Look(look, [this, seen, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (alive.expired()) return;
    if (absl::IsUnavailable(status)) return Check();
    if (!status.ok()) return out_.Finish(std::move(status));
    const auto& runner = *seen;
    if (runner == nullptr) {
      return out_.Finish(absl::NotFoundError(absl::StrCat("runner ", runner_id_, " was forgotten while it waited")));
    }
    if (runner->adoption_state() == pb::Runner::REJECTED) {
      return out_.Finish(absl::PermissionDeniedError(absl::StrCat("runner ", runner_id_, " was rejected")));
    }
    if (runner->adoption_state() == pb::Runner::ADOPTED) HandOutToken(*runner);
  });
}

void AdoptionSession::HandOutToken(const pb::Runner& runner) {
  if (watch_ != 0) engine_.store().Unwatch(std::exchange(watch_, 0));
  auto token = std::make_shared<std::string>();
  auto issue = [&](jobs::Step& step) -> absl::Status {
    if (!mint_) return absl::FailedPreconditionError("this server makes no tokens");
    pb::Token body;
    body.mutable_runner()->set_id(runner.id());
    body.mutable_runner()->set_label_hash(auth::RunnerLabelHash(runner.labels()));
    ASSIGN_OR_RETURN(*token, mint_(step.txn(), std::move(body)));
    return absl::OkStatus();
  };
  engine_.Update(issue, [this, token, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (alive.expired()) return;
    status.ok() ? Answer(*token) : out_.Finish(std::move(status));
  });
}

void AdoptionSession::Answer(const std::string& token) {
  Response response;
  response.set_token(token);
  out_.Send(response);
  out_.Finish(absl::OkStatus());
}

void AdoptionSession::Stop() {
  alive_.reset();
  if (watch_ != 0) engine_.store().Unwatch(std::exchange(watch_, 0));
  if (registration_ == 0) return;
  uint64_t registration = std::exchange(registration_, 0);
  engine_.fleet().Offline(runner_id_, registration);
  LeaveRegistry(engine_, runner_id_);
}

}  // namespace waypoint::runners
