#include "base/subprocess.h"
#include "entrypoint/entrypoint.h"

int main(int argc, char** argv) {
  return waypoint::entrypoint::Main({argv + 1, argv + argc}, waypoint::CurrentEnvironment());
}
