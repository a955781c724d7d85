#include "server/runners/runner_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "errors/details.h"
#include "server/answer.h"
#include "server/runners/adoption_session.h"
#include "server/runners/runner_job_stream.h"

namespace waypoint::runners {
namespace {

using server::AnswerRead;
using server::Caller;
using server::Needs;
using server::Reply;

absl::Status CheckId(const std::string& id) {
  bool word = !id.empty();
  for (char c : id) word = word && (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-');
  if (word) return absl::OkStatus();
  return InvalidFields({{"runner_id", "must be made of letters, digits, _ and -"}});
}

absl::Status Unknown(const std::string& id) {
  return absl::NotFoundError(absl::StrCat("there is no runner with id ", id, "; see: waypoint runner list"));
}

}  // namespace

void RunnerService::Register(server::Table& table) {
  table.Unary("GetRunner", Needs::kRunner, *this, &RunnerService::Get);
  table.Unary("ListRunners", Needs::kRunner, *this, &RunnerService::List);
  table.Unary("AdoptRunner", Needs::kUser, *this, &RunnerService::Adopt);
  table.Unary("ForgetRunner", Needs::kUser, *this, &RunnerService::Forget);
  table.Stream("RunnerJobStream", Needs::kRunner, *this, &RunnerService::OpenJobs);
  table.Stream("RunnerConfig", Needs::kRunner, *this, &RunnerService::OpenConfig);
  table.Stream("RunnerToken", Needs::kNobody, *this, &RunnerService::OpenToken);
}

void RunnerService::Get(const Caller&, const pb::GetRunnerRequest& request, Reply<pb::Runner> reply) {
  AnswerRead<pb::Runner>(engine_.store(), reply, [request](const state::View& view, pb::Runner* runner) {
    auto known = view.Get<pb::Runner>(request.runner_id());
    if (known == nullptr) return Unknown(request.runner_id());
    *runner = *known;
    return absl::OkStatus();
  });
}

void RunnerService::List(const Caller&, const pb::ListRunnersRequest&, Reply<pb::ListRunnersResponse> reply) {
  AnswerRead<pb::ListRunnersResponse>(
      engine_.store(), reply, [](const state::View& view, pb::ListRunnersResponse* response) {
        view.ForEach<pb::Runner>("", [&](const std::string&, const pb::Runner& runner) {
          *response->add_runners() = runner;
          return true;
        });
        auto* runners = response->mutable_runners();
        std::reverse(runners->pointer_begin(), runners->pointer_end());  // the newest first
        return absl::OkStatus();
      });
}

void RunnerService::Adopt(const Caller& caller, const pb::AdoptRunnerRequest& request,
                          Reply<google::protobuf::Empty> reply) {
  if (absl::Status status = CheckId(request.runner_id()); !status.ok()) return reply(status);
  const std::string& id = request.runner_id();
  const auto state = request.adopt() ? pb::Runner::ADOPTED : pb::Runner::REJECTED;
  auto adopt = [&](jobs::Step& step) {
    auto known = step.txn().Get<pb::Runner>(id);
    if (known == nullptr) return Unknown(id);
    pb::Runner runner = *known;
    runner.set_adoption_state(state);
    step.txn().Put(id, std::move(runner));
    step.RecheckAdoption(id);
    return absl::OkStatus();
  };
  engine_.Update(adopt, [this, id, state, reply](absl::Status status) {
    if (!status.ok()) return reply(absl::IsNotFound(status) ? WithDetail(status, "id", id) : status);
    engine_.fleet().SetAdoption(id, state);
    engine_.FleetChanged();
    reply(google::protobuf::Empty());
  });
}

void RunnerService::Forget(const Caller& caller, const pb::ForgetRunnerRequest& request,
                           Reply<google::protobuf::Empty> reply) {
  // Any name may be forgotten, also one that was never possible.
  if (request.runner_id().empty()) return reply(InvalidFields({{"runner_id", "cannot be blank"}}));
  auto forget = [&](jobs::Step& step) {
    step.txn().Delete<pb::Runner>(request.runner_id());
    return absl::OkStatus();
  };
  engine_.Update(forget,
                 [reply](absl::Status status) { status.ok() ? reply(google::protobuf::Empty()) : reply(status); });
}

std::unique_ptr<server::Session<pb::RunnerJobStreamRequest, pb::RunnerJobStreamResponse>> RunnerService::OpenJobs(
    const Caller& caller, server::Outbox<pb::RunnerJobStreamResponse> outbox) {
  return std::make_unique<RunnerJobStream>(engine_, caller.identity, outbox);
}

std::unique_ptr<server::Session<pb::RunnerConfigRequest, pb::RunnerConfigResponse>> RunnerService::OpenConfig(
    const Caller& caller, server::Outbox<pb::RunnerConfigResponse> outbox) {
  return std::make_unique<RunnerConfigStream>(engine_, caller.identity, outbox);
}

std::unique_ptr<server::Session<pb::RunnerTokenRequest, pb::RunnerTokenResponse>> RunnerService::OpenToken(
    const Caller& caller, server::Outbox<pb::RunnerTokenResponse> outbox) {
  return std::make_unique<AdoptionSession>(engine_, mint_, caller, outbox);
}

}  // namespace waypoint::runners
