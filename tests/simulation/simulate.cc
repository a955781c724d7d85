// simulate --seed N: one run, told in full. simulate --from N --seeds M: many, until the first violation.
#include <cstring>
#include <iostream>
#include <string>

#include "simulation/simulation.h"

namespace {

using waypoint::simulation::Figures;
using waypoint::simulation::Simulation;

void Print(const Figures& f) {
  std::cout << f.steps << " steps, " << f.jobs << " jobs (" << f.succeeded << " succeeded, " << f.failed << " failed), "
            << f.crashes << " server crashes, " << f.failed_syncs << " failed syncs, " << f.broken_streams
            << " broken streams\n";
}

void Add(const Figures& f, Figures& sum) {
  sum.steps += f.steps;
  sum.jobs += f.jobs;
  sum.succeeded += f.succeeded;
  sum.failed += f.failed;
  sum.crashes += f.crashes;
  sum.failed_syncs += f.failed_syncs;
  sum.broken_streams += f.broken_streams;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t from = 1, seeds = 100000;
  for (int i = 1; i + 1 < argc; i += 2) {
    uint64_t value = std::stoull(argv[i + 1]);
    if (!std::strcmp(argv[i], "--seed")) from = value, seeds = 1;
    if (!std::strcmp(argv[i], "--from")) from = value;
    if (!std::strcmp(argv[i], "--seeds")) seeds = value;
  }
  Figures sum;
  for (uint64_t seed = from; seed < from + seeds; ++seed) {
    Simulation simulation(seed, {});
    const std::string violation = simulation.Run();
    Add(simulation.figures(), sum);
    if (!violation.empty()) {
      std::cout << "seed " << seed << ": " << violation << "\n";
      return 1;
    }
    if ((seed - from + 1) % 10000 == 0) std::cout << seed - from + 1 << " seeds without violation" << std::endl;
  }
  Print(sum);
  return 0;
}
