#include "server/runners/profile_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "errors/details.h"
#include "hcl/parse.h"
#include "server/answer.h"
#include "server/jobs/profiles.h"

namespace waypoint::runners {
namespace {

using server::AnswerRead;
using server::AnswerUpdate;
using server::Caller;
using server::Needs;
using server::Reply;

constexpr size_t kMaxConfigBytes = 5 << 20;

bool IsWord(const std::string& text) {
  for (unsigned char c : text) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '-') return false;
  }
  return true;
}

// Empty if it can be read.
std::string ConfigProblem(const pb::OnDemandRunnerConfig& profile) {
  if (profile.plugin_config().size() > kMaxConfigBytes) return "must not be larger than 5 MiB";
  if (profile.plugin_config().empty()) return "";
  const bool json = profile.config_format() == pb::Hcl::JSON;
  hcl::Diagnostics diagnostics;
  auto source = hcl::MakeSource(json ? "plugin_config.json" : "plugin_config", profile.plugin_config());
  json ? hcl::ParseJson(source, diagnostics) : hcl::ParseNative(source, diagnostics);
  return diagnostics.HasErrors() ? diagnostics.ToString() : "";
}

absl::Status Missing(const pb::Ref::OnDemandRunnerConfig& ref) {
  absl::Status status =
      absl::NotFoundError(absl::StrCat("there is no runner profile \"", ref.id().empty() ? ref.name() : ref.id(),
                                       "\"; see: waypoint runner profile list"));
  return WithDetail(WithDetail(std::move(status), "id", ref.id()), "name", ref.name());
}

absl::Status NoConfig() { return InvalidFields({{"config", "cannot be blank"}}); }

// The record that this request means: the one with its id, or with its name, or a new one.
absl::StatusOr<std::string> IdFor(state::Txn& txn, const pb::OnDemandRunnerConfig& profile) {
  pb::Ref::OnDemandRunnerConfig ref;
  ref.set_id(profile.id());
  ref.set_name(profile.name());
  auto known = jobs::FindProfile(txn, ref);
  if (known != nullptr) return known->id();
  if (profile.id().empty()) return txn.ids().Ulid();
  return InvalidFields({{"config.id", absl::StrCat("there is no profile with id ", profile.id(),
                                                   "; leave it empty to make a new one")}});
}

}  // namespace

absl::Status CheckProfile(const pb::OnDemandRunnerConfig& profile) {
  std::vector<FieldViolation> violations;
  if (profile.plugin_type().empty()) violations.push_back({"config.plugin_type", "must not be empty"});
  if (!IsWord(profile.name())) violations.push_back({"config.name", "must be made of letters, digits, _ and -"});
  if (profile.target_runner().has_labels() && profile.target_runner().labels().labels().empty()) {
    violations.push_back({"config.target_runner.labels", "must name at least one label"});
  }
  if (std::string problem = ConfigProblem(profile); !problem.empty()) {
    violations.push_back({"config.plugin_config", problem});
  }
  return InvalidFields(violations);
}

void ProfileService::Register(server::Table& table) {
  table.Unary("UpsertOnDemandRunnerConfig", Needs::kUser, *this, &ProfileService::Upsert);
  table.Unary("GetOnDemandRunnerConfig", Needs::kRunner, *this, &ProfileService::Get);
  table.Unary("GetDefaultOnDemandRunnerConfig", Needs::kRunner, *this, &ProfileService::GetDefault);
  table.Unary("DeleteOnDemandRunnerConfig", Needs::kUser, *this, &ProfileService::Delete);
  table.Unary("ListOnDemandRunnerConfigs", Needs::kRunner, *this, &ProfileService::List);
}

void ProfileService::Upsert(const Caller&, const pb::UpsertOnDemandRunnerConfigRequest& request,
                            Reply<pb::UpsertOnDemandRunnerConfigResponse> reply) {
  if (absl::Status status = CheckProfile(request.config()); !status.ok()) return reply(status);
  AnswerUpdate(engine_.store(), reply,
               [&](state::Txn& txn, pb::UpsertOnDemandRunnerConfigResponse* response) -> absl::Status {
                 Profile profile = request.config();
                 ASSIGN_OR_RETURN(std::string id, IdFor(txn, profile));
                 profile.set_id(id);
                 if (profile.name().empty()) profile.set_name(id);
                 if (profile.target_runner().target_case() == pb::Ref::Runner::TARGET_NOT_SET) {
                   profile.mutable_target_runner()->mutable_any();
                 }
                 *response->mutable_config() = profile;
                 txn.Put(absl::AsciiStrToLower(id), std::move(profile));
                 return absl::OkStatus();
               });
}

// A reference to nothing is answered with nothing; no reference at all is a mistake.
void ProfileService::Get(const Caller&, const pb::GetOnDemandRunnerConfigRequest& request,
                         Reply<pb::GetOnDemandRunnerConfigResponse> reply) {
  if (!request.has_config()) return reply(NoConfig());
  AnswerRead<pb::GetOnDemandRunnerConfigResponse>(
      engine_.store(), reply, [request](const state::View& view, pb::GetOnDemandRunnerConfigResponse* response) {
        if (request.config().id().empty() && request.config().name().empty()) return absl::OkStatus();
        auto profile = jobs::FindProfile(view, request.config());
        if (profile == nullptr) return Missing(request.config());
        *response->mutable_config() = *profile;
        return absl::OkStatus();
      });
}

void ProfileService::GetDefault(const Caller&, const google::protobuf::Empty&,
                                Reply<pb::GetOnDemandRunnerConfigResponse> reply) {
  AnswerRead<pb::GetOnDemandRunnerConfigResponse>(
      engine_.store(), reply, [](const state::View& view, pb::GetOnDemandRunnerConfigResponse* response) {
        if (auto profile = jobs::DefaultProfile(view)) *response->mutable_config() = *profile;
        return absl::OkStatus();
      });
}

void ProfileService::Delete(const Caller&, const pb::DeleteOnDemandRunnerConfigRequest& request,
                            Reply<pb::DeleteOnDemandRunnerConfigResponse> reply) {
  if (!request.has_config()) return reply(NoConfig());
  AnswerUpdate(engine_.store(), reply, [&](state::Txn& txn, pb::DeleteOnDemandRunnerConfigResponse* response) {
    auto profile = jobs::FindProfile(txn, request.config());
    if (profile == nullptr) return Missing(request.config());
    *response->mutable_config() = *profile;
    txn.Delete<Profile>(absl::AsciiStrToLower(profile->id()));
    return absl::OkStatus();
  });
}

void ProfileService::List(const Caller&, const google::protobuf::Empty&,
                          Reply<pb::ListOnDemandRunnerConfigsResponse> reply) {
  AnswerRead<pb::ListOnDemandRunnerConfigsResponse>(
      engine_.store(), reply, [](const state::View& view, pb::ListOnDemandRunnerConfigsResponse* response) {
        view.ForEach<Profile>("", [&](const std::string&, const Profile& profile) {
          *response->add_configs() = profile;
          return true;
        });
        return absl::OkStatus();
      });
}

}  // namespace waypoint::runners
