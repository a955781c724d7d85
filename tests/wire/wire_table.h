// Reads the tables of tests/data/wire: packages with messages, enums and services, line by line.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace waypoint::wire {

struct Field {
  int number = 0;
  std::string name;
  std::string type;  // as written: "string", "Ref.Project", "map<string,string>"
  bool repeated = false;
  std::string oneof;  // "" if in none

  bool operator==(const Field&) const = default;
};

struct Rpc {
  std::string request, response;
  bool client_streams = false, server_streams = false;

  bool operator==(const Rpc&) const = default;
};

// Keys are full names ("hashicorp.waypoint.Job.State"); types are made absolute.
struct Schema {
  std::map<std::string, std::map<int, Field>> messages;
  std::map<std::string, std::map<std::string, int>> enums;
  std::map<std::string, std::map<std::string, Rpc>> services;
};

Schema ReadTable(const std::string& path);

}  // namespace waypoint::wire
