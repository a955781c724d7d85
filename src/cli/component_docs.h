// What a component says about itself, and how `waypoint docs` shows it (cli.md 9 "docs").
//
// Threads: values and pure functions.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/ui/ui.h"
#include "plugin/registry.h"
#include "waypoint/record.pb.h"

namespace waypoint::cli {

struct FieldDocs {
  std::string name, type, synopsis, help, default_value, env;
  bool optional = false;
  std::vector<FieldDocs> inner;  // of a block
};

struct ComponentText {
  std::string name;  // of the plugin
  std::string type;  // "builder", "releasemanager" ...
  std::string description, example, input, output;
  std::vector<FieldDocs> fields;  // by name
};

ComponentText TextOf(const hashicorp::waypoint::Job::DocsResult::Result& result);
// Every component of these plugins, by name and type.
absl::StatusOr<std::vector<ComponentText>> TextsOf(const plugin::Registry& plugins);

void ShowComponent(Ui& ui, const ComponentText& text);
std::string ComponentMarkdown(const ComponentText& text);
std::string ComponentsJson(const std::vector<ComponentText>& texts);

}  // namespace waypoint::cli
