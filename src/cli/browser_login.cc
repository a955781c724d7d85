#include "cli/browser_login.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "auth/oidc.h"
#include "base/status.h"
#include "cli/loopback_callback.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/access.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

absl::StatusOr<std::string> OnlyMethod(client::Channel& channel, const client::CallOptions& call) {
  ASSIGN_OR_RETURN(auto list, client::Invoke<pb::ListOIDCAuthMethodsResponse>(channel, "ListOIDCAuthMethods",
                                                                              google::protobuf::Empty(), call));
  std::vector<std::string> names;
  for (const pb::OIDCAuthMethod& method : list.auth_methods()) names.push_back(method.name());
  std::sort(names.begin(), names.end());
  if (names.size() == 1) return names[0];
  if (names.empty()) {
    return absl::FailedPreconditionError(
        "this server offers no way to log in with a browser, only tokens work. Ask its operator for a token or an "
        "invitation (\"waypoint user invite\"), then run: waypoint login -token=TOKEN");
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "this server offers several ways to log in. Choose one with -auth-method=NAME: ", absl::StrJoin(names, ", ")));
}

// As a user would retype it, a bare line.
void Show(Session& session, const std::string& url) {
  session.ui().Line("Complete the login in your browser. If it does not open, visit this address:\n");
  session.ui().Line(absl::StrCat("    ", url, "\n"));
  if (session.world().open_browser) session.world().open_browser(url);
}

}  // namespace

absl::StatusOr<std::string> LogInWithBrowser(Session& session, client::Channel& channel, std::string method) {
  client::CallOptions call;
  call.stop = session.world().interrupt;
  if (method.empty()) {
    ASSIGN_OR_RETURN(method, OnlyMethod(channel, call));
  }
  ASSIGN_OR_RETURN(auto callback, LoopbackCallback::Listen());
  const std::string nonce = auth::Base62(session.world().ids->Random(auth::kOidcRandomBytes));
  pb::GetOIDCAuthURLRequest ask;
  ask.mutable_auth_method()->set_name(method);
  ask.set_redirect_uri(callback->url());
  ask.set_nonce(nonce);
  ASSIGN_OR_RETURN(auto where, client::Invoke<pb::GetOIDCAuthURLResponse>(channel, "GetOIDCAuthURL", ask, call));
  Show(session, where.url());
  ASSIGN_OR_RETURN(auto answer, callback->Await(QueryOf(where.url())["state"], session.world().interrupt));
  pb::CompleteOIDCAuthRequest complete;
  *complete.mutable_auth_method() = ask.auth_method();
  complete.set_redirect_uri(ask.redirect_uri());
  complete.set_nonce(nonce);
  complete.set_state(answer.state);
  complete.set_code(answer.code);
  ASSIGN_OR_RETURN(auto done,
                   client::Invoke<pb::CompleteOIDCAuthResponse>(channel, "CompleteOIDCAuth", complete, call));
  return done.token();
}

}  // namespace waypoint::cli
