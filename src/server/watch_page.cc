#include "server/watch_page.h"

#include <unistd.h>

#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/http/metrics.h"

namespace waypoint::server {
namespace {

double ResidentBytes() {
  std::ifstream in("/proc/self/statm");
  double total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void AddCalls(const TransportStats& stats, MetricsText& text) {
  text.Describe("waypoint_rpc_calls_total", "counter", "Calls that ended, by method and code.");
  for (const auto& [path, method] : stats.methods) {
    for (size_t code = 0; code < method.by_code.size(); ++code) {
      if (method.by_code[code] == 0) continue;
      const std::string name = absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
      text.Value("", {{"method", path}, {"code", name}}, static_cast<double>(method.by_code[code]));
    }
  }
  text.Describe("waypoint_rpc_active", "gauge", "Calls under way, by method.");
  for (const auto& [path, method] : stats.methods) {
    text.Value("", {{"method", path}}, static_cast<double>(method.active));
  }
  text.Describe("waypoint_rpc_messages_total", "counter", "Messages received and sent, by method.");
  for (const auto& [path, method] : stats.methods) {
    text.Value("", {{"method", path}, {"direction", "received"}}, static_cast<double>(method.received));
    text.Value("", {{"method", path}, {"direction", "sent"}}, static_cast<double>(method.sent));
  }
  text.Describe("waypoint_rpc_duration_seconds", "histogram", "How long calls took, streams included.");
  for (const auto& [path, method] : stats.methods) {
    uint64_t count = 0;
    for (size_t i = 0; i < MethodStats::kSeconds.size(); ++i) {
      count += method.by_time[i];
      text.Value("_bucket", {{"method", path}, {"le", absl::StrCat(MethodStats::kSeconds[i])}},
                 static_cast<double>(count));
    }
    count += method.by_time.back();
    text.Value("_bucket", {{"method", path}, {"le", "+Inf"}}, static_cast<double>(count));
    text.Value("_sum", {{"method", path}}, method.seconds);
    text.Value("_count", {{"method", path}}, static_cast<double>(count));
  }
}

std::string Metrics(const Watched& watched) {
  TransportStats stats;
  size_t queued = 0, live = 0, known = 0;
  watched.rpc.RunOnLoop([&] {
    stats = watched.rpc.Stats();
    const jobs::JobIndex& jobs = watched.services.engine().index();
    queued = jobs.queued();
    live = jobs.Live().size();
    known = jobs.known().size();
  });
  const state::RocksStats disk = watched.backend.stats();
  MetricsText text;
  auto one = [&text](absl::string_view name, absl::string_view type, absl::string_view help, double value) {
    text.Describe(name, type, help);
    text.Value("", {}, value);
  };
  one("waypoint_streams_open", "gauge", "Streams under way.", static_cast<double>(stats.open_streams));
  one("waypoint_jobs_queued", "gauge", "Jobs that wait for a runner.", static_cast<double>(queued));
  one("waypoint_jobs_live", "gauge", "Jobs that a runner has.", static_cast<double>(live));
  one("waypoint_jobs_known", "gauge", "Jobs that are not pruned.", static_cast<double>(known));
  one("waypoint_store_syncs_total", "counter", "Syncs to disk since the start.", static_cast<double>(disk.syncs));
  one("waypoint_store_commits_total", "counter", "Transactions that these made durable.",
      static_cast<double>(disk.batches));
  one("process_resident_memory_bytes", "gauge", "Resident memory.", ResidentBytes());
  AddCalls(stats, text);
  return text.Take();
}

}  // namespace

HttpResponse AnswerWatcher(const Watched& watched, const HttpRequest& request) {
  HttpResponse response;
  const std::string path = request.path();
  if (path != "/healthz" && path != "/metrics") {
    response.status = 404;
    response.body = "Nothing here. Try /healthz or /metrics.\n";
  } else if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
  } else if (path == "/healthz") {
    watched.rpc.RunOnLoop([] {});  // a loop that does not turn is not healthy, and does not answer
    response.body = "ok\n";
  } else {
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = Metrics(watched);
  }
  return response;
}

}  // namespace waypoint::server
