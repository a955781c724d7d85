#include "config/template_functions.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/files.h"
#include "hcl/functions/builder.h"
#include "hcl/parse.h"
#include "hcl/unicode.h"

namespace waypoint::config {
namespace {

using Args = hcl::Function::Args;
namespace fs = std::filesystem;

// The call-site's names overlaid with the arguments from the second on.
absl::StatusOr<hcl::Variables> CollectVariables(Args a) {
  hcl::Variables variables;
  for (size_t i = 1; i < a.size(); ++i) {
    int index = static_cast<int>(i);
    if (!a[i].type().IsMap() && !a[i].type().IsObject()) {
      return hcl::ArgumentError(index, "invalid vars value: must be a map or an object");
    }
    for (const auto& [name, value] : a[i].AsFields()) {
      if (!hcl::IsIdentifier(name)) {
        return hcl::ArgumentError(
            index, absl::StrCat("invalid template variable name \"", name, "\": it must be an identifier"));
      }
      variables[name] = value;
    }
  }
  return variables;
}

bool Knows(const hcl::EvalContext& context, const std::string& name) {
  if (context.variables && context.variables->contains(name)) return true;
  return context.parent != nullptr && Knows(*context.parent, name);
}

// Within a template the template functions themselves are out of reach.
absl::StatusOr<hcl::Value> Refuse(Args, const hcl::Type&) {
  return absl::InvalidArgumentError("cannot call a template function from inside a template");
}

class Renderer {
 public:
  Renderer(const hcl::EvalContext* context, hcl::Variables variables) : context_(context->Child()) {
    context_.variables = std::move(variables);
    hcl::FunctionTable refused;
    for (const char* name : {"templatestring", "templatefile", "templatedir"}) {
      hcl::Define(refused, name,
                  {{},
                   hcl::Param("args", hcl::Type::Dynamic(), hcl::kNull | hcl::kUnknown | hcl::kDynamic),
                   hcl::Returns(hcl::Type::String()),
                   Refuse});
    }
    context_.functions = std::make_shared<const hcl::FunctionTable>(std::move(refused));
  }

  absl::StatusOr<hcl::Value> Render(const std::string& name, std::string text) const {
    hcl::Diagnostics diagnostics;
    hcl::Expression expression = hcl::ParseTemplate(hcl::MakeSource(name, std::move(text)), diagnostics);
    if (diagnostics.HasErrors()) return hcl::ArgumentError(0, diagnostics.ToString());
    for (const hcl::TraversalSteps& steps : expression.Variables()) {
      if (Knows(context_, steps[0].name)) continue;
      return hcl::ArgumentError(0, absl::StrCat("vars map does not contain key \"", steps[0].name, "\", referenced at ",
                                                hcl::ToString(steps[0].range)));
    }
    hcl::Value value = expression.Evaluate(&context_, diagnostics);
    if (diagnostics.HasErrors()) return hcl::ArgumentError(0, diagnostics.ToString());
    return value;
  }

  absl::Status RenderFile(const std::string& from, const std::string& to) const {
    ASSIGN_OR_RETURN(std::string text, ReadFile(from));
    if (!hcl::IsValidUtf8(text)) return absl::InvalidArgumentError(absl::StrCat(from, " is not valid UTF-8"));
    ASSIGN_OR_RETURN(hcl::Value value, Render(from, std::move(text)));
    if (!value.IsKnown()) return absl::InvalidArgumentError(absl::StrCat(from, " depends on a value not known yet"));
    ASSIGN_OR_RETURN(value, hcl::ConvertTo(value, hcl::Type::String()));
    if (value.IsNull()) return absl::InvalidArgumentError(absl::StrCat(from, " renders to null"));
    return WriteFile(to, value.AsString(), 0600);
  }

 private:
  hcl::EvalContext context_;
};

absl::StatusOr<hcl::Value> TemplateString(const hcl::EvalContext* context, Args a) {
  ASSIGN_OR_RETURN(hcl::Variables variables, CollectVariables(a));
  return Renderer(context, std::move(variables)).Render("templatestring", a[0].AsString());
}

absl::StatusOr<hcl::Value> TemplateFile(const hcl::EvalContext* context, Args a) {
  ASSIGN_OR_RETURN(hcl::Variables variables, CollectVariables(a));
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make("waypoint-template"));
  std::string target = JoinPath(folder.path(), BaseName(a[0].AsString()));
  RETURN_IF_ERROR(Renderer(context, std::move(variables)).RenderFile(a[0].AsString(), target));
  folder.Release();
  return hcl::Value::Str(target);
}

absl::StatusOr<hcl::Value> TemplateDir(const hcl::EvalContext* context, Args a) {
  ASSIGN_OR_RETURN(hcl::Variables variables, CollectVariables(a));
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make("waypoint-template"));
  Renderer renderer(context, std::move(variables));
  const fs::path root = a[0].AsString();
  std::error_code error;
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    std::string target = JoinPath(folder.path(), it->path().lexically_relative(root).string());
    if (it->is_directory()) {
      RETURN_IF_ERROR(MakeFolders(target, 0700));
    } else if (it->is_regular_file()) {
      RETURN_IF_ERROR(renderer.RenderFile(it->path().string(), target));
    }
  }
  if (error) {
    return hcl::ArgumentError(0, absl::StrCat("failed to read folder \"", root.string(), "\": ", error.message()));
  }
  return hcl::Value::Str(folder.Release());
}

}  // namespace

hcl::FunctionTable TemplateFunctions(const hcl::EvalContext* context) {
  hcl::FunctionTable table;
  const hcl::Type text = hcl::Type::String(), any = hcl::Type::Dynamic();
  auto define = [&](const char* name, const char* first, hcl::Type result, auto f) {
    hcl::Define(table, name,
                {{hcl::Param(first, text)},
                 hcl::Param("vars", any),
                 hcl::Returns(std::move(result)),
                 [context, f](Args a, const hcl::Type&) { return f(context, a); }});
  };
  define("templatestring", "template", any, TemplateString);
  define("templatefile", "template_path", text, TemplateFile);
  define("templatedir", "dir", text, TemplateDir);
  return table;
}

}  // namespace waypoint::config
