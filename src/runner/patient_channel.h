// Calls of an operation that outlast a restart of the server: what can be asked twice is asked again until the server
// is back or patience ends.
//
// Owns:    nothing; the inner channel outlives it.
// Threads: thread-safe.
// Errors:  of the last attempt. Queueing a job is never repeated: it could run twice.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "client/channel.h"

namespace waypoint::runner {

class PatientChannel : public client::Channel {
 public:
  PatientChannel(client::Channel& inner, const Clock& clock, absl::Duration patience)
      : inner_(inner), clock_(clock), patience_(patience) {}

  absl::Status Call(absl::string_view method, const client::Message& request, client::Message* response,
                    const client::CallOptions& options) override;
  std::unique_ptr<client::Stream> Open(absl::string_view method, const client::CallOptions& options) override {
    return inner_.Open(method, options);
  }

 private:
  client::Channel& inner_;
  const Clock& clock_;
  const absl::Duration patience_;
};

}  // namespace waypoint::runner
