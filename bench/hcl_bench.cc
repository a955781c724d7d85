// Speed of the language on a generated file: MB/s of scanning, parsing, evaluating and formatting.
#include <benchmark/benchmark.h>

#include <string>

#include "hcl/format.h"
#include "hcl/functions/functions.h"
#include "hcl/parse.h"
#include "hcl/scanner.h"

namespace waypoint::hcl {
namespace {

constexpr size_t kTenMegabytes = 10 << 20;

// What people write: blocks, strings with references, lists, objects, heredocs, comments.
std::string Generate(size_t bytes) {
  std::string text;
  text.reserve(bytes + 1024);
  for (int i = 0; text.size() < bytes; ++i) {
    const std::string n = std::to_string(i);
    text +=
        "# Service number " + n + "\napp \"web-" + n + "\" {\n  path = \"./services/${var.name}/" + n +
        "\"\n  labels = {\n    \"team\"    = \"core\"\n    \"replicas\" = " + n +
        "\n  }\n  build {\n    use \"docker\" {\n      image      = upper(var.name)\n      tags       = [\"latest\", "
        "\"v${var.port + 1}\", \"x\"]\n      privileged = var.port > 80 && !false ? true : null\n    }\n  }\n"
        "  script = <<-EOT\n    echo \"${var.name}\"\n    exit 0\n  EOT\n}\n\n";
  }
  return text;
}

const SourcePtr& TheSource() {
  static const auto& source = *new SourcePtr(MakeSource("bench.hcl", Generate(kTenMegabytes)));
  return source;
}

void SetBytes(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * bytes));
}

void BM_Scan(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Scan(TheSource()->text, ScanMode::kNormal));
  SetBytes(state, TheSource()->text.size());
}
BENCHMARK(BM_Scan)->Unit(benchmark::kMillisecond);

void BM_Parse(benchmark::State& state) {
  for (auto _ : state) {
    Diagnostics diagnostics;
    benchmark::DoNotOptimize(ParseNative(TheSource(), diagnostics));
    if (diagnostics.HasErrors()) state.SkipWithError("the generated file has errors");
  }
  SetBytes(state, TheSource()->text.size());
}
BENCHMARK(BM_Parse)->Unit(benchmark::kMillisecond);

size_t EvaluateAll(const Body& body, const EvalContext& context, Diagnostics& diagnostics) {
  static const BodySchema schema{
      {{"path", false}, {"labels", false}, {"script", false}, {"image", false}, {"tags", false}, {"privileged", false}},
      {{"app", {"name"}}, {"build", {}}, {"use", {"type"}}}};
  const BodyContent content = body.Content(schema, diagnostics);
  size_t count = 0;
  for (const auto& [name, attribute] : content.attributes) {
    benchmark::DoNotOptimize(attribute.expr.Evaluate(&context, diagnostics));
    ++count;
  }
  for (const Block& block : content.blocks) count += EvaluateAll(*block.body, context, diagnostics);
  return count;
}

void BM_Evaluate(benchmark::State& state) {
  Diagnostics diagnostics;
  const BodyPtr body = ParseNative(TheSource(), diagnostics);
  EvalContext context;
  context.variables.emplace();
  context.variables->emplace("var", Value::Object({{"name", Value::Str("shop")}, {"port", Value::Int(8080)}}));
  context.functions = std::make_shared<FunctionTable>(StandardFunctions({}));
  size_t values = 0;
  for (auto _ : state) values += EvaluateAll(*body, context, diagnostics);
  if (diagnostics.HasErrors()) state.SkipWithError(diagnostics.ToString().c_str());
  state.counters["values/s"] = benchmark::Counter(static_cast<double>(values), benchmark::Counter::kIsRate);
  SetBytes(state, TheSource()->text.size());
}
BENCHMARK(BM_Evaluate)->Unit(benchmark::kMillisecond);

void BM_Format(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Format(TheSource()->text));
  SetBytes(state, TheSource()->text.size());
}
BENCHMARK(BM_Format)->Unit(benchmark::kMillisecond);

void BM_ParseJson(benchmark::State& state) {
  std::string text = "{\"app\": [";
  for (int i = 0; text.size() < kTenMegabytes; ++i) {
    text +=
        (i == 0 ? "" : ",\n") + std::string("{\"web\": {\"path\": \"./${var.name}\", \"n\": [1, 2.5, true, null]}}");
  }
  const SourcePtr source = MakeSource("bench.json", text + "]}");
  for (auto _ : state) {
    Diagnostics diagnostics;
    benchmark::DoNotOptimize(ParseJson(source, diagnostics));
    if (diagnostics.HasErrors()) state.SkipWithError("the generated file has errors");
  }
  SetBytes(state, source->text.size());
}
BENCHMARK(BM_ParseJson)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace waypoint::hcl

BENCHMARK_MAIN();
