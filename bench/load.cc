// Drives a server over TLS as its clients would, and prints one "name value unit" line a figure.
//
// Usage: load PORT PID SECONDS TOKEN|- FIGURE...
//   PID is the server's, for its memory and CPU time. bench/server_load starts servers and sets figures side by side.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "figures.h"

namespace waypoint::bench {
namespace {

using Figures = std::map<std::string, std::function<void(const Target&)>>;

Figures AllFigures() {
  Figures figures;
  for (int callers : {1, 16, 64}) {
    const std::string n = absl::StrCat("_", callers);
    figures["unary" + n] = [=](const Target& t) { MeasureUnary(t, "unary" + n, "GetVersionInfo", callers); };
    figures["read" + n] = [=](const Target& t) { MeasureUnary(t, "read" + n, "GetProject", callers); };
    figures["queue" + n] = [=](const Target& t) { MeasureQueue(t, callers); };
  }
  for (int runners : {1, 16, 256, 1000}) {
    const std::string name = absl::StrCat("cycles_", runners);
    figures[name] = [=](const Target& t) { MeasureCycles(t, name, runners); };
  }
  for (const char* when : {"waiting", "finished"}) {
    const std::string name = absl::StrCat("cycles_16_", when);
    figures[name] = [=](const Target& t) { MeasureCycles(t, name, 16); };
  }
  for (int rate : {50, 500}) {
    const std::string name = absl::StrCat("latency_", rate);
    figures[name] = [=](const Target& t) { MeasureLatency(t, name, rate, 16); };
  }
  figures["latency_50_idle1000"] = [](const Target& t) { MeasureLatency(t, "latency_50_idle1000", 50, 1000); };
  figures["latency_50_queued10000"] = [](const Target& t) { MeasureLatency(t, "latency_50_queued10000", 50, 16); };
  for (int jobs : {10'000, 20'000, 100'000}) {
    figures[absl::StrCat("wait_", jobs)] = [=](const Target& t) { QueueForNobody(t, jobs); };
    figures[absl::StrCat("finish_", jobs)] = [=](const Target& t) { FinishJobs(t, jobs); };
  }
  figures["idle_runner"] = MeasureRunnerMemory;
  figures["idle_entrypoint"] = MeasureEntrypointMemory;
  figures["logs"] = MeasureLogs;
  return figures;
}

int Main(int argc, char** argv) {
  Target target;
  target.address = absl::StrCat("127.0.0.1:", argv[1]);
  target.pid = std::atoi(argv[2]);
  target.seconds = std::atof(argv[3]);
  if (std::string(argv[4]) != "-") target.token = argv[4];
  MakeProject(target);
  const Figures figures = AllFigures();
  for (int i = 5; i < argc; ++i) {
    auto it = figures.find(argv[i]);
    if (it == figures.end()) {
      std::fprintf(stderr, "there is no figure \"%s\"\n", argv[i]);
      return 2;
    }
    it->second(target);
  }
  return 0;
}

}  // namespace
}  // namespace waypoint::bench

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: load PORT PID SECONDS TOKEN|- FIGURE...\n");
    return 2;
  }
  return waypoint::bench::Main(argc, argv);
}
