#include "server/access/access_guard.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "auth/rights.h"
#include "base/status.h"
#include "server/access/server_config.h"
#include "server/access/signing.h"
#include "server/access/users.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::Duration kTarpit = absl::Seconds(5);
constexpr size_t kMaxCached = 10'000;

void Ignore(absl::Status /*durable*/) {}

// Who a token speaks for, whatever it may do.
auth::Identity Bearer(const pb::Token& token) {
  auth::Identity identity;
  if (token.has_login()) {
    const bool entrypoint = token.login().has_entrypoint();
    identity.kind = entrypoint ? auth::Identity::Kind::kEntrypoint : auth::Identity::Kind::kUser;
    identity.user_id = token.login().user_id();
    identity.deployment_id = token.login().entrypoint().deployment_id();
  } else if (token.has_runner()) {
    identity.kind = auth::Identity::Kind::kRunner;
    identity.runner_id = token.runner().id();
    identity.runner_label_hash = token.runner().label_hash();
  } else if (token.has_trigger()) {
    identity.kind = auth::Identity::Kind::kTrigger;
    identity.user_id = token.trigger().from_user_id();
  }
  return identity;
}

}  // namespace

void AccessGuard::Check(const std::string& method, Needs needs, const Presented& presented, Answer answer) {
  if (absl::Status status = CheckCookie(presented.cookie); !status.ok()) return answer(std::move(status));
  if (needs == Needs::kNobody) return answer(AnonymousOr(presented.token));
  if (presented.token.empty()) {
    return answer(
        absl::UnauthenticatedError("no authorization token is supplied; log in, or set WAYPOINT_SERVER_TOKEN"));
  }
  absl::StatusOr<const Checked*> checked = Read(presented.token);
  if (!checked.ok()) return answer(checked.status());
  Decide(**checked, method, std::move(answer));
}

absl::Status AccessGuard::CheckCookie(const std::string& cookie) {
  if (cookie.empty()) return absl::OkStatus();
  std::string want;
  (void)store_.Peek([&](const state::View& view) {
    want = LoadServerConfig(view).cookie();
    return absl::OkStatus();
  });
  if (auth::ConstantTimeEqual(absl::AsciiStrToLower(cookie), absl::AsciiStrToLower(want))) return absl::OkStatus();
  return absl::PermissionDeniedError("the server cookie does not match; `waypoint server cookie` prints the right one");
}

absl::StatusOr<const AccessGuard::Checked*> AccessGuard::Read(const std::string& text) {
  if (auto it = cache_.find(text); it != cache_.end()) {
    RETURN_IF_ERROR(auth::CheckNotExpired(it->second.token, clock_.Now()));
    return &it->second;
  }
  absl::StatusOr<auth::DecodedToken> decoded;
  (void)store_.Peek([&](const state::View& view) {
    decoded = ReadToken(view, text, clock_.Now());
    return absl::OkStatus();
  });
  if (!decoded.ok()) return decoded.status();
  if (cache_.size() >= kMaxCached) cache_.clear();
  Checked& checked = cache_[text];
  checked = {std::move(decoded->token), decoded->legacy};
  return &checked;
}

auth::Identity AccessGuard::AnonymousOr(const std::string& token) {
  if (token.empty()) return auth::Identity();
  absl::StatusOr<const Checked*> checked = Read(token);
  return checked.ok() ? Bearer((*checked)->token) : auth::Identity();
}

void AccessGuard::Decide(const Checked& checked, const std::string& method, Answer answer) {
  auth::Verdict verdict;
  auto decide = [&](const state::View& view) {
    auth::Facts facts;
    facts.user_exists = checked.token.has_login() && GetUserById(view, checked.token.login().user_id()) != nullptr;
    std::shared_ptr<const pb::Runner> runner;
    if (checked.token.has_runner() && !checked.token.runner().id().empty()) {
      runner = view.Get<pb::Runner>(checked.token.runner().id());
      facts.runner = runner.get();
    }
    verdict = auth::Decide(checked.token, method, facts);
    return absl::OkStatus();
  };
  (void)store_.Peek(decide);
  if (!verdict.identity.ok() && MakeLegacyUser(checked)) (void)store_.Peek(decide);
  if (!verdict.tarpit) return answer(std::move(verdict.identity));
  clock_.After(kTarpit, [answer = std::move(answer), refusal = verdict.identity.status()] { answer(refusal); });
}

bool AccessGuard::MakeLegacyUser(const Checked& checked) {
  if (!checked.legacy || checked.token.login().user_id() != auth::kDefaultUserId) return false;
  bool made = false;
  store_.Update(
      [&](state::Txn& txn) {
        if (AnyUser(txn)) return absl::OkStatus();
        pb::User user;
        user.set_id(auth::kDefaultUserId);
        user.set_username(auth::kDefaultUserName);
        PutUser(txn, user);
        made = true;
        return absl::OkStatus();
      },
      Ignore);
  return made;
}

}  // namespace waypoint::server
