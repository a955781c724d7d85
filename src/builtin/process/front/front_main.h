// The front as a program: `waypoint process-front FOLDER ADDRESS PORT PROTOCOL`.
//
// Prints one line on standard output when it listens ("ready") or cannot ("error: ..."), then lives in
// the background until it is told to quit, or gets SIGTERM.
#pragma once

namespace waypoint::builtin::process {

// argv[0] is the word before FOLDER. Returns the exit code.
int FrontMain(int argc, char** argv);

}  // namespace waypoint::builtin::process
