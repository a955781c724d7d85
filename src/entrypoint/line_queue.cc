#include "entrypoint/line_queue.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace waypoint::entrypoint {

void LineQueue::Add(absl::string_view line, pb::LogBatch::Entry::Source source, absl::Time time) {
  pb::LogBatch::Entry entry;
  entry.set_line(std::string(line));
  entry.set_source(source);
  const int64_t nanos = absl::ToUnixNanos(time);
  entry.mutable_timestamp()->set_seconds(nanos / 1000000000);
  entry.mutable_timestamp()->set_nanos(static_cast<int32_t>(nanos % 1000000000));
  bytes_ += line.size();
  lines_.push_back(std::move(entry));
}

void LineQueue::Push(absl::string_view bytes, pb::LogBatch::Entry::Source source, absl::Time time) {
  const std::string line = ValidUtf8(bytes);
  absl::MutexLock lock(&mu_);
  if (closed_) return;
  if (lines_.size() + 1 >= kLimitLines || bytes_ + line.size() > kLimitBytes) {
    ++dropped_;
    return;
  }
  if (dropped_ > 0) {
    Add(absl::StrCat("[WARN]  entrypoint.logs: ", dropped_, " lines were dropped\n"), pb::LogBatch::Entry::ENTRYPOINT,
        time);
    dropped_ = 0;
  }
  Add(line, source, time);
}

std::vector<pb::LogBatch::Entry> LineQueue::Take(size_t max, absl::Time deadline) {
  absl::MutexLock lock(&mu_);
  mu_.AwaitWithDeadline(absl::Condition(this, &LineQueue::HasNews), deadline);
  std::vector<pb::LogBatch::Entry> out;
  size_t taken = 0;
  while (!lines_.empty() && out.size() < max && taken < kBatchBytes) {
    const size_t size = lines_.front().line().size();
    taken += size;
    bytes_ -= size;
    out.push_back(std::move(lines_.front()));
    lines_.pop_front();
  }
  return out;
}

void LineQueue::Return(std::vector<pb::LogBatch::Entry> lines) {
  absl::MutexLock lock(&mu_);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    bytes_ += line->line().size();
    lines_.push_front(std::move(*line));
  }
}

void LineQueue::Close() {
  absl::MutexLock lock(&mu_);
  closed_ = true;
}

bool LineQueue::drained() const {
  absl::MutexLock lock(&mu_);
  return closed_ && lines_.empty();
}

}  // namespace waypoint::entrypoint
