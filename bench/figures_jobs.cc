#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "figures.h"
#include "load_runners.h"

namespace waypoint::bench {
namespace {

// Takes what is in the queue.
void Drain(const Target& target) {
  LoadClient client(target.address, target.token, 8);
  int cycles = 0, seen = -1;
  Fleet fleet = MakeFleet(client, 64, {nullptr, [&] { ++cycles; }});
  while (seen != cycles) {
    seen = cycles;
    client.Poll(In(0.3));
  }
  Dismiss(client, fleet);
}

void QueueMany(const Target& target, int jobs, For whom) {
  LoadClient client(target.address, target.token, 8);
  Queuers queuers(client, 64, whom, jobs);
  client.Poll(In(600), [&] { return queuers.open() == 0; });
}

}  // namespace

void MeasureQueue(const Target& target, int callers) {
  {
    LoadClient client(target.address, target.token, std::min(callers, 8));
    const Span span(target);
    Queuers queuers(client, callers);
    client.Poll(In(target.seconds));
    const std::string name = absl::StrCat("queue_", callers);
    span.Print(name, static_cast<double>(queuers.took().size()), "jobs/s");
    Print(name + "_p50", queuers.took().At(0.5), "us");
    Print(name + "_p99", queuers.took().At(0.99), "us");
    client.Stop();
    client.Poll(In(10), [&] { return queuers.open() == 0; });
  }
  Drain(target);
}

// Queues one more job for each that completes, with two a runner under way.
void MeasureCycles(const Target& target, const std::string& name, int runners) {
  {
    LoadClient client(target.address, target.token, std::max(1, std::min(runners, 16)));
    int cycles = 0, open = 0, caller = 0;
    const grpc::ByteBuffer request = Pack(NoopJob(""));
    auto queue = [&] {
      if (client.stopping()) return;
      ++open;
      UnaryCall::Start(client, ++caller, "QueueJob", request, [&](const grpc::Status&, grpc::ByteBuffer&) { --open; });
    };
    auto cycled = [&] {
      ++cycles;
      queue();
    };
    Fleet fleet = MakeFleet(client, runners, {nullptr, cycled});
    for (int i = 0; i < 2 * runners; ++i) queue();
    client.Poll(In(0.3));
    const int first = cycles;
    const Span span(target);
    client.Poll(In(target.seconds));
    span.Print(name, cycles - first, "jobs/s");
    client.Stop();
    client.Poll(In(10), [&] { return open == 0; });
    Dismiss(client, fleet);
  }
  Drain(target);
}

void MeasureLatency(const Target& target, const std::string& name, int per_second, int runners) {
  LoadClient client(target.address, target.token, 8);
  Latencies to_runner, to_caller;
  std::vector<Clock::time_point> sent;
  auto assigned = [&](const pb::Job& job) {
    const std::string& label = job.labels().at("sent");
    if (!label.empty()) to_runner.Add(Clock::now() - sent[std::stoul(label)]);
  };
  Fleet fleet = MakeFleet(client, runners, {assigned, nullptr});
  client.Poll(In(0.3));
  int open = 0;
  const int total = static_cast<int>(per_second * target.seconds);
  const auto begin = Clock::now();
  for (int i = 0; i < total; ++i) {
    client.Poll(begin + std::chrono::microseconds(1'000'000LL * i / per_second));
    sent.push_back(Clock::now());
    ++open;
    UnaryCall::Start(client, i, "QueueJob", Pack(NoopJob(std::to_string(i))),
                     [&, at = sent.back()](const grpc::Status&, grpc::ByteBuffer&) {
                       --open;
                       to_caller.Add(Clock::now() - at);
                     });
  }
  client.Poll(In(5), [&] { return open == 0 && to_runner.size() == sent.size(); });
  Print(name + "_runner_p50", to_runner.At(0.5), "us");
  Print(name + "_runner_p99", to_runner.At(0.99), "us");
  Print(name + "_caller_p50", to_caller.At(0.5), "us");
  Print(name + "_caller_p99", to_caller.At(0.99), "us");
  Dismiss(client, fleet);
}

void QueueForNobody(const Target& target, int jobs) { QueueMany(target, jobs, For::kNobody); }

void FinishJobs(const Target& target, int jobs) {
  QueueMany(target, jobs, For::kAny);
  Drain(target);
}

}  // namespace waypoint::bench
