#include "server/watch_page.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/latency_histogram.h"
#include "server/http/metrics.h"

namespace waypoint::server {
namespace {

double ResidentBytes() {
  std::ifstream in("/proc/self/statm");
  double total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// Files come and go while it looks.
double FolderBytes(const std::string& folder) {
  namespace fs = std::filesystem;
  double bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    const bool file = at->is_regular_file(gone) && !at->is_symlink(gone);
    const uintmax_t size = file ? at->file_size(gone) : 0;
    if (!gone) bytes += static_cast<double>(size);
  }
  return bytes;
}

void AddHistogram(const MetricsText::Labels& labels, const LatencyHistogram& histogram, MetricsText& text) {
  uint64_t count = 0;
  MetricsText::Labels bucket = labels;
  bucket.emplace_back("le", "");
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    count += histogram.counts[i];
    const std::string end = i < LatencyHistogram::kEnds.size() ? absl::StrCat(LatencyHistogram::kEnds[i]) : "+Inf";
    bucket.back().second = end;
    text.Value("_bucket", bucket, static_cast<double>(count));
  }
  text.Value("_sum", labels, histogram.seconds);
  text.Value("_count", labels, static_cast<double>(histogram.count));
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
  for (const auto& [path, method] : stats.methods) AddHistogram({{"method", path}}, method.time, text);
}

// What the loop knows, taken at one moment.
struct Moment {
  TransportStats transport;
  size_t queued = 0, live = 0, known = 0, runners = 0, idle_runners = 0, instances = 0;
};

Moment Look(const Watched& watched) {
  Moment moment;
  watched.rpc.RunOnLoop([&] {
    moment.transport = watched.rpc.Stats();
    const jobs::JobIndex& jobs = watched.services.engine().index();
    moment.queued = jobs.queued();
    moment.live = jobs.Live().size();
    moment.known = jobs.known().size();
    moment.runners = watched.services.engine().fleet().online();
    moment.idle_runners = watched.services.engine().fleet().waiting();
    moment.instances = watched.services.entrypoints().instances().size();
  });
  return moment;
}

void AddMoment(const Moment& moment, MetricsText& text) {
  auto gauge = [&text](absl::string_view name, absl::string_view help, size_t value) {
    text.Describe(name, "gauge", help);
    text.Value("", {}, static_cast<double>(value));
  };
  gauge("waypoint_streams_open", "Streams under way.", moment.transport.open_streams);
  gauge("waypoint_jobs_queued", "Jobs that wait for a runner.", moment.queued);
  gauge("waypoint_jobs_live", "Jobs that a runner has.", moment.live);
  gauge("waypoint_jobs_known", "Jobs that are not pruned.", moment.known);
  gauge("waypoint_runners_online", "Runners that are connected.", moment.runners);
  gauge("waypoint_runner_streams_idle", "Job streams of runners that wait for a job.", moment.idle_runners);
  gauge("waypoint_instances", "Entrypoints that are connected.", moment.instances);
}

void AddStore(const Watched& watched, MetricsText& text) {
  const state::RocksStats disk = watched.backend.stats();
  text.Describe("waypoint_store_syncs_total", "counter", "Syncs to disk since the start.");
  text.Value("", {}, static_cast<double>(disk.syncs));
  text.Describe("waypoint_store_commits_total", "counter", "Transactions that these made durable.");
  text.Value("", {}, static_cast<double>(disk.batches));
  text.Describe("waypoint_store_sync_duration_seconds", "histogram", "How long syncs took.");
  AddHistogram({}, disk.sync_time, text);
  text.Describe("waypoint_store_size_bytes", "gauge", "What the data folder holds on disk.");
  text.Value("", {}, FolderBytes(watched.data_dir));
}

std::string Metrics(const Watched& watched) {
  MetricsText text;
  const Moment moment = Look(watched);
  AddMoment(moment, text);
  AddStore(watched, text);
  text.Describe("process_resident_memory_bytes", "gauge", "Resident memory.");
  text.Value("", {}, ResidentBytes());
  AddCalls(moment.transport, text);
  return text.Take();
}

bool HasToken(const std::string& target) {
  const size_t query = target.find('?');
  if (query == std::string::npos) return false;
  for (absl::string_view parameter : absl::StrSplit(absl::string_view(target).substr(query + 1), '&')) {
    if (absl::ConsumePrefix(&parameter, "token=") && !parameter.empty()) return true;
  }
  return false;
}

// The routes of the gateway are not built: as in 0.11, each is unknown.
void AnswerGateway(const HttpRequest& request, HttpResponse& response) {
  if (request.path() != "/v1/exec") {
    response.status = 404;
    response.content_type = "application/json";
    response.body = R"({"code":5,"message":"Not Found","details":[]})";
  } else if (!HasToken(request.target)) {
    response.status = 403;
    response.body = "no token provided\n";
  } else {
    response.status = 501;
    response.body = "This server has no exec over a web socket; use: waypoint exec\n";
  }
}

}  // namespace

HttpResponse AnswerWatcher(const Watched& watched, const HttpRequest& request) {
  HttpResponse response;
  const std::string path = request.path();
  if (absl::StartsWith(path, "/v1")) {
    AnswerGateway(request, response);
  } else if (path != "/healthz" && path != "/metrics") {
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
