// What commands print about the results of operations: variables table, URLs (cli.md 9).
//
// Threads: one.
#pragma once

#include <string>

#include "cli/session.h"
#include "waypoint/record.pb.h"

namespace waypoint::cli {

// "Variables used:" with the final values of that job; nothing if it has none.
absl::Status ShowVariables(Session& session, const std::string& job_id);

// The URL with a scheme.
std::string WithScheme(const std::string& url);

// Whether a deployment replaced its predecessor in place.
bool IsInPlace(const hashicorp::waypoint::Deployment& deployment);

// The closing block of `up` and `deploy`.
struct Urls {
  std::string release;
  std::string app;  // hostname of the URL service
  std::string deploy;
  bool in_place = false;
};
void ShowUrls(Session& session, const Urls& urls);

}  // namespace waypoint::cli
