// The one executable: command line, server, runner, and the small helpers that are started by them.
#include <string>
#include <vector>

#include "builtin/process/front/front_main.h"
#include "main/program.h"

int main(int argc, char** argv) {
  // Helpers first: they must not pay for anything else.
  if (argc > 1 && std::string(argv[1]) == "process-front") {
    return waypoint::builtin::process::FrontMain(argc - 1, argv + 1);
  }
  return waypoint::RunProgram(std::vector<std::string>(argv + 1, argv + argc));
}
