// The simulation against a machine without lease checks: it must notice (issue "Jobs and runners").
#include <gtest/gtest.h>

#include "simulation/simulation.h"

namespace waypoint::simulation {
namespace {

TEST(MutationTest, MachineWithoutLeasesIsCaught) {
  std::string violation;
  uint64_t seed = 0;
  while (violation.empty() && ++seed <= 3000) violation = Simulation(seed, {}).Run();
  EXPECT_NE(violation, "") << "a stale stream may finish a job, and nobody noticed";
  if (!violation.empty()) RecordProperty("caught", violation);
}

}  // namespace
}  // namespace waypoint::simulation
