#include "replay/seed.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "state/snapshot_format.h"
#include "waypoint/server.pb.h"
#include "waypoint/service.pb.h"

namespace waypoint::replay {
namespace {

namespace pb = ::hashicorp::waypoint;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class Seed {
 public:
  void Read(const Event& event) {
    if (event.kind != Event::Kind::kMessage || event.to_server || event.keepalive || event.left_out) return;
    auto message = NewResponse(event.rpc);
    if (!FromStruct(event.message, message.get()).ok()) return;
    if (event.rpc == "QueueJob") made_.insert(static_cast<pb::QueueJobResponse&>(*message).job_id());
    made_here_ = absl::StartsWith(event.rpc, "Upsert");
    if (event.rpc == "GetProject") NoteWorkspaces(static_cast<pb::GetProjectResponse&>(*message));
    if (event.rpc == "GetServerConfig") NoteConfig(static_cast<pb::GetServerConfigResponse&>(*message).config());
    Walk(*message);
  }

  std::string Write() {
    for (const auto& [id, job] : jobs_) buckets_["jobs"].emplace(id, job.SerializeAsString());
    for (const auto& [key, space] : workspaces_) buckets_["workspaces"][key] = space.SerializeAsString();
    pb::VersionInfo version;
    version.set_version("v0.11.4");
    state::SnapshotWriter writer(version);
    for (const auto& [bucket, items] : buckets_) {
      pb::Snapshot::BoltChunk chunk;
      chunk.set_bucket(bucket);
      chunk.mutable_items()->insert(items.begin(), items.end());
      writer.Add(chunk);
    }
    writer.Finish();
    return writer.Take();
  }

 private:
  void Walk(const Message& message) {
    Note(message);
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
      const auto* reflection = message.GetReflection();
      if (!field->is_repeated()) {
        Walk(reflection->GetMessage(message, field));
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        Walk(reflection->GetRepeatedMessage(message, field, i));
      }
    }
  }

  // The first sight of a record is what it was in the beginning.
  void Note(const Message& message) {
    if (const auto* build = As<pb::Build>(message)) Put("build", build->id(), *build);
    if (const auto* artifact = As<pb::PushedArtifact>(message)) Put("artifact", artifact->id(), *artifact);
    if (const auto* deployment = As<pb::Deployment>(message)) Put("deployment", deployment->id(), *deployment);
    if (const auto* release = As<pb::Release>(message)) Put("release", release->id(), *release);
    if (const auto* report = As<pb::StatusReport>(message)) Put("statusreport", report->id(), *report);
    if (const auto* job = As<pb::Job>(message)) Put("jobs", job->id(), *job);
    if (const auto* project = As<pb::Project>(message))
      Put("project", absl::AsciiStrToLower(project->name()), *project);
    if (const auto* space = As<pb::Workspace>(message)) NoteWorkspace(*space);
  }

  template <typename T>
  static const T* As(const Message& message) {
    return dynamic_cast<const T*>(&message);
  }

  template <typename Record>
  void Put(const std::string& bucket, const std::string& key, Record record) {
    if (key.empty() || made_.count(key) > 0) return;
    if (made_here_ && buckets_[bucket].count(key) == 0) {
      made_.insert(key);
      return;
    }
    if constexpr (requires {
                    record.preload().job_data_source_ref();
                    record.job_id();
                  })
      NoteJob(record);
    // What readers get besides is not stored.
    if constexpr (requires { record.clear_preload(); }) record.clear_preload();
    if constexpr (std::is_same_v<Record, pb::PushedArtifact>) record.clear_build();
    buckets_[bucket].emplace(key, record.SerializeAsString());
  }

  // Of the job behind a record often only this is seen.
  template <typename Record>
  void NoteJob(const Record& record) {
    if (record.job_id().empty() || !record.preload().has_job_data_source_ref()) return;
    pb::Job& job = jobs_[record.job_id()];
    job.set_id(record.job_id());
    job.set_state(pb::Job::SUCCESS);
    *job.mutable_application() = record.application();
    *job.mutable_data_source_ref() = record.preload().job_data_source_ref();
  }

  void NoteWorkspaces(const pb::GetProjectResponse& response) {
    for (const auto& seen : response.workspaces()) {
      pb::Workspace space;
      space.set_name(seen.workspace().workspace());
      *space.mutable_active_time() = seen.active_time();
      *space.add_projects() = seen;
      space.mutable_projects(0)->clear_workspace();  // said by the answer only
      NoteWorkspace(space);
    }
  }

  // Each answer shows some of its projects.
  void NoteWorkspace(const pb::Workspace& seen) {
    const std::string key = absl::AsciiStrToLower(seen.name());
    if (made_here_ && workspaces_.count(key) == 0) made_.insert(key);
    if (made_.count(key) > 0) return;
    pb::Workspace& space = workspaces_.emplace(key, seen).first->second;
    for (const auto& project : seen.projects()) {
      const bool known = std::any_of(space.projects().begin(), space.projects().end(), [&](const auto& other) {
        return other.project().project() == project.project().project();
      });
      if (!known) *space.add_projects() = project;
    }
  }

  void NoteConfig(pb::ServerConfig config) {
    config.clear_cookie();
    buckets_["server-config"].emplace("1", config.SerializeAsString());
  }

  std::map<std::string, std::map<std::string, std::string>> buckets_;  // serialized records by key
  std::map<std::string, pb::Job> jobs_;                                // guessed from what they made
  std::map<std::string, pb::Workspace> workspaces_;
  std::set<std::string> made_;  // during the recording
  bool made_here_ = false;      // what is seen now is the answer to an Upsert
};

}  // namespace

std::string SeedOf(const Capture& capture) {
  Seed seed;
  for (const Event& event : capture.events) seed.Read(event);
  return seed.Write();
}

}  // namespace waypoint::replay
