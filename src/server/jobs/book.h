// What the server remembers about jobs beside their records: who holds them, until when, what they printed.
//
// Owns:    memory only. Changes inside a transaction register their undo, so it follows the records.
// Threads: the loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "logbuffer/log_buffer.h"
#include "server/jobs/deadlines.h"
#include "server/jobs/fleet.h"
#include "server/jobs/job_index.h"
#include "server/jobs/machine.h"
#include "waypoint/job.pb.h"

namespace waypoint::jobs {

constexpr absl::Duration kAckTimeout = absl::Minutes(2);
constexpr absl::Duration kHeartbeatTimeout = absl::Minutes(2);
// For a runner that is there to attach to what it was assigned by a server that then restarted.
constexpr absl::Duration kReattachTimeout = absl::Seconds(5);

using TerminalEvent = pb::GetJobStreamResponse::Terminal::Event;
using JobOutput = logbuffer::LogBuffer<TerminalEvent>;

// A running or waiting job belongs to one stream; a later stream gets a new number, so that the old one
// can neither report nor finish the job.
struct LeaseState {
  Lease number = 0;
  WorkerId worker = 0;  // 0: its stream is gone
  absl::Duration heartbeat_timeout = kHeartbeatTimeout;
};

// What the book said of one job before a transaction changed it. A lease that the transaction leaves alone is not part
// of it: it may pass to another stream meanwhile.
struct BookEntry {
  std::optional<absl::Time> deadline;
  std::shared_ptr<JobOutput> output;
  bool with_lease = false;
  std::optional<LeaseState> lease;
};

struct Book {
  Book(JobIndex& index, Clock& clock, std::function<void(std::vector<std::string>)> due)
      : index(index), deadlines(clock, std::move(due)) {}

  LeaseState LeaseOf(const std::string& job_id) const {
    auto it = leases.find(job_id);
    return it == leases.end() ? LeaseState() : it->second;
  }
  std::shared_ptr<JobOutput> OutputOf(const std::string& job_id) const {
    auto it = outputs.find(job_id);
    return it == outputs.end() ? nullptr : it->second;
  }

  void SetLease(const std::string& job_id, std::optional<LeaseState> lease) {
    auto old_lease = leases.find(job_id);
    if (old_lease != leases.end()) {
      auto old_holder = held.find(old_lease->second.worker);
      if (old_holder != held.end() && old_holder->second == job_id) held.erase(old_holder);
      if (!lease) return (void)leases.erase(old_lease);
      old_lease->second = *lease;
    } else if (lease) {
      leases.emplace(job_id, *lease);
    }
    if (lease && lease->worker != 0) held[lease->worker] = job_id;
  }

  BookEntry EntryOf(const std::string& job_id, bool with_lease) const {
    BookEntry entry{deadlines.Get(job_id), OutputOf(job_id), with_lease, std::nullopt};
    if (auto it = leases.find(job_id); with_lease && it != leases.end()) entry.lease = it->second;
    return entry;
  }
  void Restore(const std::string& job_id, BookEntry entry) {
    deadlines.Set(job_id, entry.deadline);
    entry.output ? (void)(outputs[job_id] = std::move(entry.output)) : (void)outputs.erase(job_id);
    if (!entry.with_lease) return;
    // The worker may have left meanwhile.
    if (entry.lease && fleet.Find(entry.lease->worker) == nullptr) entry.lease->worker = 0;
    SetLease(job_id, entry.lease);
  }

  JobIndex& index;
  Fleet fleet;
  absl::flat_hash_map<std::string, LeaseState> leases;
  absl::flat_hash_map<WorkerId, std::string> held;  // a worker holds one job at most
  absl::flat_hash_map<std::string, std::shared_ptr<JobOutput>> outputs;
  Deadlines deadlines;
  Lease last_lease = 0;
};

}  // namespace waypoint::jobs
