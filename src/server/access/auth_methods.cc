#include "server/access/auth_methods.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "errors/details.h"
#include "hcl/selector.h"
#include "hcl/unicode.h"
#include "ptypes/names.h"
#include "ptypes/violations.h"
#include "server/answer.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::string_view kGoWords[] = {"break",  "case",        "chan", "const",   "continue", "default", "defer",
                                          "else",   "fallthrough", "for",  "func",    "go",       "goto",    "if",
                                          "import", "interface",   "map",  "package", "range",    "return",  "select",
                                          "struct", "switch",      "type", "var"};
constexpr absl::string_view kAlgorithms[] = {"RS256", "RS384", "RS512", "ES256", "ES384",
                                             "ES512", "PS256", "PS384", "PS512", "EdDSA"};

template <typename List>
bool IsOneOf(const List& list, absl::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// Names of claims are written like variables of the original's language.
bool IsGoIdentifier(absl::string_view text) {
  if (text.empty() || IsOneOf(kGoWords, text)) return false;
  for (size_t at = 0; at < text.size();) {
    const hcl::Rune rune = hcl::DecodeRune({text.data(), text.size()}, at);
    const bool letter = rune.value == '_' || hcl::IsIdentifierStart(rune.value);
    const bool digit = at > 0 && rune.value != '-' && hcl::IsIdentifierContinue(rune.value);
    if (!rune.valid || !(letter || digit)) return false;
    at += rune.length;
  }
  return true;
}

bool IsUrl(absl::string_view text) {
  const size_t scheme = text.find("://");
  if (scheme == absl::string_view::npos || scheme == 0 || text.size() <= scheme + 3 || text[scheme + 3] == '/') {
    return false;
  }
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return absl::ascii_isspace(c) || absl::ascii_iscntrl(c); });
}

// The call needs the reference; one without a name is looked up and not found.
template <typename Request>
absl::Status CheckHasMethod(const Request& request) {
  ptypes::Violations violations;
  violations.Require(request.has_auth_method(), "auth_method", ptypes::kMustBeSet);
  return violations.ToStatus();
}

template <typename Map>
void CheckMappings(absl::string_view field, const Map& mappings, ptypes::Violations& violations) {
  for (const auto& [source, name] : mappings) {
    violations.Require(!source.empty(), field, "must not have an empty claim");
    violations.Require(IsGoIdentifier(name), field,
                       absl::StrCat("\"", name,
                                    "\" must be letters, digits and _, begin with no digit, and be no "
                                    "keyword of Go"));
  }
}

void CheckOidc(const pb::AuthMethod::OIDC& oidc, ptypes::Violations& violations) {
  const std::string at = "auth_method.Method.Oidc.";
  violations.Require(!oidc.client_id().empty(), at + "client_id", ptypes::kBlank);
  violations.Require(!oidc.client_secret().empty(), at + "client_secret", ptypes::kBlank);
  if (violations.Require(!oidc.discovery_url().empty(), at + "discovery_url", ptypes::kBlank)) {
    violations.Require(IsUrl(oidc.discovery_url()), at + "discovery_url", "must be a URL");
  }
  for (const std::string& algorithm : oidc.signing_algs()) {
    violations.Require(IsOneOf(kAlgorithms, algorithm), at + "signing_algs",
                       absl::StrCat("\"", algorithm, "\" is no known algorithm; use RS256, ES256, EdDSA or the like"));
  }
  CheckMappings(at + "claim_mappings", oidc.claim_mappings(), violations);
  CheckMappings(at + "list_claim_mappings", oidc.list_claim_mappings(), violations);
}

}  // namespace

absl::Status CheckAuthMethod(const pb::AuthMethod& method) {
  ptypes::Violations violations;
  if (violations.Require(!method.name().empty(), "auth_method.name", ptypes::kBlank)) {
    violations.Require(ptypes::IsPlainName(method.name()), "auth_method.name", "must be letters, digits, - and _ only");
    violations.Require(!absl::EqualsIgnoreCase(method.name(), "token"), "auth_method.name",
                       "must not be \"token\", which is the way to log in with a token");
  }
  if (!method.access_selector().empty()) {
    absl::Status parsed = hcl::Selector::Parse(method.access_selector()).status();
    violations.Require(parsed.ok(), "auth_method.access_selector", parsed.message());
  }
  violations.Require(method.has_oidc(), "auth_method.Method", ptypes::kMustBeSet);
  if (method.has_oidc()) CheckOidc(method.oidc(), violations);
  return violations.ToStatus();
}

absl::StatusOr<std::shared_ptr<const pb::AuthMethod>> FindAuthMethod(const state::View& view, const std::string& name) {
  auto method = view.Get<pb::AuthMethod>(absl::AsciiStrToLower(name));
  if (method != nullptr) return method;
  return WithDetail(absl::NotFoundError(absl::StrCat("there is no auth method \"", name, "\"")), "auth_method", name);
}

void AuthMethodService::Register(Table& table) {
  table.Unary("UpsertAuthMethod", Needs::kUser, *this, &AuthMethodService::Upsert);
  table.Unary("GetAuthMethod", Needs::kUser, *this, &AuthMethodService::Get);
  table.Unary("ListAuthMethods", Needs::kUser, *this, &AuthMethodService::List);
  table.Unary("DeleteAuthMethod", Needs::kUser, *this, &AuthMethodService::Delete);
  table.Unary("ListOIDCAuthMethods", Needs::kNobody, *this, &AuthMethodService::ListOidc);
}

void AuthMethodService::Upsert(const Caller&, const pb::UpsertAuthMethodRequest& request,
                               Reply<pb::UpsertAuthMethodResponse> reply) {
  if (absl::Status status = CheckAuthMethod(request.auth_method()); !status.ok()) return reply(std::move(status));
  AnswerUpdate<pb::UpsertAuthMethodResponse>(store_, std::move(reply),
                                             [&request](state::Txn& txn, pb::UpsertAuthMethodResponse* response) {
                                               pb::AuthMethod method = request.auth_method();
                                               if (method.display_name().empty())
                                                 method.set_display_name(method.name());
                                               *response->mutable_auth_method() = method;
                                               const std::string key = absl::AsciiStrToLower(method.name());
                                               txn.Put(key, std::move(method));
                                               return absl::OkStatus();
                                             });
}

void AuthMethodService::Get(const Caller&, const pb::GetAuthMethodRequest& request,
                            Reply<pb::GetAuthMethodResponse> reply) {
  if (absl::Status status = CheckHasMethod(request); !status.ok()) return reply(std::move(status));
  AnswerRead<pb::GetAuthMethodResponse>(
      store_, std::move(reply),
      [request](const state::View& view, pb::GetAuthMethodResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(auto method, FindAuthMethod(view, request.auth_method().name()));
        *response->mutable_auth_method() = *method;
        return absl::OkStatus();
      });
}

void AuthMethodService::List(const Caller&, const google::protobuf::Empty&, Reply<pb::ListAuthMethodsResponse> reply) {
  AnswerRead<pb::ListAuthMethodsResponse>(
      store_, std::move(reply), [](const state::View& view, pb::ListAuthMethodsResponse* response) {
        view.ForEach<pb::AuthMethod>("", [response](const std::string&, const pb::AuthMethod& method) {
          *response->add_auth_methods() = method;
          return true;
        });
        return absl::OkStatus();
      });
}

void AuthMethodService::Delete(const Caller&, const pb::DeleteAuthMethodRequest& request,
                               Reply<google::protobuf::Empty> reply) {
  if (absl::Status status = CheckHasMethod(request); !status.ok()) return reply(std::move(status));
  AnswerUpdate<google::protobuf::Empty>(
      store_, std::move(reply), [&request](state::Txn& txn, google::protobuf::Empty*) -> absl::Status {
        RETURN_IF_ERROR(FindAuthMethod(txn, request.auth_method().name()).status());
        txn.Delete<pb::AuthMethod>(absl::AsciiStrToLower(request.auth_method().name()));
        return absl::OkStatus();
      });
}

void AuthMethodService::ListOidc(const Caller&, const google::protobuf::Empty&,
                                 Reply<pb::ListOIDCAuthMethodsResponse> reply) {
  AnswerRead<pb::ListOIDCAuthMethodsResponse>(
      store_, std::move(reply), [](const state::View& view, pb::ListOIDCAuthMethodsResponse* response) {
        view.ForEach<pb::AuthMethod>("", [response](const std::string&, const pb::AuthMethod& method) {
          if (!method.has_oidc()) return true;
          pb::OIDCAuthMethod* shown = response->add_auth_methods();
          shown->set_name(method.name());
          shown->set_display_name(method.display_name());
          shown->set_kind(pb::OIDCAuthMethod::UNKNOWN);
          return true;
        });
        return absl::OkStatus();
      });
}

}  // namespace waypoint::server
