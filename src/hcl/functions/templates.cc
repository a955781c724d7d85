#include "hcl/functions/templates.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/files.h"
#include "hcl/functions/builder.h"
#include "hcl/parse.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;
namespace fs = std::filesystem;

// The call-site's names overlaid with the arguments from the second on.
absl::StatusOr<Variables> CollectVariables(Args a) {
  Variables variables;
  for (size_t i = 1; i < a.size(); ++i) {
    int index = static_cast<int>(i);
    if (!a[i].type().IsMap() && !a[i].type().IsObject()) {
      return ArgumentError(index, "invalid vars value: must be a map or an object");
    }
    for (const auto& [name, value] : a[i].AsFields()) {
      if (!IsIdentifier(name)) {
        return ArgumentError(index,
                             absl::StrCat("invalid template variable name \"", name, "\": it must be an identifier"));
      }
      variables[name] = value;
    }
  }
  return variables;
}

bool Knows(const EvalContext& context, const std::string& name) {
  if (context.variables && context.variables->contains(name)) return true;
  return context.parent != nullptr && Knows(*context.parent, name);
}

// Within a template the template functions themselves are out of reach.
absl::StatusOr<Value> Refuse(Args, const Type&) {
  return absl::InvalidArgumentError("cannot call a template function from inside a template");
}

class Renderer {
 public:
  // `arguments`: of the call.
  Renderer(const EvalContext* context, Variables variables, Args arguments)
      : context_(context->Child()), vars_argument_(arguments.size() > 1 ? 1 : 0) {
    context_.variables = std::move(variables);
    FunctionTable refused;
    for (const char* name : {"templatestring", "templatefile", "templatedir"}) {
      Define(refused, name,
             {{}, Param("args", Type::Dynamic(), kNull | kUnknown | kDynamic), Returns(Type::String()), Refuse});
    }
    context_.functions = std::make_shared<const FunctionTable>(std::move(refused));
  }

  absl::StatusOr<Value> Render(const std::string& name, std::string text) const {
    Diagnostics diagnostics;
    Expression expression = ParseTemplate(MakeSource(name, std::move(text)), diagnostics);
    RETURN_IF_ERROR(diagnostics.ToStatus());
    for (const TraversalSteps& steps : expression.Variables()) {
      if (Knows(context_, steps[0].name)) continue;
      return ArgumentError(vars_argument_, absl::StrCat("vars map does not contain key \"", steps[0].name,
                                                        "\", referenced at ", ToString(steps[0].range)));
    }
    Value value = expression.Evaluate(&context_, diagnostics);
    RETURN_IF_ERROR(diagnostics.ToStatus());
    return value;
  }

  absl::Status RenderFile(const std::string& from, const std::string& to) const {
    ASSIGN_OR_RETURN(std::string text, ReadFile(from));
    if (!IsValidUtf8(text)) return absl::InvalidArgumentError(absl::StrCat(from, " is not valid UTF-8"));
    ASSIGN_OR_RETURN(Value value, Render(from, std::move(text)));
    if (!value.IsKnown()) return absl::InvalidArgumentError(absl::StrCat(from, " depends on a value not known yet"));
    ASSIGN_OR_RETURN(value, ConvertTo(value, Type::String()));
    if (value.IsNull()) return absl::InvalidArgumentError(absl::StrCat(from, " renders to null"));
    return WriteFile(to, value.AsString(), 0600);
  }

 private:
  EvalContext context_;
  const int vars_argument_;  // to blame for a missing name
};

absl::StatusOr<Value> TemplateString(const EvalContext* context, Args a) {
  ASSIGN_OR_RETURN(Variables variables, CollectVariables(a));
  return Renderer(context, std::move(variables), a).Render("templatestring", a[0].AsString());
}

absl::StatusOr<Value> TemplateFile(const EvalContext* context, Args a) {
  ASSIGN_OR_RETURN(Variables variables, CollectVariables(a));
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make("waypoint-template"));
  std::string target = JoinPath(folder.path(), BaseName(a[0].AsString()));
  RETURN_IF_ERROR(Renderer(context, std::move(variables), a).RenderFile(a[0].AsString(), target));
  folder.Release();
  return Value::Str(target);
}

absl::StatusOr<Value> TemplateDir(const EvalContext* context, Args a) {
  ASSIGN_OR_RETURN(Variables variables, CollectVariables(a));
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make("waypoint-template"));
  Renderer renderer(context, std::move(variables), a);
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
    return ArgumentError(0, absl::StrCat("failed to read folder \"", root.string(), "\": ", error.message()));
  }
  return Value::Str(folder.Release());
}

}  // namespace

FunctionTable TemplateFunctions(const EvalContext* context) {
  FunctionTable table;
  const Type text = Type::String(), any = Type::Dynamic();
  auto define = [&](const char* name, const char* first, Type result, auto f) {
    Define(table, name,
           {{Param(first, text)}, Param("vars", any), Returns(std::move(result)), [context, f](Args a, const Type&) {
              return f(context, a);
            }});
  };
  define("templatestring", "template", any, TemplateString);
  define("templatefile", "template_path", text, TemplateFile);
  define("templatedir", "dir", text, TemplateDir);
  return table;
}

}  // namespace waypoint::hcl
