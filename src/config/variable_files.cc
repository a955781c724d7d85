#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "config/errors.h"
#include "config/variable_wire.h"
#include "config/variables.h"
#include "hcl/body.h"
#include "hcl/parse.h"

namespace waypoint::config {
namespace {

// Blocks are refused; the commonest mistake, a declaration, gets its own advice.
void RefuseBlocks(const hcl::Body& body, hcl::Diagnostics& diagnostics) {
  const hcl::BodySchema schema{{}, {{"variable", {"name"}}}};
  hcl::Diagnostics ignored;
  hcl::BodyContent content = body.PartialContent(schema, ignored, nullptr);
  for (const hcl::Block& block : content.blocks) {
    diagnostics.Error(
        "Variable declaration in a wpvars file",
        "A wpvars file assigns values to variables that are declared in waypoint.hcl. Declare the variable "
        "there, and assign its value here as `name = value`.",
        block.type_range);
  }
}

pb::Variable::HclRange* FillRange(const hcl::Range& range, pb::Variable::HclRange* out) {
  out->set_filename(range.source->name);
  out->mutable_start()->set_line(static_cast<int32_t>(range.start().line));
  out->mutable_start()->set_column(static_cast<int32_t>(range.start().column));
  out->mutable_start()->set_byte(static_cast<int32_t>(range.start().byte));
  out->mutable_end()->set_line(static_cast<int32_t>(range.end().line));
  out->mutable_end()->set_column(static_cast<int32_t>(range.end().column));
  out->mutable_end()->set_byte(static_cast<int32_t>(range.end().byte));
  return out;
}

}  // namespace

absl::StatusOr<std::vector<pb::Variable>> ReadVariableFile(const std::string& name, const std::string& contents) {
  hcl::Diagnostics diagnostics;
  hcl::BodyPtr body = hcl::ParseFile(hcl::MakeSource(name, contents), diagnostics);
  std::vector<pb::Variable> out;
  if (diagnostics.HasErrors()) return DiagnosticsStatus(diagnostics);
  RefuseBlocks(*body, diagnostics);
  if (diagnostics.HasErrors()) return DiagnosticsStatus(diagnostics);
  hcl::Attributes attributes = body->JustAttributes(diagnostics);
  for (const auto& [key, attribute] : attributes) {
    const size_t before = diagnostics.size();
    hcl::Value value = attribute.expr.Evaluate(nullptr, diagnostics);
    if (diagnostics.size() > before) continue;
    absl::StatusOr<pb::Variable> variable = ToWire(key, value);
    if (!variable.ok()) {
      diagnostics.Error("Invalid value for variable", std::string(variable.status().message()), attribute.expr.range());
      continue;
    }
    variable->mutable_file()->set_filename(name);
    FillRange(attribute.range, variable->mutable_file()->mutable_hcl_range());
    out.push_back(*std::move(variable));
  }
  RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
  return out;
}

absl::StatusOr<std::vector<pb::Variable>> ReadAutoFiles(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    bool automatic = name.ends_with(".auto.wpvars") || name.ends_with(".auto.wpvars.json");
    if (automatic && it->is_regular_file()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  std::vector<pb::Variable> out;
  std::vector<absl::Status> errors;
  for (const std::string& name : names) {
    absl::StatusOr<std::string> contents = ReadFile(JoinPath(folder, name));
    absl::StatusOr<std::vector<pb::Variable>> variables =
        contents.ok() ? ReadVariableFile(JoinPath(folder, name), *contents) : contents.status();
    if (!variables.ok()) {
      errors.push_back(variables.status());
      continue;
    }
    for (pb::Variable& variable : *variables) {
      pb::Variable::VCS source;
      source.set_filename(variable.file().filename());
      *source.mutable_hcl_range() = variable.file().hcl_range();
      *variable.mutable_vcs() = std::move(source);
      out.push_back(std::move(variable));
    }
  }
  RETURN_IF_ERROR(JoinErrors(errors, "errors in wpvars files"));
  return out;
}

absl::StatusOr<std::vector<pb::Variable>> CollectClientVariables(const ClientSources& sources) {
  constexpr std::string_view kPrefix = "WP_VAR_";
  std::vector<pb::Variable> out;
  std::vector<absl::Status> errors;
  for (const auto& [name, value] : sources.environment) {
    if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) continue;
    pb::Variable& variable = out.emplace_back();
    variable.set_name(name.substr(kPrefix.size()));
    variable.set_str(value);
    variable.mutable_env();
  }
  for (const std::string& file : sources.files) {
    absl::StatusOr<std::string> contents = ReadFile(file);
    if (!contents.ok()) {
      errors.push_back(Annotate(contents.status(), "Failed to read variable values from file ", file));
      continue;
    }
    absl::StatusOr<std::vector<pb::Variable>> variables = ReadVariableFile(file, *contents);
    if (!variables.ok()) {
      errors.push_back(variables.status());
      continue;
    }
    out.insert(out.end(), variables->begin(), variables->end());
  }
  for (const std::string& assignment : sources.assignments) {
    size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      errors.push_back(
          absl::InvalidArgumentError(absl::StrCat("-var \"", assignment, "\" must have the form name=value")));
      continue;
    }
    pb::Variable& variable = out.emplace_back();
    variable.set_name(assignment.substr(0, equals));
    variable.set_str(assignment.substr(equals + 1));
    variable.mutable_cli();
  }
  RETURN_IF_ERROR(JoinErrors(errors, "errors in variables"));
  return out;
}

}  // namespace waypoint::config
