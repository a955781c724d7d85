#include "runner/adoption.h"

#include "base/files.h"
#include "base/log.h"
#include "base/status.h"
#include "runner/identity.h"
#include "runner/pause.h"

namespace waypoint::runner {

namespace pb = ::hashicorp::waypoint;

absl::Status SeekAdoption(TokenChannel& channel, const pb::Runner& self, const AdoptionOptions& options,
                          std::stop_token stop) {
  pb::RunnerTokenRequest request;
  *request.mutable_runner() = self;
  client::CallOptions call;
  call.stop = stop;
  while (true) {
    auto response = client::Invoke<pb::RunnerTokenResponse>(channel, "RunnerToken", request, call);
    if (stop.stop_requested()) return absl::CancelledError("the runner stops");
    if (absl::IsUnavailable(response.status())) {
      WAYPOINT_LOG(kWarn, "runner", "server unavailable, asking for adoption again",
                   {"error", response.status().ToString()});
      PauseFor(options.retry, stop);
      continue;
    }
    if (!response.ok()) return Annotate(response.status(), "adoption of runner ", self.id());
    if (response->token().empty()) return absl::OkStatus();  // what we have is good
    channel.SetToken(response->token());
    return KeepToken(options.state_dir, response->token());
  }
}

}  // namespace waypoint::runner
