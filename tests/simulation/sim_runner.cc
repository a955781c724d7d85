#include "simulation/sim_runner.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace waypoint::simulation {
namespace {

bool ComeBack(const absl::Status& status) { return absl::IsUnavailable(status) || absl::IsNotFound(status); }

}  // namespace

void SimRunner::Act() {
  if (config_ == nullptr) return OpenConfig();
  if (!configured_) return;
  if (jobs_ == nullptr) return OpenJobs();
  if (!job_id_.empty() && !expecting_ && !deaf_) Work();
}

void SimRunner::OpenConfig() {
  configured_ = false;
  const uint64_t attempt = ++config_attempt_;
  config_ = dial_("RunnerConfig", {[this](const std::string&) { configured_ = true; },
                                   [this, attempt](absl::Status) {
                                     if (attempt != config_attempt_) return;
                                     config_.reset();
                                     configured_ = false;
                                   }});
  pb::RunnerConfigRequest open;
  *open.mutable_open()->mutable_runner() = self_;
  config_->ClientSend(open.SerializeAsString());
}

void SimRunner::OpenJobs() {
  const uint64_t attempt = ++attempt_;
  jobs_ = dial_("RunnerJobStream", {[this, attempt](const std::string& bytes) {
                                      if (attempt != attempt_) return;
                                      pb::RunnerJobStreamResponse message;
                                      message.ParseFromString(bytes);
                                      OnMessage(message);
                                    },
                                    [this, attempt](absl::Status status) {
                                      if (attempt == attempt_) OnEnd(status);
                                    }});
  pb::RunnerJobStreamRequest request;
  request.mutable_request()->set_runner_id(id());
  request.mutable_request()->set_reattach_job_id(job_id_);
  if (random_.Chance(50)) request.mutable_request()->set_heartbeat_timeout_seconds(15);
  expecting_ = true;
  Send(request);
}

void SimRunner::OnMessage(const pb::RunnerJobStreamResponse& message) {
  if (message.has_assignment()) return OnAssignment(message.assignment().job());
  cancelled_ = true;
}

void SimRunner::OnAssignment(const pb::Job& job) {
  expecting_ = false;
  const bool again = job.id() == job_id_;
  pb::RunnerJobStreamRequest answer;
  if (!healthy_ && random_.Chance(5)) {
    answer.mutable_error()->mutable_error()->set_code(2);
    job_id_.clear();
    return Send(answer);
  }
  job_id_ = job.id();
  if (!again) {
    lines_ = 0;
    cancelled_ = false;
    final_.reset();
    deaf_ = !healthy_ && random_.Chance(3);
  }
  answer.mutable_ack();
  Send(answer);
  if (final_) Send(*final_);  // what was lost with the old stream
}

void SimRunner::Work() {
  if (final_) return;
  pb::RunnerJobStreamRequest message;
  const int dice = cancelled_ ? 99 : random_.Below(100);
  if (dice < 40) {
    message.mutable_terminal()->add_events()->mutable_line()->set_msg(absl::StrCat(++lines_));
  } else if (dice < 60) {
    message.mutable_heartbeat();
  } else if (dice < 65) {
    message.mutable_config_load()->mutable_config()->set_source(pb::Job::Config::FILE);
  } else if (dice < 70) {
    message.mutable_download()->mutable_data_source_ref()->mutable_git()->set_commit(absl::StrCat(lines_));
  } else {
    return SendFinal();
  }
  Send(message);
}

void SimRunner::SendFinal() {
  final_.emplace();
  if (cancelled_ || random_.Chance(25)) {
    final_->mutable_error()->mutable_error()->set_code(random_.Chance(10) ? 0 : 2);
    final_->mutable_error()->mutable_error()->set_message(id());
  } else {
    final_->mutable_complete()->mutable_result()->mutable_up()->set_app_url(id());
  }
  Send(*final_);
}

void SimRunner::OnEnd(const absl::Status& status) {
  jobs_.reset();
  if (status.ok() && final_ && !expecting_) done_(job_id_);
  if (ComeBack(status) && !job_id_.empty()) return;  // reattach
  DropJob();
}

void SimRunner::Crash() {
  // Its connections break; the server may learn that late.
  if (jobs_ != nullptr) jobs_->ClientCancel();
  if (config_ != nullptr) config_->ClientCancel();
  jobs_.reset();
  config_.reset();
  configured_ = false;
  ++attempt_;
  ++config_attempt_;
  DropJob();
}

void SimRunner::DropJob() {
  job_id_.clear();
  final_.reset();
  cancelled_ = deaf_ = expecting_ = false;
}

void SimRunner::Send(const pb::RunnerJobStreamRequest& message) {
  if (jobs_ != nullptr) jobs_->ClientSend(message.SerializeAsString());
}

}  // namespace waypoint::simulation
