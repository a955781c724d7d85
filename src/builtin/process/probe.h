// Is a deployment healthy? Asks its port by TCP or HTTP until it answers well, ends, or patience does.
//
// Threads: any; blocks the caller.
// Units:   patience = retries * interval. The first questions come quicker than `interval`, so that an
//          app that is up within milliseconds need not wait for a second.
// Errors:  DeadlineExceeded with the last answer; Cancelled.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace waypoint::builtin::process {

struct HealthCheck {
  std::string http_path;  // empty: a TCP connection is enough
  absl::Duration interval = absl::Seconds(1);
  absl::Duration timeout = absl::Seconds(2);  // of one question
  int retries = 30;
};

// One question. HTTP: any status from 200 to 399 is well.
absl::Status Probe(const HealthCheck& check, uint16_t port, std::stop_token stop = {});

// `running` is asked before each question; its error ends the wait and is returned.
absl::Status WaitHealthy(const HealthCheck& check, uint16_t port, const std::function<absl::Status()>& running,
                         std::stop_token stop);

}  // namespace waypoint::builtin::process
