extern "C" {
#include <libjsonnet.h>
}

#include <exception>
#include <filesystem>

#include "base/files.h"
#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;
namespace fs = std::filesystem;

// One evaluation machine with the options of a call.
class Machine {
 public:
  Machine() : vm_(jsonnet_make()) {}
  ~Machine() { jsonnet_destroy(vm_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  absl::Status SetOptions(const Value& options) {
    using Set = void (*)(JsonnetVm*, const char*, const char*);
    const std::pair<const char*, Set> kOptions[] = {{"ext_vars", jsonnet_ext_var},
                                                    {"ext_code", jsonnet_ext_code},
                                                    {"tla_vars", jsonnet_tla_var},
                                                    {"tla_code", jsonnet_tla_code}};
    if (!options.type().IsMap() && !options.type().IsObject()) {
      return ArgumentError(1, "options must be an object with the maps ext_vars, ext_code, tla_vars, tla_code");
    }
    for (const auto& [name, set] : kOptions) {
      const Value* map = options.Find(name);
      if (map == nullptr || map->IsNull()) continue;
      absl::StatusOr<Value> strings = ConvertTo(*map, Type::Map(Type::String()));
      if (!strings.ok()) return ArgumentError(1, absl::StrCat(name, ": ", strings.status().message()));
      for (const auto& [key, value] : strings->AsFields()) {
        if (value.IsNull())
          return ArgumentError(1, absl::StrCat(name, ": the value of \"", key, "\" must not be null"));
        set(vm_, key.c_str(), value.AsString().c_str());
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Evaluate(const std::string& path) {
    int failed = 0;
    char* text = nullptr;
    try {
      text = jsonnet_evaluate_file(vm_, path.c_str(), &failed);
    } catch (const std::exception& error) {  // of static_jsonnet.cc
      return absl::InvalidArgumentError(absl::StrCat("Jsonnet: ", error.what()));
    }
    std::string out = text;
    jsonnet_realloc(vm_, text, 0);
    if (failed != 0) return absl::InvalidArgumentError(absl::StrCat("Jsonnet: ", out));
    return out;
  }

 private:
  JsonnetVm* vm_;
};

std::string JsonName(const std::string& path) { return fs::path(path).replace_extension(".json").string(); }

absl::Status Render(const std::string& from, const std::string& to, const Value& options) {
  Machine machine;
  RETURN_IF_ERROR(machine.SetOptions(options));
  ASSIGN_OR_RETURN(std::string json, machine.Evaluate(from));
  return WriteFile(to, json, 0600);
}

absl::StatusOr<std::string> AbsolutePath(const Value& v) {
  if (v.AsString().starts_with("/")) return v.AsString();
  return absl::InvalidArgumentError(absl::StrCat("path \"", v.AsString(), "\" must be absolute: start it with ",
                                                 "${path.app}, ${path.project} or ${path.pwd}"));
}

absl::StatusOr<Value> File(Args a, const Type&) {
  ASSIGN_OR_RETURN(std::string path, AbsolutePath(a[0]));
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make("waypoint-jsonnet"));
  std::string target = JoinPath(folder.path(), JsonName(BaseName(path)));
  RETURN_IF_ERROR(Render(path, target, a[1]));
  folder.Release();
  return Value::Str(target);
}

absl::StatusOr<Value> Folder(Args a, const Type&) {
  ASSIGN_OR_RETURN(std::string root, AbsolutePath(a[0]));
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make("waypoint-jsonnet"));
  std::error_code error;
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    if (!it->is_regular_file() || it->path().extension() != ".jsonnet") continue;
    std::string target = JoinPath(folder.path(), JsonName(it->path().lexically_relative(root).string()));
    RETURN_IF_ERROR(MakeFolders(FolderOf(target), 0700));
    RETURN_IF_ERROR(Render(it->path().string(), target, a[1]));
  }
  if (error) return absl::InvalidArgumentError(absl::StrCat("failed to read folder ", root, ": ", error.message()));
  return Value::Str(folder.Release());
}

}  // namespace

void AddJsonnetFunctions(FunctionTable& table) {
  const Type text = Type::String(), any = Type::Dynamic();
  Define(table, "jsonnetfile", {{Param("path", text), Param("options", any)}, std::nullopt, Returns(text), File, true});
  Define(table, "jsonnetdir", {{Param("dir", text), Param("options", any)}, std::nullopt, Returns(text), Folder, true});
}

}  // namespace waypoint::hcl
