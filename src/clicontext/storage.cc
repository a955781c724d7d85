#include "clicontext/storage.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/files.h"
#include "base/status.h"

namespace waypoint::clicontext {
namespace {

namespace fs = std::filesystem;

constexpr char kExtension[] = ".hcl";

absl::Status CheckName(const std::string& name) {
  if (name.empty() || name[0] == '_' || name[0] == '.' || absl::StrContains(name, '/')) {
    return absl::InvalidArgumentError(absl::StrCat("\"", name,
                                                   "\" cannot name a context: it must not be empty, contain '/' or "
                                                   "begin with '_' or '.'"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Storage::List() const {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator files(folder_, error);
  if (error == std::errc::no_such_file_or_directory) return names;
  if (error) return ErrnoStatus(error.value(), absl::StrCat("read folder ", folder_));
  for (const fs::directory_entry& file : files) {
    const std::string name = file.path().filename().string();
    if (name[0] != '_' && absl::EndsWith(name, kExtension)) names.emplace_back(absl::StripSuffix(name, kExtension));
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool Storage::Exists(const std::string& name) const {
  return CheckName(name).ok() && access(PathOf(name).c_str(), F_OK) == 0;
}

absl::StatusOr<Context> Storage::Load(const std::string& name) const {
  RETURN_IF_ERROR(CheckName(name));
  absl::StatusOr<std::string> text = ReadFile(PathOf(name));
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError(absl::StrCat("there is no context named \"", name, "\""));
  }
  RETURN_IF_ERROR(text.status());
  return ParseContext(*text, PathOf(name));
}

absl::Status Storage::Set(const std::string& name, const Context& context) {
  RETURN_IF_ERROR(CheckName(name));
  RETURN_IF_ERROR(MakeFolders(folder_));
  RETURN_IF_ERROR(WriteFileAtomic(PathOf(name), FormatContext(context), 0600));
  return Default().empty() ? SetDefault(name) : absl::OkStatus();
}

absl::Status Storage::Delete(const std::string& name) {
  RETURN_IF_ERROR(CheckName(name));
  if (Default() == name) RETURN_IF_ERROR(UnsetDefault());
  if (unlink(PathOf(name).c_str()) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, absl::StrCat("delete ", PathOf(name)));
  }
  return absl::OkStatus();
}

absl::Status Storage::Rename(const std::string& from, const std::string& to) {
  RETURN_IF_ERROR(CheckName(from));
  RETURN_IF_ERROR(CheckName(to));
  if (!Exists(from)) return absl::NotFoundError(absl::StrCat("there is no context named \"", from, "\""));
  const bool was_default = Default() == from;
  if (rename(PathOf(from).c_str(), PathOf(to).c_str()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("rename context ", from));
  }
  return was_default ? SetDefault(to) : absl::OkStatus();
}

std::string Storage::Default() const {
  std::error_code error;
  if (const fs::path target = fs::read_symlink(DefaultPath(), error); !error) return target.stem().string();
  // A file system without links holds a regular file with the bare name instead.
  std::ifstream file(DefaultPath());
  std::string name;
  file >> name;
  return name;
}

absl::Status Storage::SetDefault(const std::string& name) {
  RETURN_IF_ERROR(CheckName(name));
  if (!Exists(name)) return absl::NotFoundError(absl::StrCat("there is no context named \"", name, "\""));
  const std::string link = absl::StrCat(DefaultPath(), ".tmp", getpid());
  std::error_code error;
  fs::remove(link, error);
  fs::create_symlink(fs::absolute(PathOf(name)), link, error);
  if (error) return WriteFileAtomic(DefaultPath(), name, 0600);
  fs::rename(link, DefaultPath(), error);
  if (error) return ErrnoStatus(error.value(), absl::StrCat("write ", DefaultPath()));
  return absl::OkStatus();
}

absl::Status Storage::UnsetDefault() {
  if (unlink(DefaultPath().c_str()) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, absl::StrCat("delete ", DefaultPath()));
  }
  return absl::OkStatus();
}

}  // namespace waypoint::clicontext
