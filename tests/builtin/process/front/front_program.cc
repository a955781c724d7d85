// The front as a program of its own, for tests.
#include "builtin/process/front/front_main.h"

int main(int argc, char** argv) { return waypoint::builtin::process::FrontMain(argc, argv); }
