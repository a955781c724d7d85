#include "server/jobs/job_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/machine.h"

namespace waypoint::jobs {
namespace {

constexpr size_t kEventsPerMessage = 64;
// 0.11 clients refuse messages of 4 MiB.
constexpr size_t kMaxMessageBytes = 3 << 20;

TerminalEvent Line(std::string text, std::string style) {
  TerminalEvent event;
  event.mutable_line()->set_msg(std::move(text));
  event.mutable_line()->set_style(std::move(style));
  return event;
}

bool SameState(const pb::Job& a, const pb::Job& b) {
  return a.state() == b.state() && a.has_cancel_time() == b.has_cancel_time();
}

}  // namespace

void JobStream::OnMessage(pb::GetJobStreamRequest request) {
  if (query_ != nullptr) return;
  job_id_ = request.job_id();
  reasons_ = std::make_unique<ReasonWatch>(engine_, job_id_, [this](const Blocked& blocked) { SayReason(blocked); });
  auto look = [this](const state::View& view) {
    found_ = engine_.index().Known(job_id_) ? view.Get<pb::Job>(job_id_) : nullptr;
    return absl::OkStatus();
  };
  auto seen = [this](absl::Status status) { status.ok() ? OnSnapshot(found_) : out_.Finish(std::move(status)); };
  query_ = std::make_unique<server::LiveQuery>(engine_.store(), std::vector{absl::StrCat("job/", job_id_)}, look, seen);
}

void JobStream::Stop() {
  query_.reset();
  reasons_.reset();
  reader_.reset();
}

void JobStream::OnSnapshot(JobPtr job) {
  if (end_ != nullptr) return;
  if (job == nullptr) {
    out_.Finish(last_ == nullptr ? absl::NotFoundError(absl::StrCat("there is no job with id ", job_id_))
                                 : absl::InternalError(absl::StrCat("job ", job_id_, " was pruned")));
    return;
  }
  if (last_ == nullptr) queue_.emplace_back().mutable_open();
  if (last_ == nullptr || !SameState(*last_, *job)) SayState(*job);
  SayDownload(*job);
  if (last_ != job) *queue_.emplace_back().mutable_job()->mutable_job() = *job;
  last_ = job;
  FollowReasons(*job);
  StartOutput(*job);
  if (IsTerminal(job->state())) end_ = job;
  out_.Wake();
}

// Each state has its patience before it needs words.
void JobStream::FollowReasons(const pb::Job& job) {
  if (job.state() == reasons_of_) return;
  reasons_of_ = job.state();
  reasons_->Stop();
  if (job.state() == pb::Job::QUEUED || job.state() == pb::Job::WAITING) reasons_->Start();
}

void JobStream::SayState(const pb::Job& job) {
  auto* state = queue_.emplace_back().mutable_state();
  if (last_ != nullptr) state->set_previous(last_->state());
  state->set_current(job.state());
  *state->mutable_job() = job;
  state->set_canceling(job.has_cancel_time());
}

void JobStream::SayDownload(const pb::Job& job) {
  if (download_said_ || !job.has_data_source_ref()) return;
  download_said_ = true;
  *queue_.emplace_back().mutable_download()->mutable_data_source_ref() = job.data_source_ref();
}

void JobStream::StartOutput(const pb::Job& job) {
  if (output_begun_ || (job.state() != pb::Job::RUNNING && !IsTerminal(job.state()))) return;
  output_begun_ = true;
  output_ = engine_.OutputOf(job_id_);
  if (output_ != nullptr) reader_ = output_->Open(-1);
  if (IsTerminal(job.state())) return SayAllOutput();
  replaying_ = true;
  if (reader_ != nullptr) reader_->OnReady([this] { out_.Wake(); });
}

void JobStream::SayReason(const Blocked& blocked) {
  Response response;
  *response.mutable_terminal()->add_events() =
      Line(absl::StrCat(reasons_of_ == pb::Job::WAITING ? "Waiting: " : "Queued: ", blocked.message()), "warning");
  *response.mutable_blocked() = blocked;
  queue_.push_back(std::move(response));
  out_.Wake();
}

std::optional<JobStream::Response> JobStream::Next() {
  if (!queue_.empty()) {
    Response next = std::move(queue_.front());
    queue_.pop_front();
    return next;
  }
  if (auto output = NextOutput()) return output;
  if (end_ != nullptr && !finished_) SayComplete();
  return std::nullopt;
}

std::optional<JobStream::Response> JobStream::NextOutput() {
  if (reader_ == nullptr) return std::nullopt;
  auto batch = reader_->Read(kEventsPerMessage);
  if (batch.empty()) {
    replaying_ = false;
    return std::nullopt;
  }
  Response response;
  AddEvents(batch, *response.mutable_terminal());
  response.mutable_terminal()->set_buffered(replaying_);
  return response;
}

void JobStream::AddEvents(const logbuffer::Batch<TerminalEvent>& batch, Response::Terminal& terminal) {
  NoteGap(terminal);
  for (size_t i = 0; i < batch.size(); ++i) *terminal.add_events() = batch[i].value;
}

// Lost output is said, where it is missing.
void JobStream::NoteGap(Response::Terminal& terminal) {
  uint64_t skipped = reader_->skipped();
  if (skipped == gaps_said_) return;
  *terminal.add_events() =
      Line(absl::StrCat("[", skipped - gaps_said_, " lines of output were skipped here]"), "warning");
  gaps_said_ = skipped;
}

// A job that had ended before: everything that is retained in one message, also if it is nothing.
void JobStream::SayAllOutput() {
  auto* terminal = queue_.emplace_back().mutable_terminal();
  terminal->set_buffered(true);
  if (reader_ == nullptr) return;
  for (auto batch = reader_->Read(kEventsPerMessage); !batch.empty(); batch = reader_->Read(kEventsPerMessage)) {
    if (terminal->ByteSizeLong() > kMaxMessageBytes) {
      terminal = queue_.emplace_back().mutable_terminal();
      terminal->set_buffered(true);
    }
    AddEvents(batch, *terminal);
  }
  reader_.reset();
}

void JobStream::SayComplete() {
  finished_ = true;
  Response response;
  auto* complete = response.mutable_complete();
  if (end_->state() == pb::Job::ERROR) *complete->mutable_error() = end_->error();
  if (end_->state() == pb::Job::SUCCESS) *complete->mutable_result() = end_->result();
  out_.Send(response);
  out_.Finish(absl::OkStatus());
}

void JobStreams::Register(server::Table& table) {
  table.Stream("GetJobStream", server::Needs::kRunner, *this, &JobStreams::Open);
}

std::unique_ptr<server::Session<pb::GetJobStreamRequest, pb::GetJobStreamResponse>> JobStreams::Open(
    const server::Caller& caller, server::Outbox<pb::GetJobStreamResponse> outbox) {
  return std::make_unique<JobStream>(engine_, outbox);
}

}  // namespace waypoint::jobs
