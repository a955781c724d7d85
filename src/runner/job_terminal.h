// The terminal of one job: every event to the server in order, and to the user's own screen on a local runner.
//
// Threads: thread-safe; blocks while the server does not take more.
#pragma once

#include <utility>

#include "plugin/terminal.h"
#include "runner/execute_job.h"
#include "runner/job_stream.h"

namespace waypoint::runner {

class JobTerminal : public plugin::Terminal {
 public:
  JobTerminal(JobStream& stream, plugin::Terminal* mirror) : stream_(stream), mirror_(mirror) {}
  void Send(const plugin::TerminalEvent& event) override {
    if (mirror_ != nullptr) mirror_->Send(event);
    JobStream::Request request;
    *request.mutable_terminal()->add_events() = event;
    stream_.Send(std::move(request));
  }

 private:
  JobStream& stream_;
  plugin::Terminal* const mirror_;
};

// Facts about the job on their way to the server.
inline JobReports ReportsTo(JobStream& stream) {
  JobReports reports;
  reports.download = [&stream](const auto& ref) {
    JobStream::Request request;
    *request.mutable_download()->mutable_data_source_ref() = ref;
    stream.Send(std::move(request));
  };
  reports.config_load = [&stream](const auto& config) {
    JobStream::Request request;
    *request.mutable_config_load()->mutable_config() = config;
    stream.Send(std::move(request));
  };
  reports.variables = [&stream](const auto& values) {
    JobStream::Request request;
    request.mutable_variable_values_set()->mutable_final_values()->insert(values.begin(), values.end());
    stream.Send(std::move(request));
  };
  return reports;
}

}  // namespace waypoint::runner
