#include "cli/examples.h"

#include <map>

namespace waypoint::cli {
namespace {

// Short and long names of one command share their lines.
using Examples = std::map<absl::string_view, std::vector<std::string>>;

const Examples& All() {
  static const Examples* const all = new Examples{
      {"login", {"login -token=TOKEN waypoint.example.com:9701", "login waypoint.example.com"}},
      {"init", {"init", "init -update", "init -from-project=https://git.example.com/web.git -into=web"}},
      {"up", {"up", "up -app=web -var=name=you", "up -workspace=staging -prune-retain=3"}},
      {"build", {"build", "build -app=web -push=false"}},
      {"deploy", {"deploy", "deploy -app=web -release=false"}},
      {"release", {"release", "release -app=web -deployment=3"}},
      {"destroy", {"destroy -app=web", "destroy -workspace=staging -auto-approve"}},
      {"exec", {"exec -app=web sh", "exec env", "exec ls -- -l"}},
      {"logs", {"logs -app=web", "logs -deployment-seq=3"}},
      {"status", {"status", "status -app=web -refresh", "status -all-projects -json"}},
      {"docs", {"docs -builtin -plugin=process", "docs -builtin -type=platform"}},
      {"fmt", {"fmt", "fmt -check", "fmt -write=false other.hcl"}},
      {"artifact list", {"artifact list -order-by=complete-time -desc -limit=5", "artifact list -json"}},
      {"auth-method set oidc",
       {"auth-method set oidc -issuer=https://accounts.example.com -client-id=ID -client-secret=SECRET "
        "-allowed-redirect-uri=https://waypoint.example.com:9702/auth/oidc-callback company"}},
      {"config get", {"config get", "config get -app=web -json", "config get -raw GREETING"}},
      {"config set", {"config set GREETING=Hi LEVEL=debug", "config set -scope=app -app=web LEVEL=debug"}},
      {"config delete", {"config delete GREETING", "config delete -scope=app -app=web LEVEL"}},
      {"context create",
       {"context create -server-addr=waypoint.example.com:9701 -server-require-auth -server-auth-token=TOKEN office"}},
      {"context set", {"context set -workspace=staging"}},
      {"deployment list", {"deployment list", "deployment list -url -physical-state=any -limit=5"}},
      {"deployment destroy", {"deployment destroy -app=web 2 3", "deployment destroy"}},
      {"job list", {"job list -limit=10", "job list -state=Running,Queued -json"}},
      {"project apply",
       {"project apply -data-source=git -git-url=https://git.example.com/web.git -git-ref=main -poll web"}},
      {"project destroy", {"project destroy -project=web"}},
      {"runner agent",
       {"runner agent", "runner agent -id=builder -label=os=linux -state-dir=/var/lib/waypoint-runner"}},
      {"runner token", {"runner token -expires-in=48h", "runner token -id=builder"}},
      {"runner profile set", {"runner profile set -plugin-type=process -default dev"}},
      {"server run", {"server run -db=/var/lib/waypoint -listen-grpc=0.0.0.0:9701 -advertise-addr=HOST:9701"}},
      {"server bootstrap", {"server bootstrap -server-addr=127.0.0.1:9701 -server-tls-skip-verify"}},
      {"server config-set", {"server config-set -advertise-addr=HOST:9701 -advertise-tls-skip-verify"}},
      {"server snapshot", {"server snapshot backup.snap"}},
      {"server restore", {"server restore -exit backup.snap"}},
      {"user invite", {"user invite -expires-in=1h", "user invite -username=anna"}},
      {"user token", {"user token -expires-in=24h"}}};
  return *all;
}

}  // namespace

std::vector<std::string> ExamplesOf(absl::string_view words) {
  if (words == "artifact build") words = "build";
  if (words == "deployment deploy") words = "deploy";
  const auto found = All().find(words);
  return found == All().end() ? std::vector<std::string>() : found->second;
}

}  // namespace waypoint::cli
