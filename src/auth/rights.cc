#include "auth/rights.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "auth/label_hash.h"

namespace waypoint::auth {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::string_view kAnonymous[] = {"BootstrapToken",   "ConvertInviteToken",  "DecodeToken",
                                            "GetVersionInfo",   "ListOIDCAuthMethods", "GetOIDCAuthURL",
                                            "CompleteOIDCAuth", "RunnerToken",         "NoAuthRunTrigger"};

Verdict Login(const pb::Token::Login& login, absl::string_view method, const Facts& facts) {
  Identity identity;
  identity.user_id = login.user_id();
  identity.kind = Identity::Kind::kUser;
  if (login.has_entrypoint()) {
    identity.kind = Identity::Kind::kEntrypoint;
    identity.deployment_id = login.entrypoint().deployment_id();
    if (!absl::StartsWith(method, "Entrypoint")) {
      return {absl::UnauthenticatedError(
          absl::StrCat("this token belongs to an entrypoint and may not call ", method, "; log in as a user"))};
    }
  }
  if (!facts.user_exists) {
    return {absl::UnauthenticatedError("the user of this token does not exist any more; log in again")};
  }
  return {identity};
}

Verdict Runner(const pb::Token::Runner& runner, absl::string_view method, const Facts& facts) {
  Identity identity;
  identity.kind = Identity::Kind::kRunner;
  identity.runner_id = runner.id();
  identity.runner_label_hash = runner.label_hash();
  if (runner.id().empty() || method == "RunnerConfig") return {identity};
  const auto state = facts.runner == nullptr ? pb::Runner::PENDING : facts.runner->adoption_state();
  if (state != pb::Runner::ADOPTED && state != pb::Runner::PREADOPTED) {
    return {absl::PermissionDeniedError(absl::StrCat("runner ", runner.id(), " is not adopted")), true};
  }
  if (runner.label_hash() > 0 && runner.label_hash() != RunnerLabelHash(facts.runner->labels())) {
    return {absl::PermissionDeniedError(
        absl::StrCat("the labels of runner ", runner.id(), " are not those its token was made for"))};
  }
  return {identity};
}

}  // namespace

bool IsAnonymous(absl::string_view method) {
  for (absl::string_view name : kAnonymous) {
    if (name == method) return true;
  }
  return false;
}

Verdict Decide(const pb::Token& token, absl::string_view method, const Facts& facts) {
  switch (token.kind_case()) {
    case pb::Token::kLogin:
      return Login(token.login(), method, facts);
    case pb::Token::kRunner:
      return Runner(token.runner(), method, facts);
    case pb::Token::kTrigger:
      return {absl::PermissionDeniedError("a trigger token can only run triggers by their URL")};
    case pb::Token::kInvite:
      return {absl::UnknownError("this is an invite: exchange it for a login token first")};
    default:
      return {absl::UnknownError("the authentication token is of no known kind")};
  }
}

}  // namespace waypoint::auth
