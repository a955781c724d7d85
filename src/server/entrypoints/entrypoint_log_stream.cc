#include "server/entrypoints/entrypoint_log_stream.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace waypoint::entrypoints {
namespace {

constexpr size_t kMaxLine = 1 << 20;

}  // namespace

void EntrypointLogStream::OnMessage(pb::EntrypointLogBatch batch) {
  const bool first = instance_id_.empty();
  if (first) instance_id_ = batch.instance_id();
  // Looked up each time: after a reconnect the instance has a new buffer.
  const std::shared_ptr<InstanceLog> log = FindLog();
  if (log == nullptr) {
    if (first) {
      out_.Finish(absl::NotFoundError(absl::StrCat("instance ", instance_id_,
                                                   " is not connected: its EntrypointConfig "
                                                   "stream must be open")));
    }
    return;
  }
  std::vector<pb::LogBatch::Entry> lines;
  lines.reserve(batch.lines_size());
  for (pb::LogBatch::Entry& entry : *batch.mutable_lines()) {
    if (absl::EndsWith(entry.line(), "\n")) entry.mutable_line()->pop_back();
    // Beside the rest of its message it could not be sent on.
    if (entry.line().size() > kMaxLine) entry.set_line(ValidUtf8(absl::string_view(entry.line()).substr(0, kMaxLine)));
    lines.push_back(std::move(entry));
  }
  log->Write(room_.clock.Now(), std::move(lines));
}

std::shared_ptr<InstanceLog> EntrypointLogStream::FindLog() const {
  if (const Instance* instance = room_.instances.Find(instance_id_)) return instance->log;
  auto it = room_.platform_logs.find(absl::AsciiStrToLower(instance_id_));
  return it == room_.platform_logs.end() ? nullptr : it->second;
}

void EntrypointLogStream::OnHalfClose() {
  if (instance_id_.empty()) {
    out_.Finish(absl::InternalError("the stream was closed before the first message"));
    return;
  }
  out_.Send(google::protobuf::Empty());
  out_.Finish(absl::OkStatus());
}

}  // namespace waypoint::entrypoints
