#include "appconfig/resolve.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"

namespace waypoint::appconfig {
namespace {

struct Targets {
  std::map<std::string, std::string> env, files;
};

void PutDynamic(const pb::ConfigVar& variable, const std::variant<std::string, Json>& value, Targets* targets,
                TemplateVariables* templates) {
  const bool is_json = std::holds_alternative<Json>(value);
  const std::string& text = is_json ? std::get<Json>(value).text : std::get<std::string>(value);
  if (variable.internal()) {
    if (is_json) {
      WAYPOINT_LOG(kWarn, "appconfig", "an internal variable cannot hold JSON, left out", {"name", variable.name()});
      return;
    }
    templates->internal[variable.name()] = text;
  } else if (variable.name_is_path()) {
    targets->files[variable.name()] = text;
  } else {
    targets->env[variable.name()] = text;
    templates->env[variable.name()] = text;
  }
}

std::string StaticValue(const pb::ConfigVar& variable, const TemplateVariables& templates,
                        const TemplateEvaluator& evaluate) {
  const std::string& text = variable.static_();
  std::string plain;
  if (Unescape(text, &plain)) return plain;
  absl::StatusOr<std::string> value =
      evaluate ? evaluate(text, templates) : absl::UnimplementedError("this program evaluates no templates");
  if (value.ok()) return *std::move(value);
  WAYPOINT_LOG(kError, "appconfig", "a variable cannot be evaluated, it is empty", {"name", variable.name()},
               {"error", value.status().message()});
  return "";
}

void PutStatic(const pb::ConfigVar& variable, std::string value, Targets* targets) {
  if (variable.name_is_path()) {
    targets->files[variable.name()] = std::move(value);
  } else if (!variable.internal()) {
    targets->env[variable.name()] = std::move(value);
  }
}

}  // namespace

bool Unescape(absl::string_view text, std::string* out) {
  out->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    absl::string_view rest = text.substr(i);
    if (absl::StartsWith(rest, "$${") || absl::StartsWith(rest, "%%{")) {
      absl::StrAppend(out, rest.substr(1, 2));
      i += 2;
    } else if (absl::StartsWith(rest, "${") || absl::StartsWith(rest, "%{")) {
      return false;
    } else {
      out->push_back(text[i]);
    }
  }
  return true;
}

Resolved Resolve(const std::vector<pb::ConfigVar>& variables, const DynamicValues& dynamic,
                 const TemplateEvaluator& evaluate) {
  Targets targets;
  TemplateVariables templates;
  for (const pb::ConfigVar& variable : variables) {
    auto value = dynamic.find(variable.name());
    if (variable.has_dynamic() && value != dynamic.end()) PutDynamic(variable, value->second, &targets, &templates);
  }
  for (const pb::ConfigVar& variable : variables) {
    if (!variable.has_static_() || variable.name().empty()) continue;
    PutStatic(variable, StaticValue(variable, templates, evaluate), &targets);
  }
  Resolved out;
  for (const auto& [name, value] : targets.env) out.env.push_back(absl::StrCat(name, "=", value));
  for (const auto& [path, content] : targets.files) out.files.push_back(File{path, content});
  std::sort(out.env.begin(), out.env.end());
  return out;
}

}  // namespace waypoint::appconfig
