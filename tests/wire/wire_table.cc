#include "wire/wire_table.h"

#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace waypoint::wire {
namespace {

using Words = std::vector<std::string>;

struct Block {
  std::string kind, name, package;
  std::vector<Words> lines;
};

std::vector<Block> ReadBlocks(const std::string& path) {
  std::ifstream in(path);
  std::vector<Block> blocks;
  std::string line, package;
  while (std::getline(in, line)) {
    const Words words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.empty()) continue;
    if (words[0] == "#") {
      if (words[1] == "package") package = words[2];
    } else if (line[0] != ' ') {
      blocks.push_back({words[0], words[1], package, {}});
    } else {
      blocks.back().lines.push_back(words);
    }
  }
  return blocks;
}

// The type in its package, if it is one of the table's; otherwise it is absolute or a scalar.
std::string Absolute(const std::string& type, const std::string& package, const std::set<std::string>& known) {
  if (absl::StartsWith(type, "map<")) {
    const Words parts = absl::StrSplit(type.substr(4, type.size() - 5), ',');
    return absl::StrCat("map<", parts[0], ",", Absolute(parts[1], package, known), ">");
  }
  const std::string full = absl::StrCat(package, ".", type);
  return known.count(full) ? full : type;
}

Field ReadField(const Words& words, const std::string& package, const std::set<std::string>& known) {
  Field field{std::stoi(words[0]), words[1], "", false, ""};
  size_t i = 2;
  if (words[i] == "repeated") {
    field.repeated = true;
    ++i;
  }
  field.type = Absolute(words[i++], package, known);
  if (i + 1 < words.size() && words[i] == "oneof") field.oneof = words[i + 1];
  return field;
}

// "rpc Name [stream ]Request -> [stream ]Response"
Rpc ReadRpc(const Words& words, const std::string& package, const std::set<std::string>& known) {
  Rpc rpc;
  size_t i = 2;
  if ((rpc.client_streams = words[i] == "stream")) ++i;
  rpc.request = Absolute(words[i], package, known);
  i += 2;  // the arrow
  if ((rpc.server_streams = words[i] == "stream")) ++i;
  rpc.response = Absolute(words[i], package, known);
  return rpc;
}

}  // namespace

Schema ReadTable(const std::string& path) {
  const std::vector<Block> blocks = ReadBlocks(path);
  std::set<std::string> known;
  for (const Block& block : blocks) known.insert(absl::StrCat(block.package, ".", block.name));
  Schema schema;
  for (const Block& block : blocks) {
    const std::string name = absl::StrCat(block.package, ".", block.name);
    if (block.kind == "message") schema.messages[name];
    for (const Words& words : block.lines) {
      if (words[0] == "reserved") continue;
      if (block.kind == "message") {
        const Field field = ReadField(words, block.package, known);
        schema.messages[name][field.number] = field;
      } else if (block.kind == "enum") {
        schema.enums[name][words[1]] = std::stoi(words[0]);
      } else {
        schema.services[name][words[1]] = ReadRpc(words, block.package, known);
      }
    }
  }
  return schema;
}

}  // namespace waypoint::wire
