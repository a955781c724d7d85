#include "server/records/config_service.h"

#include "absl/strings/str_cat.h"
#include "errors/details.h"
#include "hcl/selector.h"
#include "ptypes/config_var.h"
#include "server/answer.h"
#include "server/common/config_resolve.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

// A selector that does not parse would hide its variable for good.
absl::Status CheckSelectors(const pb::ConfigSetRequest& request) {
  std::vector<FieldViolation> violations;
  for (int i = 0; i < request.variables_size(); ++i) {
    const pb::ConfigVar& var = request.variables(i);
    if (var.target().label_selector().empty()) continue;
    const auto parsed = hcl::Selector::Parse(var.target().label_selector());
    if (parsed.ok()) continue;
    violations.push_back({absl::StrCat("variables[", i, "].target.label_selector"),
                          absl::StrCat("of variable \"", var.name(), "\": ", parsed.status().message())});
  }
  return InvalidFields(violations);
}

// Deletes go first: a request may replace a variable under another spelling.
void Apply(state::Txn& txn, const google::protobuf::RepeatedPtrField<pb::ConfigVar>& variables, bool deletes,
           bool force) {
  for (pb::ConfigVar var : variables) {
    if (deletes != (force || ptypes::IsDelete(var))) continue;
    ptypes::NormalizeTarget(var);
    const std::string key = ptypes::ConfigVarKey(var);
    if (deletes) {
      txn.Delete<pb::ConfigVar>(key);
    } else {
      txn.Put(key, std::move(var));
    }
  }
}

absl::Status DeleteStoredSource(state::Txn& txn, const pb::ConfigSource& source) {
  const std::string key = ptypes::ConfigSourceKey(source);
  if (txn.Get<pb::ConfigSource>(key) == nullptr) {
    return WithDetail(absl::NotFoundError(absl::StrCat("no configuration source of type \"", source.type(),
                                                       "\" is set in this scope and workspace")),
                      "type", source.type());
  }
  txn.Delete<pb::ConfigSource>(key);
  return absl::OkStatus();
}

}  // namespace

void ConfigService::Register(Table& table) {
  table.Unary("SetConfig", Needs::kRunner, *this, &ConfigService::Set);
  table.Unary("DeleteConfig", Needs::kRunner, *this, &ConfigService::Delete);
  table.Unary("GetConfig", Needs::kRunner, *this, &ConfigService::Get);
  table.Unary("SetConfigSource", Needs::kRunner, *this, &ConfigService::SetSource);
  table.Unary("DeleteConfigSource", Needs::kRunner, *this, &ConfigService::DeleteSource);
  table.Unary("GetConfigSource", Needs::kRunner, *this, &ConfigService::GetSource);
}

void ConfigService::Set(const Caller&, const pb::ConfigSetRequest& request, Reply<pb::ConfigSetResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  if (absl::Status status = CheckSelectors(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, pb::ConfigSetResponse*) {
    Apply(txn, request.variables(), /*deletes=*/true, /*force=*/false);
    Apply(txn, request.variables(), /*deletes=*/false, /*force=*/false);
    return absl::OkStatus();
  });
}

void ConfigService::Delete(const Caller&, const pb::ConfigDeleteRequest& request,
                           Reply<pb::ConfigDeleteResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, pb::ConfigDeleteResponse*) {
    Apply(txn, request.variables(), /*deletes=*/true, /*force=*/true);
    return absl::OkStatus();
  });
}

void ConfigService::Get(const Caller&, const pb::ConfigGetRequest& request, Reply<pb::ConfigGetResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  ConfigScope scope;
  scope.project = request.has_application() ? request.application().project() : request.project().project();
  scope.application = request.application().application();
  if (request.has_runner()) scope.runner_id = request.runner().id();
  scope.workspace = request.workspace().workspace();
  scope.labels = {request.labels().begin(), request.labels().end()};
  scope.name_prefix = request.prefix();
  AnswerRead<pb::ConfigGetResponse>(store_, reply, [scope](const state::View& view, pb::ConfigGetResponse* response) {
    for (pb::ConfigVar& var : ResolveConfig(view, scope)) *response->add_variables() = std::move(var);
    return absl::OkStatus();
  });
}

void ConfigService::SetSource(const Caller&, const pb::SetConfigSourceRequest& request,
                              Reply<google::protobuf::Empty> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, google::protobuf::Empty*) -> absl::Status {
    pb::ConfigSource source = request.config_source();
    if (source.delete_()) return DeleteStoredSource(txn, source);
    source.set_hash(ptypes::ConfigSourceHash(source));
    txn.Put(ptypes::ConfigSourceKey(source), std::move(source));
    return absl::OkStatus();
  });
}

void ConfigService::DeleteSource(const Caller&, const pb::DeleteConfigSourceRequest& request,
                                 Reply<google::protobuf::Empty> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, google::protobuf::Empty*) {
    return DeleteStoredSource(txn, request.config_source());
  });
}

void ConfigService::GetSource(const Caller&, const pb::GetConfigSourceRequest& request,
                              Reply<pb::GetConfigSourceResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  SourceScope scope;
  scope.all = request.scope_case() == pb::GetConfigSourceRequest::kAll;
  scope.project = request.has_application() ? request.application().project() : request.project().project();
  scope.application = request.application().application();
  scope.workspace = request.workspace().workspace();
  scope.type_prefix = request.type();
  AnswerRead<pb::GetConfigSourceResponse>(store_, reply,
                                          [scope](const state::View& view, pb::GetConfigSourceResponse* response) {
                                            for (pb::ConfigSource& source : ResolveSources(view, scope)) {
                                              *response->add_config_sources() = std::move(source);
                                            }
                                            return absl::OkStatus();
                                          });
}

}  // namespace waypoint::server
