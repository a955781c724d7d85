// waypoint auth-method list, inspect, delete and set oidc: how people log in.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/text_format.h"
#include "waypoint/access.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kToken[] = "token";  // always there, stored nowhere
constexpr char kRedacted[] = "<redacted>";

absl::StatusOr<pb::AuthMethod> Find(Session& session, const std::string& name) {
  pb::GetAuthMethodRequest request;
  request.mutable_auth_method()->set_name(name);
  ASSIGN_OR_RETURN(auto response, session.Invoke<pb::GetAuthMethodResponse>("GetAuthMethod", request));
  return response.auth_method();
}

class List : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("auth-method list takes no arguments");
    auto list = session.Invoke<pb::ListAuthMethodsResponse>("ListAuthMethods", google::protobuf::Empty());
    if (!list.ok()) return session.Fail(list.status());
    Table table{.headers = {"Name", "Method"}, .rows = {{kToken, kToken}}};
    for (const pb::AuthMethod& method : list->auth_methods()) {
      table.rows.push_back({method.name(), method.has_oidc() ? "OIDC" : ""});
    }
    session.ui().Show(table);
    return 0;
  }
};

class Inspect : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("auth-method inspect takes the name of one method");
    absl::StatusOr<pb::AuthMethod> method = Find(session, session.args()[0]);
    if (absl::IsNotFound(method.status()) && session.args()[0] == kToken) {
      session.ui().Line("The token method is built in: whoever has a token logs in with it.");
      return 0;
    }
    if (!method.ok()) return session.Fail(method.status());
    if (!method->oidc().client_secret().empty()) method->mutable_oidc()->set_client_secret(kRedacted);
    std::string text;
    google::protobuf::TextFormat::PrintToString(*method, &text);
    session.ui().Raw(text, false);
    return 0;
  }
};

class Delete : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("auth-method delete takes the name of one method");
    const std::string& name = session.args()[0];
    absl::Status found = Find(session, name).status();
    if (absl::IsNotFound(found) && name == kToken) {
      return session.Fail("the token method is built in and cannot be deleted");
    }
    if (!found.ok()) return session.Fail(found);
    pb::DeleteAuthMethodRequest request;
    request.mutable_auth_method()->set_name(name);
    auto done = session.Invoke<google::protobuf::Empty>("DeleteAuthMethod", request);
    if (!done.ok()) return session.Fail(done.status());
    session.ui().Success(absl::StrCat("Auth method \"", name, "\" deleted."));
    return 0;
  }
};

class SetOidc : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.OptionalString(&display_name_, {.name = "display-name", .usage = "The name that people see."});
    flags.OptionalString(&description_, {.name = "description", .usage = "What the method is for."});
    flags.OptionalString(&access_selector_,
                         {.name = "access-selector", .usage = "Who may log in: an expression over mapped claims."});
    flags.OptionalString(&client_id_, {.name = "client-id", .usage = "The id of this server at the provider."});
    flags.OptionalString(&client_secret_, {.name = "client-secret", .usage = "Its secret there."});
    flags.OptionalString(&issuer_, {.name = "issuer", .usage = "URL of the provider."});
    flags.List(&scopes_, {.name = "claim-scope", .usage = "A scope to ask for; may be repeated."});
    flags.List(&algorithms_, {.name = "signing-algorithm", .usage = "A signature to accept; may be repeated."});
    flags.List(&issuer_ca_, {.name = "issuer-ca-pem", .usage = "Authority of the provider's certificate, as PEM."});
    flags.List(&redirects_,
               {.name = "allowed-redirect-uri", .usage = "Where the browser may be sent; may be repeated."});
    flags.Map(&claims_, {.name = "claim-mapping", .usage = "claim=name: a claim for the access selector."});
    flags.Map(&list_claims_, {.name = "list-claim-mapping", .usage = "The same for claims that are lists."});
  }

  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("auth-method set oidc takes the name of one method");
    const std::string& name = session.args()[0];
    absl::StatusOr<pb::AuthMethod> method = Find(session, name);
    const bool is_new = absl::IsNotFound(method.status());
    if (is_new) method = pb::AuthMethod();
    if (!method.ok()) return session.Fail(method.status());
    method->set_name(name);
    Merge(*method);
    pb::UpsertAuthMethodRequest request;
    *request.mutable_auth_method() = *method;
    auto done = session.Invoke<pb::UpsertAuthMethodResponse>("UpsertAuthMethod", request);
    if (!done.ok()) return session.Fail(done.status());
    session.ui().Success(absl::StrCat("Auth method \"", name, "\" ", is_new ? "created." : "updated."));
    return 0;
  }

 private:
  // What no flag names stays as it was.
  void Merge(pb::AuthMethod& method) const {
    pb::AuthMethod::OIDC& oidc = *method.mutable_oidc();
    if (display_name_.has_value()) method.set_display_name(*display_name_);
    if (description_.has_value()) method.set_description(*description_);
    if (access_selector_.has_value()) method.set_access_selector(*access_selector_);
    if (client_id_.has_value()) oidc.set_client_id(*client_id_);
    if (client_secret_.has_value()) oidc.set_client_secret(*client_secret_);
    if (issuer_.has_value()) oidc.set_discovery_url(*issuer_);
    Replace(scopes_, oidc.mutable_scopes());
    Replace(algorithms_, oidc.mutable_signing_algs());
    Replace(issuer_ca_, oidc.mutable_discovery_ca_pem());
    Replace(redirects_, oidc.mutable_allowed_redirect_uris());
    if (!claims_.empty()) *oidc.mutable_claim_mappings() = {claims_.begin(), claims_.end()};
    if (!list_claims_.empty()) *oidc.mutable_list_claim_mappings() = {list_claims_.begin(), list_claims_.end()};
  }

  static void Replace(const std::vector<std::string>& given, google::protobuf::RepeatedPtrField<std::string>* field) {
    if (!given.empty()) *field = {given.begin(), given.end()};
  }

  std::optional<std::string> display_name_, description_, access_selector_, client_id_, client_secret_, issuer_;
  std::vector<std::string> scopes_, algorithms_, issuer_ca_, redirects_;
  std::map<std::string, std::string> claims_, list_claims_;
};

}  // namespace

std::vector<CommandInfo> AuthMethodCommands() {
  constexpr Needs kNeeds{.local_server = false};
  return {{.words = "auth-method list",
           .arguments = "",
           .synopsis = "List auth methods",
           .help = "Lists the ways to log in to this server.",
           .needs = kNeeds,
           .make = Make<List>},
          {.words = "auth-method inspect",
           .arguments = "NAME",
           .synopsis = "Show an auth method",
           .help = "Shows one auth method, without its secret.",
           .needs = kNeeds,
           .make = Make<Inspect>},
          {.words = "auth-method delete",
           .arguments = "NAME",
           .synopsis = "Delete an auth method",
           .help = "Deletes one auth method. Who is logged in stays so.",
           .needs = kNeeds,
           .make = Make<Delete>},
          {.words = "auth-method set oidc",
           .arguments = "NAME",
           .synopsis = "Create or change a login with OpenID Connect",
           .help = "Lets people log in with an OpenID Connect provider. Of an existing method only what is given "
                   "changes.",
           .needs = kNeeds,
           .make = Make<SetOidc>}};
}

}  // namespace waypoint::cli
