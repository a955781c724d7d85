// What the load program can measure. Each figure leaves an empty queue behind.
//
// Units: rates a second, latencies in microseconds, memory in kB; "_cpu" is the server's CPU time an operation.
#pragma once

#include <string>

#include "load_client.h"
#include "server_usage.h"

namespace waypoint::bench {

struct Target {
  std::string address, token;
  int pid = 0;
  double seconds = 2;
};

void Print(const std::string& name, double value, const char* unit);

// Counts operations and the server's CPU time between its making and Stop.
class Span {
 public:
  explicit Span(const Target& target) : pid_(target.pid), begun_(Clock::now()), cpu_(CpuMicroseconds(pid_)) {}
  void Print(const std::string& name, double operations, const char* unit) const;

 private:
  const int pid_;
  const Clock::time_point begun_;
  const double cpu_;
};

// A job needs a project. The bare server answers nothing useful, and needs none.
void MakeProject(const Target& target);

void MeasureUnary(const Target& target, const std::string& name, const std::string& method, int callers);
void MeasureQueue(const Target& target, int callers);
void MeasureCycles(const Target& target, const std::string& name, int runners);
void MeasureLatency(const Target& target, const std::string& name, int per_second, int runners);
// Jobs that wait for a runner that never comes.
void QueueForNobody(const Target& target, int jobs);
void FinishJobs(const Target& target, int jobs);
void MeasureRunnerMemory(const Target& target);
void MeasureEntrypointMemory(const Target& target);
void MeasureLogs(const Target& target);

}  // namespace waypoint::bench
