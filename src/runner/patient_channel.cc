#include "runner/patient_channel.h"

#include <algorithm>

#include "base/log.h"
#include "runner/pause.h"

namespace waypoint::runner {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(1);

// The first write of a record may leave a second one behind when it was stored but not answered; that record stays
// RUNNING and belongs to nothing, which is better than an operation that fails for a restart.
bool Repeatable(absl::string_view method) { return method != "QueueJob" && method != "RunnerToken"; }

}  // namespace

absl::Status PatientChannel::Call(absl::string_view method, const client::Message& request, client::Message* response,
                                  const client::CallOptions& options) {
  const absl::Time give_up = clock_.Now() + std::min(patience_, options.timeout);
  absl::Duration pause = kFirstPause;
  while (true) {
    absl::Status status = inner_.Call(method, request, response, options);
    if (!absl::IsUnavailable(status) || !Repeatable(method) || options.stop.stop_requested()) return status;
    if (clock_.Now() + pause > give_up) return status;
    WAYPOINT_LOG(kWarn, "runner", "server unavailable, calling again", {"method", method});
    PauseFor(pause, options.stop);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace waypoint::runner
