#include "cli/browser.h"

#include <memory>

#include "base/status.h"
#include "base/subprocess.h"

namespace waypoint::cli {

absl::Status OpenBrowser(const Environment& env, const std::string& url) {
  // $BROWSER is what xdg-open itself obeys; without a desktop it is the only hint.
  const std::string program = env.GetOr("BROWSER", "xdg-open");
  SpawnOptions options;
  options.argv = {program.empty() ? "xdg-open" : program, url};
  options.in = options.out = options.err = Stdio::Null();
  options.group = SpawnOptions::Group::kNewSession;
  absl::StatusOr<std::unique_ptr<Process>> browser = Process::Spawn(options);
  if (!browser.ok()) return Annotate(browser.status(), "no browser could be opened");
  (*browser)->Detach();
  return absl::OkStatus();
}

}  // namespace waypoint::cli
