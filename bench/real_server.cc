// The server as users run it, for the load program: TLS, durable, logs off.
//
// Usage: real_server DIR; prints its port and a login token, runs until stdin closes.
#include <unistd.h>

#include <cstdio>

#include "server/server.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: real_server DIR\n");
    return 2;
  }
  waypoint::server::ServerOptions options;
  options.data_dir = argv[1];
  options.grpc_listen = "127.0.0.1:0";
  auto server = waypoint::server::Server::Start(options);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
    return 1;
  }
  std::printf("%d %s\n", (*server)->grpc_port(), (*server)->LocalToken()->c_str());
  std::fflush(stdout);
  char byte;
  while (::read(0, &byte, 1) > 0) {
  }
  (*server)->Shutdown();
  return 0;
}
