// A certificate for a server that was given none (server-and-state.md 2): ECDSA P-384, ten years, no name, so
// clients must skip verification.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace waypoint::server {

struct PemPair {
  std::string cert, key;
};
absl::StatusOr<PemPair> MakeSelfSigned(absl::Time now);

// A callback for OpenSSL's readers of PEM. Without one they would ask the terminal for the password of something
// encrypted, and a server would wait for an answer.
int NoPassword(char* to, int size, int for_writing, void* unused);

// Reads and checks that both belong together.
absl::StatusOr<PemPair> LoadPemPair(const std::string& cert_file, const std::string& key_file);

}  // namespace waypoint::server
