#include "cli/record_json.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

Json LabelsJson(const google::protobuf::Map<std::string, std::string>& labels) {
  return Json::StringMap({labels.begin(), labels.end()});
}

// What a record shows of the one it came from.
template <typename Record>
Json Brief(const Record& record) {
  Json json = Json::Object();
  json.Set("id", Json::Text(record.id()))
      .Set("sequence", Json::Number(static_cast<int64_t>(record.sequence())))
      .Set("labels", LabelsJson(record.labels()))
      .Set("status", StatusJson(record.status()));
  return json;
}

template <typename Record>
Json Common(const Record& record) {
  Json json = Brief(record);
  json.Set("application", ApplicationJson(record.application()))
      .Set("component", Json::Text(record.component().name()))
      .Set("workspace", Json::Text(record.workspace().workspace()));
  return json;
}

}  // namespace

Json StatusJson(const pb::Status& status) {
  Json json = Json::Object();
  json.Set("state", Json::Text(pb::Status::State_Name(status.state())))
      .Set("start_time", Json::Time(status.start_time()))
      .Set("complete_time", Json::Time(status.complete_time()));
  return json;
}

Json ApplicationJson(const pb::Ref::Application& application) {
  Json json = Json::Object();
  json.Set("application", Json::Text(application.application())).Set("project", Json::Text(application.project()));
  return json;
}

Json BuildJson(const pb::Build& build) { return Brief(build); }

Json ArtifactJson(const pb::PushedArtifact& artifact) {
  Json json = Common(artifact);
  if (artifact.has_build()) json.Set("build", Brief(artifact.build()));
  return json;
}

Json DeploymentJson(const pb::UI::DeploymentBundle& bundle) {
  Json json = Common(bundle.deployment());
  json.Set("physical_state", Json::Text(pb::Operation::PhysicalState_Name(bundle.deployment().state())));
  if (bundle.has_artifact()) json.Set("artifact", Brief(bundle.artifact()));
  if (bundle.has_build()) json.Set("build", Brief(bundle.build()));
  if (bundle.has_latest_status_report()) {
    json.Set("latestStatusReport", Json::Raw(ProtoJsonValue(bundle.latest_status_report())));
  }
  return json;
}

Json ReleaseJson(const pb::UI::ReleaseBundle& bundle) {
  const pb::Release& release = bundle.release();
  Json json = Common(release);
  json.Set("id", Json::Number(static_cast<int64_t>(release.sequence())))
      .Set("deploymentId", Json::Number(static_cast<int64_t>(release.preload().deployment().sequence())))
      .Set("url", Json::Text(release.url()));
  json.Set("latestStatusReport",
           bundle.has_latest_status_report() ? Json::Raw(ProtoJsonValue(bundle.latest_status_report())) : Json::Null());
  if (release.has_preload()) json.Set("preloadDetails", Json::Raw(ProtoJsonValue(release.preload())));
  return json;
}

}  // namespace waypoint::cli
