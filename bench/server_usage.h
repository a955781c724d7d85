// What a server process has used so far, as the kernel counts it. Not for anything but measuring.
//
// Units: CPU in microseconds over all its threads, memory in kB.
#pragma once

namespace waypoint::bench {

double CpuMicroseconds(int pid);
double ResidentKb(int pid);
int ThreadCount(int pid);

}  // namespace waypoint::bench
