#include "plugin/native_results.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "plugin/any.h"
#include "plugin/json_value.h"

namespace waypoint::plugin::internal {
namespace {

template <typename Res>
absl::StatusOr<Res*> As(google::protobuf::Message* response) {
  auto* typed = dynamic_cast<Res*>(response);
  if (typed == nullptr) return absl::InternalError("response message of another function");
  return typed;
}

absl::StatusOr<const google::protobuf::Message*> MessageOf(const NativeResult& result) {
  if (result.message == nullptr) return absl::InternalError("function gave no message");
  return result.message.get();
}

absl::Status FillBuild(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::Build::Resp>(response));
  ASSIGN_OR_RETURN(const auto* message, MessageOf(result));
  *out->mutable_result() = PackAny(*message);
  ASSIGN_OR_RETURN(*out->mutable_result_json(), MessageJson(*message));
  out->set_template_data(TemplateData(*message));
  out->mutable_labels()->insert(result.labels.begin(), result.labels.end());
  return absl::OkStatus();
}

absl::Status FillAccess(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::Access::Resp>(response));
  ASSIGN_OR_RETURN(const auto* message, MessageOf(result));
  *out->mutable_result() = PackAny(*message);
  return absl::OkStatus();
}

absl::Status FillPush(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::Push::Resp>(response));
  ASSIGN_OR_RETURN(const auto* message, MessageOf(result));
  *out->mutable_result() = PackAny(*message);
  ASSIGN_OR_RETURN(*out->mutable_result_json(), MessageJson(*message));
  out->set_template_data(TemplateData(*message));
  return absl::OkStatus();
}

absl::Status FillDeploy(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::Deploy::Resp>(response));
  ASSIGN_OR_RETURN(const auto* message, MessageOf(result));
  *out->mutable_result() = PackAny(*message);
  ASSIGN_OR_RETURN(*out->mutable_result_json(), MessageJson(*message));
  out->set_template_data(TemplateData(*message));
  out->mutable_deployment()->set_url(result.url);
  *out->mutable_declared_resources() = result.declared;
  return absl::OkStatus();
}

absl::Status FillRelease(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::Release::Resp>(response));
  ASSIGN_OR_RETURN(const auto* message, MessageOf(result));
  *out->mutable_result() = PackAny(*message);
  out->set_template_data(TemplateData(*message));
  out->mutable_release()->set_url(result.url);
  *out->mutable_declared_resources() = result.declared;
  return absl::OkStatus();
}

absl::Status FillDestroy(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::Destroy::Resp>(response));
  if (result.message != nullptr) out->CheckTypeAndMergeFrom(*result.message);
  out->mutable_declared_resources();  // a Go host crashes without them (B8)
  out->mutable_destroyed_resources();
  return absl::OkStatus();
}

absl::Status FillStart(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::TaskLaunch::Resp>(response));
  ASSIGN_OR_RETURN(const auto* message, MessageOf(result));
  *out->mutable_result() = PackAny(*message);
  ASSIGN_OR_RETURN(*out->mutable_result_json(), MessageJson(*message));
  return absl::OkStatus();
}

absl::Status FillGeneration(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::Generation::Resp>(response));
  out->set_id(result.bytes);
  return absl::OkStatus();
}

absl::Status FillStatus(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::StatusReport>(response));
  ASSIGN_OR_RETURN(const auto* message, MessageOf(result));
  out->CheckTypeAndMergeFrom(*message);
  return absl::OkStatus();
}

absl::Status FillExec(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::ExecResult>(response));
  out->set_exit_code(result.number);
  return absl::OkStatus();
}

absl::Status FillWatch(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::TaskWatch::Resp>(response));
  out->set_exit_code(result.number);
  return absl::OkStatus();
}

absl::Status FillAuth(const NativeResult& result, google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(auto* out, As<sdk::Auth::AuthResponse>(response));
  out->set_authenticated(result.flag);
  return absl::OkStatus();
}

}  // namespace

absl::Status FillResponse(Function function, const NativeResult& result, google::protobuf::Message* response) {
  switch (function) {
    case Function::kBuild:
    case Function::kBuildOdr:
      return FillBuild(result, response);
    case Function::kAccess:
      return FillAccess(result, response);
    case Function::kPush:
      return FillPush(result, response);
    case Function::kDeploy:
      return FillDeploy(result, response);
    case Function::kRelease:
      return FillRelease(result, response);
    case Function::kDestroy:
      return FillDestroy(result, response);
    case Function::kGeneration:
      return FillGeneration(result, response);
    case Function::kStatus:
      return FillStatus(result, response);
    case Function::kExec:
      return FillExec(result, response);
    case Function::kWatchTask:
      return FillWatch(result, response);
    case Function::kAuth:
      return FillAuth(result, response);
    case Function::kStartTask:
      return FillStart(result, response);
    case Function::kDestroyWorkspace:
    case Function::kLogs:
    case Function::kValidateAuth:
    case Function::kStopTask:
      return absl::OkStatus();
  }
  return absl::InternalError("unknown function");
}

void DescribeResultMessage(const google::protobuf::Descriptor* message, sdk::FuncSpec* spec) {
  if (message == nullptr || message == sdk::StatusReport::descriptor() || message == sdk::Destroy::Resp::descriptor()) {
    return;
  }
  spec->add_result()->set_type(message->full_name());
}

}  // namespace waypoint::plugin::internal
