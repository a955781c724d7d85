#include "server/entrypoints/log_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ptypes/refs.h"

namespace waypoint::entrypoints {
namespace {

constexpr int kDefaultBacklog = 100;
constexpr size_t kReplayRound = 60;
constexpr size_t kLiveBatch = 64;

bool IsLive(const pb::Deployment& deployment, const std::string& workspace) {
  return deployment.state() == pb::Operation::CREATED && deployment.status().state() == pb::Status::SUCCESS &&
         absl::EqualsIgnoreCase(deployment.workspace().workspace(), workspace);
}

using DeploymentPtr = std::shared_ptr<const pb::Deployment>;

// Numbers of sources without an instance begin here.
constexpr uint64_t kPlatformNumbers = uint64_t{1} << 63;

// The deployments of an application in one workspace that are there and running.
std::vector<DeploymentPtr> LiveDeployments(const state::View& view, const server::OperationIndex* index,
                                           const pb::GetLogStreamRequest::Application& scope) {
  const std::string& workspace = scope.workspace().workspace();
  std::vector<DeploymentPtr> live;
  if (index != nullptr) {
    for (const std::string& id : index->OfApplication(ptypes::ApplicationKey(scope.application()))) {
      auto deployment = view.Get<pb::Deployment>(id);
      if (deployment != nullptr && IsLive(*deployment, workspace)) live.push_back(std::move(deployment));
    }
    return live;
  }
  view.ForEach<pb::Deployment>("", [&](const std::string&, const pb::Deployment& deployment) {
    if (ptypes::SameApplication(deployment.application(), scope.application()) && IsLive(deployment, workspace)) {
      live.push_back(std::make_shared<pb::Deployment>(deployment));
    }
    return true;
  });
  return live;
}

}  // namespace

void LogStream::OnMessage(pb::GetLogStreamRequest request) {
  if (query_ != nullptr) return;
  request_ = std::move(request);
  if (request_.limit_backlog() != 0) backlog_ = request_.limit_backlog();
  bool application =
      request_.has_application() && request_.application().has_application() && request_.application().has_workspace();
  if (request_.deployment_id().empty() && !application) {
    out_.Finish(
        absl::FailedPreconditionError("give the scope of the logs: deployment_id, or application and workspace"));
    return;
  }
  listener_ = room_.instances.OnChange([this] { begun_ ? Follow() : void(); });
  // Which deployments count is asked again after each write of one.
  query_ = std::make_unique<server::LiveQuery>(
      room_.store, std::vector<std::string>{"deployment"},
      [this](const state::View& view) { return FindDeployments(view); },
      [this](absl::Status status) { status.ok() ? SpawnOrFollow() : out_.Finish(std::move(status)); });
}

absl::Status LogStream::FindDeployments(const state::View& view) {
  if (request_.has_application()) {
    deployments_ = LiveDeployments(view, room_.deployments, request_.application());
    return absl::OkStatus();
  }
  auto deployment = view.Get<pb::Deployment>(request_.deployment_id());
  if (deployment == nullptr) {
    return absl::NotFoundError(absl::StrCat("there is no deployment with id ", request_.deployment_id()));
  }
  deployments_ = {std::move(deployment)};
  return absl::OkStatus();
}

// Jobs for the platforms' own logs come first, one after another.
void LogStream::SpawnOrFollow() {
  for (const auto& [id, source] : platform_) {
    if (!source.running) return;
  }
  for (const DeploymentPtr& deployment : deployments_) {
    if (deployment->has_logs_plugin() && platform_.count(deployment->id()) == 0) return Spawn(*deployment);
  }
  Follow();
}

void LogStream::Spawn(const pb::Deployment& deployment) {
  PlatformSource& source = platform_[deployment.id()];
  source.number = kPlatformNumbers + platform_.size();
  source.log = std::make_shared<InstanceLog>();
  source.job = std::make_unique<PluginJob>(room_, PluginJob::Kind::kLogs,
                                           [this, id = deployment.id(), &source](absl::Status status) {
                                             if (source.running) return;  // it ended; what it brought stays
                                             if (!status.ok()) return out_.Finish(std::move(status));
                                             source.running = true;
                                             AddSource(source.number, id, source.job->instance_id(), source.log);
                                             SpawnOrFollow();
                                           });
  room_.platform_logs[absl::AsciiStrToLower(source.job->instance_id())] = source.log;
  source.job->Start(caller_, deployment);
}

// Opens a cursor for each instance that has none yet.
void LogStream::Follow() {
  for (auto& [number, source] : sources_) {
    if (number >= kPlatformNumbers) continue;
    const Instance* instance = room_.instances.Find(source.instance_id);
    if (instance != nullptr && instance->number == number) continue;
    source.ending = true;
    MakeReady(number);
  }
  for (const DeploymentPtr& deployment : deployments_) {
    if (deployment->has_logs_plugin()) continue;
    for (const Instance* instance : room_.instances.OfDeployment(deployment->id())) {
      if (sources_.count(instance->number)) continue;
      AddSource(instance->number, instance->info.deployment_id(), instance->info.id(), instance->log);
    }
  }
  if (!begun_) {
    begun_ = true;
    std::vector<logbuffer::Reader<Entry>*> readers;
    for (auto& [number, source] : sources_) {
      readers.push_back(source.reader.get());
      replay_sources_.push_back(number);
    }
    replay_ = std::make_unique<logbuffer::MergedReader<Entry>>(std::move(readers));
  }
  out_.Wake();
}

void LogStream::AddSource(uint64_t number, const std::string& deployment_id, const std::string& instance_id,
                          std::shared_ptr<InstanceLog> log) {
  Source& source = sources_[number];
  source.deployment_id = deployment_id;
  source.instance_id = instance_id;
  source.log = std::move(log);
  source.reader = source.log->Open(backlog_);
  MakeReady(number);
  source.reader->OnReady([this, number] {
    MakeReady(number);
    out_.Wake();
  });
}

void LogStream::MakeReady(uint64_t number) {
  auto it = sources_.find(number);
  if (it == sources_.end() || std::exchange(it->second.queued, true)) return;
  ready_.push_back(number);
}

std::optional<pb::LogBatch> LogStream::Next() {
  while (queue_.empty() && replay_ != nullptr && ReplayRound()) {
  }
  if (!queue_.empty()) {
    pb::LogBatch batch = std::move(queue_.front());
    queue_.pop_front();
    return batch;
  }
  return NextLive();
}

// In turn, so that a chatty instance does not silence the others.
std::optional<pb::LogBatch> LogStream::NextLive() {
  while (replay_ == nullptr && !ready_.empty()) {
    auto it = sources_.find(ready_.front());
    ready_.pop_front();
    Source& source = it->second;
    source.queued = false;
    auto entries = source.reader->Read(kLiveBatch);
    if (entries.empty()) {
      if (source.ending) sources_.erase(it);
      continue;
    }
    pb::LogBatch batch;
    Label(source, batch);
    NoteGap(source, batch);
    for (size_t i = 0; i < entries.size(); ++i) *batch.add_lines() = entries[i].value;
    MakeReady(it->first);  // there may be more
    return batch;
  }
  return std::nullopt;
}

// Consecutive lines of one instance make one batch; a round ends the last one.
bool LogStream::ReplayRound() {
  auto items = replay_->Read(kReplayRound);
  if (items.empty()) {
    replay_.reset();
    return false;
  }
  size_t current = replay_sources_.size();
  for (auto& item : items) {
    if (item.reader != current || queue_.back().ByteSizeLong() > logbuffer::kReadBytes) {
      current = item.reader;
      Label(sources_.at(replay_sources_[current]), queue_.emplace_back());
    }
    *queue_.back().add_lines() = std::move(item.entry.value);
  }
  return true;
}

void LogStream::Label(const Source& source, pb::LogBatch& batch) {
  batch.set_deployment_id(source.deployment_id);
  batch.set_instance_id(source.instance_id);
}

void LogStream::NoteGap(Source& source, pb::LogBatch& batch) {
  uint64_t skipped = source.reader->skipped();
  if (skipped == source.gaps_said) return;
  Entry* entry = batch.add_lines();
  entry->set_source(Entry::ENTRYPOINT);
  entry->set_line(absl::StrCat("[", skipped - source.gaps_said, " lines were skipped here: the reader was too slow]"));
  absl::Time now = room_.clock.Now();
  entry->mutable_timestamp()->set_seconds(absl::ToUnixSeconds(now));
  source.gaps_said = skipped;
}

void LogStream::Stop() {
  query_.reset();
  if (listener_ != 0) room_.instances.RemoveListener(std::exchange(listener_, 0));
  replay_.reset();
  sources_.clear();
  for (auto& [id, source] : std::exchange(platform_, {})) {
    room_.platform_logs.erase(absl::AsciiStrToLower(source.job->instance_id()));
  }
}

}  // namespace waypoint::entrypoints
