#include "clicontext/connection.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace waypoint::clicontext {
namespace {

constexpr char kNone[] = "-";
constexpr char kDefaultPort[] = "9701";

// Unlike flags these variables accept any case; unset means false.
absl::StatusOr<bool> BoolVariable(const Environment& env, const std::string& name) {
  const std::string value = absl::AsciiStrToLower(env.GetOr(name));
  if (value.empty() || value == "0" || value == "f" || value == "false") return false;
  if (value == "1" || value == "t" || value == "true") return true;
  return absl::InvalidArgumentError(
      absl::StrCat("the environment variable ", name, " is \"", value, "\"; it must be true or false"));
}

struct Draft {
  Connection connection;
  bool auth = false;
};

absl::Status ApplyContext(const Storage& storage, const Environment& env, Draft& draft) {
  std::string name = env.GetOr("WAYPOINT_CONTEXT");
  if (name.empty()) name = storage.Default();
  if (name.empty() || name == kNone) return absl::OkStatus();
  absl::StatusOr<Context> context = storage.Load(name);
  if (!context.ok()) {
    return Annotate(context.status(), "the context \"", name,
                    "\" cannot be loaded (see \"waypoint context list\", or set WAYPOINT_CONTEXT=-)");
  }
  draft.connection = {context->address,    context->tls,      context->tls_skip_verify,
                      context->auth_token, context->platform, name};
  draft.auth = context->require_auth;
  return absl::OkStatus();
}

absl::Status ApplyEnvironment(const Environment& env, Draft& draft) {
  const std::string address = env.GetOr("WAYPOINT_SERVER_ADDR");
  if (address.empty()) return absl::OkStatus();
  draft.connection.address = address;
  ASSIGN_OR_RETURN(draft.connection.tls, BoolVariable(env, "WAYPOINT_SERVER_TLS"));
  ASSIGN_OR_RETURN(draft.connection.tls_skip_verify, BoolVariable(env, "WAYPOINT_SERVER_TLS_SKIP_VERIFY"));
  draft.auth = !env.GetOr("WAYPOINT_SERVER_TOKEN").empty();
  return absl::OkStatus();
}

absl::Status ChooseToken(const Environment& env, Draft& draft) {
  if (!draft.auth) {
    draft.connection.token.clear();
    return absl::OkStatus();
  }
  if (const std::string token = env.GetOr("WAYPOINT_SERVER_TOKEN"); !token.empty()) draft.connection.token = token;
  if (draft.connection.token.empty()) {
    return absl::UnauthenticatedError(
        "the server needs a token and none is known. Run \"waypoint login\", or set WAYPOINT_SERVER_TOKEN.");
  }
  if (draft.connection.token == kNone) draft.connection.token.clear();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<Connection>> ResolveConnection(const Storage& storage, const Environment& env,
                                                            const ConnectionFlags& flags) {
  Draft draft;
  RETURN_IF_ERROR(ApplyContext(storage, env, draft));
  RETURN_IF_ERROR(ApplyEnvironment(env, draft));
  if (!flags.address.empty()) {
    // Authentication stays as the earlier sources said.
    draft.connection.address = flags.address;
    draft.connection.tls = flags.tls;
    draft.connection.tls_skip_verify = flags.tls_skip_verify;
  }
  if (draft.connection.address.empty()) return std::optional<Connection>();
  RETURN_IF_ERROR(ChooseToken(env, draft));
  return std::optional<Connection>(draft.connection);
}

Connection ParseAddressArgument(const std::string& text) {
  Connection connection;
  connection.tls = true;
  connection.tls_skip_verify = true;
  absl::string_view host = text;
  if (const size_t scheme_end = host.find("//"); scheme_end != absl::string_view::npos) {
    connection.tls = host.substr(0, scheme_end) != "http:";
    host.remove_prefix(scheme_end + 2);
  }
  host = host.substr(0, host.find('/'));
  if (host.empty()) {
    connection.address = text;
    return connection;
  }
  connection.address = std::string(host);
  if (!absl::StrContains(host, ':')) absl::StrAppend(&connection.address, ":", kDefaultPort);
  return connection;
}

}  // namespace waypoint::clicontext
