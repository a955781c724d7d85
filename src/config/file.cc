#include "config/file.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/environment.h"
#include "base/files.h"
#include "config/declared_variables.h"
#include "hcl/functions/functions.h"
#include "hcl/functions/git.h"
#include "hcl/parse.h"

namespace waypoint::config::internal {
namespace {

using hcl::Value;

const hcl::BodySchema& FileSchema() {
  static const auto* const kSchema = new hcl::BodySchema(Schema({"project", "labels"}, {{"runner", {}},
                                                                                        {"variable", {"name"}},
                                                                                        {"plugin", {"name"}},
                                                                                        {"config", {}},
                                                                                        {"app", {"name"}},
                                                                                        {"pipeline", {"name"}}}));
  return *kSchema;
}

PluginUse DecodePlugin(const hcl::Block& block, Decoder& decoder) {
  PluginUse plugin;
  plugin.name = block.labels[0];
  plugin.declared = true;
  hcl::BodyContent content = block.body->Content(Schema({"checksum"}, {{"type", {}}}), decoder.diagnostics());
  decoder.Get(content, "checksum", &plugin.checksum);
  const hcl::Block* types = decoder.Required(content, "type");
  if (types == nullptr) return plugin;
  hcl::BodySchema schema = Schema({"mapper", "build", "registry", "deploy", "release"});
  hcl::BodyContent flags = types->body->Content(schema, decoder.diagnostics());
  for (const char* name : {"mapper", "build", "registry", "deploy", "release"}) {
    bool set = false;
    decoder.Get(flags, name, &set);
    if (set) plugin.types.insert(name);
  }
  return plugin;
}

void DecodeBlocks(File& file, const hcl::BodyContent& content, Decoder& decoder) {
  if (const hcl::Block* runner = decoder.Single(content, "runner")) file.runner = DecodeRunner(*runner, decoder);
  if (const hcl::Block* config = decoder.Single(content, "config")) {
    std::string signal;
    DecodeConfigBlock(*config, decoder, &signal);
    file.config = *config;
  }
  for (const hcl::Block& block : content.blocks) {
    if (block.type == "plugin") file.plugins.push_back(DecodePlugin(block, decoder));
    if (block.type == "app") file.apps.push_back(DecodeApp(block, file, decoder));
    if (block.type == "pipeline") {
      block.body->PartialContent(Schema({}, {{"step", {"name"}}}), decoder.diagnostics(), nullptr);
      file.pipelines.push_back({block.labels[0], block.body, block.def_range});
    }
  }
  file.variables = DecodeVariables(content.BlocksOf("variable"), file.base->context(), decoder.diagnostics());
}

}  // namespace

std::string CleanPath(const std::string& path) {
  std::string clean = std::filesystem::path(path).lexically_normal().string();
  while (clean.size() > 1 && clean.back() == '/') clean.pop_back();
  return clean;
}

ScopePtr BaseScope(const File& file) {
  hcl::FunctionOptions options;
  options.clock = file.options.clock;
  options.home = Environment::FromProcess().Home();
  hcl::FunctionTable table = hcl::StandardFunctions(options);
  table.merge(
      hcl::GitFunctions(file.options.data_dir.empty() ? file.folder : file.options.data_dir, file.options.clock));
  hcl::Variables variables;
  variables["path"] = Value::StringMap({{"pwd", file.folder}, {"project", file.folder}});
  variables["workspace"] = Value::StringMap({{"name", file.options.workspace}});
  return Scope::Make(nullptr, std::move(variables), std::make_shared<const hcl::FunctionTable>(std::move(table)));
}

std::shared_ptr<File> DecodeFile(const std::string& path, const std::string& contents, const LoadOptions& options,
                                 hcl::Diagnostics& diagnostics) {
  auto file = std::make_shared<File>();
  file->path = path;
  file->folder = FolderOf(path);
  file->options = options;
  file->base = BaseScope(*file);
  if (!path.ends_with(".hcl") && !path.ends_with(".json")) {
    diagnostics.Error("Unsupported file format",
                      absl::StrCat("Cannot read from ", path, ": the name must end in .hcl or .json."));
    return file;
  }
  file->body = hcl::ParseFile(hcl::MakeSource(path, contents), diagnostics);
  if (diagnostics.HasErrors()) return file;
  Decoder decoder(file->base->final_context(), diagnostics);
  hcl::BodyContent content = file->body->Content(FileSchema(), diagnostics);
  decoder.Get(content, "project", &file->project);
  decoder.Get(content, "labels", &file->labels);
  DecodeBlocks(*file, content, decoder);
  if (!options.project.empty()) file->project = options.project;
  return file;
}

}  // namespace waypoint::config::internal
