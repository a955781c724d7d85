// What it takes to load a typical waypoint.hcl, and to evaluate one stage of it. Goal: below 1 ms.

#include <benchmark/benchmark.h>

#include "config/config.h"

namespace waypoint::config {
namespace {

constexpr char kTypical[] = R"(project = "shop"
variable "port" {
  type    = number
  default = 8080
  env     = ["PORT"]
}
variable "registry" {
  default   = "registry.example.com"
  sensitive = true
}
config {
  env = {
    THEME = "dark"
    URL   = "https://${config.internal.host}/"
  }
  internal = { host = "example.com" }
}
app "web" {
  path   = "./web"
  labels = { tier = "front" }
  config {
    env = { PORT = "${var.port}" }
  }
  build {
    use "docker" {}
    registry {
      use "docker" {
        image = "${var.registry}/web"
        tag   = "latest"
      }
    }
    hook {
      when    = "before"
      command = ["./check.sh"]
    }
  }
  deploy {
    use "kubernetes" {
      service_port = var.port
      replicas     = max(2, 3)
    }
    workspace "prod" {
      use "nomad" {}
    }
  }
  release {
    use "kubernetes" {}
  }
}
)";

std::unique_ptr<Config> Load() { return *Config::Load("/srv/shop/waypoint.hcl", kTypical, {}); }

void BM_Load(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Load());
}
BENCHMARK(BM_Load);

void BM_LoadAndValidate(benchmark::State& state) {
  for (auto _ : state) {
    std::unique_ptr<Config> config = Load();
    benchmark::DoNotOptimize(config->Validate());
  }
}
BENCHMARK(BM_LoadAndValidate);

void BM_OpenStage(benchmark::State& state) {
  std::unique_ptr<Config> config = Load();
  config->SetVariables(*EvaluateVariables(config->variables(), {}));
  App app = *config->GetApp("web");
  for (auto _ : state) benchmark::DoNotOptimize(app.Open(StageKind::kDeploy, {}));
}
BENCHMARK(BM_OpenStage);

void BM_ProjectConfig(benchmark::State& state) {
  std::unique_ptr<Config> config = Load();
  for (auto _ : state) benchmark::DoNotOptimize(config->ProjectConfig());
}
BENCHMARK(BM_ProjectConfig);

}  // namespace
}  // namespace waypoint::config

BENCHMARK_MAIN();
