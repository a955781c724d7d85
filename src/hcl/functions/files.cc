#include <sys/stat.h>

#include <cerrno>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"
#include "hcl/functions/glob.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;
namespace fs = std::filesystem;

// ~ and ~/x.
absl::StatusOr<std::string> ExpandHome(const std::string& path, const std::string& home) {
  if (!path.starts_with("~")) return path;
  if (path == "~" || path[1] == '/') return home + path.substr(1);
  return absl::InvalidArgumentError(absl::StrCat("the home folder of another user is not known here: \"", path, "\""));
}

// Go's filepath.Clean.
std::string Clean(const std::string& path) {
  if (path.empty()) return ".";
  bool rooted = path[0] == '/';
  std::vector<std::string> steps;
  std::istringstream in(path);
  for (std::string step; std::getline(in, step, '/');) {
    if (step.empty() || step == ".") continue;
    bool up = step == "..";
    if (up && !steps.empty() && steps.back() != "..") {
      steps.pop_back();
    } else if (!up || !rooted) {
      steps.push_back(step);
    }
  }
  std::string out;
  for (const std::string& step : steps) out += (out.empty() ? "" : "/") + step;
  return rooted ? "/" + out : out.empty() ? "." : out;
}

std::string BaseName(const std::string& path) {
  if (path.empty()) return ".";
  std::string text = path.substr(0, path.find_last_not_of('/') + 1);
  return text.empty() ? "/" : text.substr(text.rfind('/') + 1);
}

std::string DirName(const std::string& path) { return Clean(path.substr(0, path.rfind('/') + 1)); }

// Relative paths would depend on where the process happens to run.
absl::StatusOr<std::string> AbsolutePath(const Value& v, const std::string& home) {
  ASSIGN_OR_RETURN(std::string path, ExpandHome(v.AsString(), home));
  if (path.starts_with("/")) return path;
  return absl::InvalidArgumentError(absl::StrCat("path \"", path,
                                                 "\" must be absolute: start it with ${path.app}, ${path.project} or "
                                                 "${path.pwd}"));
}

absl::StatusOr<std::string> ReadRegular(const Value& v, const std::string& home) {
  ASSIGN_OR_RETURN(std::string path, AbsolutePath(v, home));
  struct stat info;
  if (stat(path.c_str(), &info) != 0)
    return absl::InvalidArgumentError(absl::StrCat("no file exists at \"", path, "\""));
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError(absl::StrCat("\"", path, "\" is not a regular file"));
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) return absl::InvalidArgumentError(absl::StrCat("failed to read \"", path, "\""));
  return text;
}

absl::StatusOr<std::string> ReadWhole(const Value& v, const std::string& home) {
  absl::StatusOr<std::string> text = ReadRegular(v, home);
  return text.ok() ? std::move(text) : ArgumentError(0, std::string(text.status().message()));
}

absl::StatusOr<Value> File(Args a, const std::string& home) {
  ASSIGN_OR_RETURN(std::string text, ReadWhole(a[0], home));
  if (IsValidUtf8(text)) return Value::Str(std::move(text));
  return absl::InvalidArgumentError(
      absl::StrCat("contents of \"", a[0].AsString(), "\" are not valid UTF-8; use filebase64 to read them"));
}

absl::StatusOr<Value> FileExists(Args a, const std::string& home) {
  ASSIGN_OR_RETURN(std::string path, AbsolutePath(a[0], home));
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Value::Bool(false);
    return ErrnoStatus(errno, absl::StrCat("look at \"", path, "\""));
  }
  if (S_ISREG(info.st_mode)) return Value::Bool(true);
  return absl::InvalidArgumentError(absl::StrCat("\"", path, "\" is not a regular file, but something else"));
}

absl::StatusOr<Value> FileSet(Args a, const std::string& home) {
  ASSIGN_OR_RETURN(std::string root, AbsolutePath(a[0], home));
  Value::Vector out;
  std::error_code error;
  if (!fs::is_directory(root, error)) return Value::Set(Type::String(), {});
  // "./x" and "/x" mean what "x" does.
  const std::string& pattern = a[1].AsString();
  std::optional<Glob> glob =
      Glob::Parse(Clean(pattern.substr(std::min(pattern.find_first_not_of('/'), pattern.size()))));
  if (!glob) return absl::InvalidArgumentError(absl::StrCat("invalid pattern \"", a[1].AsString(), "\""));
  auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(root, options, error), end; it != end; it.increment(error)) {
    if (error) return absl::InternalError(absl::StrCat("failed to read \"", root, "\": ", error.message()));
    std::string relative = it->path().lexically_relative(root).generic_string();
    std::error_code ignored;
    if (glob->Matches(relative) && it->is_regular_file(ignored)) out.push_back(Value::Str(relative));
  }
  return Value::Set(Type::String(), std::move(out));
}

}  // namespace

void AddFileFunctions(FunctionTable& table, const FunctionOptions& options) {
  const Type s = Type::String();
  std::string home = options.home;
  DefineText(table, "basename", "path", 0, BaseName);
  DefineText(table, "dirname", "path", 0, DirName);
  DefineText(table, "abspath", "path", 0, [](const std::string& path) {
    return path.starts_with("/") ? Clean(path) : Clean(fs::current_path().string() + "/" + path);
  });
  auto define = [&](const std::string& name, Type type, auto f) {
    Define(table, name, {{Param("path", s)}, std::nullopt, Returns(std::move(type)), [f, home](Args a, const Type&) {
                           return f(a, home);
                         }});
  };
  define("pathexpand", s, [](Args a, const std::string& base) -> absl::StatusOr<Value> {
    ASSIGN_OR_RETURN(std::string path, ExpandHome(a[0].AsString(), base));
    return Value::Str(std::move(path));
  });
  define("file", s, File);
  define("fileexists", Type::Bool(), FileExists);
  define("filebase64", s, [](Args a, const std::string& base) -> absl::StatusOr<Value> {
    ASSIGN_OR_RETURN(std::string text, ReadWhole(a[0], base));
    return Value::Str(absl::Base64Escape(text));
  });
  Define(table, "fileset",
         {{Param("path", s), Param("pattern", s)}, std::nullopt, Returns(Type::Set(s)), [home](Args a, const Type&) {
            return FileSet(a, home);
          }});
}

}  // namespace waypoint::hcl
