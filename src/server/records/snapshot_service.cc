#include "server/records/snapshot_service.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "state/restore.h"
#include "state/snapshot_records.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr size_t kChunkBytes = 32 << 10;

pb::VersionInfo VersionOf(const std::string& version) {
  pb::VersionInfo info;
  info.set_version(version);
  for (pb::VersionInfo::ProtocolVersion* protocol : {info.mutable_api(), info.mutable_entrypoint()}) {
    protocol->set_current(1);
    protocol->set_minimum(1);
  }
  return info;
}

// Pulled: the next chunk is made when the caller can take it.
class CreateSessionImpl final : public SnapshotService::CreateSession {
 public:
  CreateSessionImpl(state::Backend& backend, const std::string& version, Outbox<pb::CreateSnapshotResponse> outbox)
      : Session(outbox), backend_(backend), version_(version) {}

  void OnMessage(google::protobuf::Empty) override {
    absl::StatusOr<std::unique_ptr<state::BackendCopy>> copy = backend_.Freeze();
    if (!copy.ok()) return out_.Finish(Annotate(copy.status(), "snapshot"));
    export_.emplace(*std::move(copy), VersionOf(version_));
    out_.Wake();
  }

  std::optional<pb::CreateSnapshotResponse> Next() override {
    if (!export_) return std::nullopt;
    pb::CreateSnapshotResponse response;
    if (!std::exchange(opened_, true)) {
      response.mutable_open();
      return response;
    }
    absl::StatusOr<std::string> bytes = export_->Next(kChunkBytes);
    if (!bytes.ok() || bytes->empty()) {
      export_.reset();
      out_.Finish(bytes.ok() ? absl::OkStatus() : Annotate(bytes.status(), "snapshot"));
      return std::nullopt;
    }
    response.set_chunk(*std::move(bytes));
    return response;
  }

  void OnClosed(absl::Status) override { export_.reset(); }

 private:
  state::Backend& backend_;
  const std::string version_;
  std::optional<state::SnapshotExport> export_;
  bool opened_ = false;
};

class RestoreSessionImpl final : public SnapshotService::RestoreSession {
 public:
  RestoreSessionImpl(const SnapshotOptions& options, Outbox<google::protobuf::Empty> outbox)
      : Session(outbox), options_(options) {}

  void OnMessage(pb::RestoreSnapshotRequest message) override {
    if (ended_) return;
    absl::Status status = staging_ == nullptr ? Open(message) : Chunk(message);
    if (!status.ok()) End(std::move(status));
  }

  void OnHalfClose() override {
    if (ended_) return;
    if (staging_ == nullptr)
      return End(absl::FailedPreconditionError("the first message of a restore must be \"open\""));
    absl::Status staged = staging_->Commit();
    if (!staged.ok()) return End(Unusable(staged));
    if (exit_ && options_.exit_with_restore) {
      ended_ = true;
      options_.exit_with_restore();
      return;
    }
    out_.Send(google::protobuf::Empty());
    End(absl::OkStatus());
  }

  void OnClosed(absl::Status) override { staging_.reset(); }

 private:
  absl::Status Open(const pb::RestoreSnapshotRequest& message) {
    if (!message.has_open()) return absl::FailedPreconditionError("the first message of a restore must be \"open\"");
    if (options_.dir.empty()) return absl::FailedPreconditionError("this server keeps nothing on disk to restore into");
    ASSIGN_OR_RETURN(staging_, state::RestoreStaging::Begin(options_.dir));
    exit_ = message.open().exit();
    return absl::OkStatus();
  }

  absl::Status Chunk(const pb::RestoreSnapshotRequest& message) {
    if (message.event_case() != pb::RestoreSnapshotRequest::kChunk) {
      return absl::FailedPreconditionError("only chunks may follow the first message of a restore");
    }
    absl::Status added = staging_->Add(message.chunk());
    return added.ok() ? added : Unusable(added);
  }

  static absl::Status Unusable(const absl::Status& why) {
    return absl::InternalError(absl::StrCat("error during restore: ", why.message(), "; nothing was changed"));
  }

  void End(absl::Status status) {
    ended_ = true;
    staging_.reset();
    out_.Finish(std::move(status));
  }

  const SnapshotOptions& options_;
  std::unique_ptr<state::RestoreStaging> staging_;
  bool exit_ = false;
  bool ended_ = false;
};

}  // namespace

SnapshotService::SnapshotService(state::Backend& backend, SnapshotOptions options)
    : backend_(backend), options_(std::move(options)) {}

void SnapshotService::Register(Table& table) {
  table.Stream("CreateSnapshot", Needs::kRunner, *this, &SnapshotService::Create);
  table.Stream("RestoreSnapshot", Needs::kRunner, *this, &SnapshotService::Restore);
}

std::unique_ptr<SnapshotService::CreateSession> SnapshotService::Create(const Caller&,
                                                                        Outbox<pb::CreateSnapshotResponse> outbox) {
  return std::make_unique<CreateSessionImpl>(backend_, options_.version, outbox);
}

std::unique_ptr<SnapshotService::RestoreSession> SnapshotService::Restore(const Caller&,
                                                                          Outbox<google::protobuf::Empty> outbox) {
  return std::make_unique<RestoreSessionImpl>(options_, outbox);
}

}  // namespace waypoint::server
