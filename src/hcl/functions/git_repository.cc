#include "hcl/functions/git_repository.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/files.h"
#include "base/status.h"

namespace waypoint::hcl {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> ReadTrimmed(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return std::nullopt;
  return std::string(absl::StripAsciiWhitespace(*text));
}

// `gitdir: PATH` of a linked work tree or submodule.
std::optional<std::string> GitDirOf(const std::string& folder) {
  std::string path = JoinPath(folder, ".git");
  if (IsFolder(path)) return path;
  std::optional<std::string> text = ReadTrimmed(path);
  constexpr absl::string_view kPrefix = "gitdir: ";
  if (!text || text->rfind(std::string(kPrefix), 0) != 0) return std::nullopt;
  return JoinPath(folder, text->substr(kPrefix.size()));
}

// ref name -> hash of packed-refs.
std::map<std::string, std::string> PackedRefs(const std::string& common_dir) {
  std::map<std::string, std::string> refs;
  absl::StatusOr<std::string> text = ReadFile(JoinPath(common_dir, "packed-refs"));
  if (!text.ok()) return refs;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    if (line.empty() || line[0] == '#' || line[0] == '^') continue;
    std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    refs[parts.second] = parts.first;
  }
  return refs;
}

}  // namespace

absl::StatusOr<GitRepository> GitRepository::Open(const std::string& folder) {
  for (fs::path at = fs::path(folder).lexically_normal(); !at.empty(); at = at.parent_path()) {
    if (std::optional<std::string> dir = GitDirOf(at.string())) {
      GitRepository repository;
      repository.work_tree_ = at.string();
      repository.git_dir_ = *dir;
      std::optional<std::string> common = ReadTrimmed(JoinPath(*dir, "commondir"));
      repository.common_dir_ = common ? JoinPath(*dir, *common) : *dir;
      return repository;
    }
    if (at == at.root_path() || at == at.parent_path()) break;
  }
  return absl::FailedPreconditionError(
      absl::StrCat("no git repository at or above ", folder, "; run `git init` or do not use the git functions"));
}

std::optional<std::string> GitRepository::Resolve(const std::string& ref, int depth) const {
  if (depth > 10) return std::nullopt;
  std::optional<std::string> text = ReadTrimmed(JoinPath(ref == "HEAD" ? git_dir_ : common_dir_, ref));
  if (!text) {
    std::map<std::string, std::string> packed = PackedRefs(common_dir_);
    auto it = packed.find(ref);
    return it == packed.end() ? std::nullopt : std::optional<std::string>(it->second);
  }
  constexpr absl::string_view kPrefix = "ref: ";
  if (text->rfind(std::string(kPrefix), 0) == 0) return Resolve(text->substr(kPrefix.size()), depth + 1);
  return text;
}

absl::StatusOr<std::string> GitRepository::HeadHash() const {
  std::optional<std::string> hash = Resolve("HEAD", 0);
  if (hash) return *hash;
  return absl::FailedPreconditionError(absl::StrCat("the git repository at ", work_tree_, " has no commit yet"));
}

std::vector<std::string> GitRepository::TagsAt(const std::string& hash) const {
  constexpr absl::string_view kPrefix = "refs/tags/";
  std::map<std::string, std::string> tags;
  for (const auto& [ref, value] : PackedRefs(common_dir_)) {
    if (ref.rfind(std::string(kPrefix), 0) == 0) tags[ref.substr(kPrefix.size())] = value;
  }
  std::error_code error;
  fs::path root = JoinPath(common_dir_, "refs/tags");
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    if (!it->is_regular_file()) continue;
    if (std::optional<std::string> value = ReadTrimmed(it->path().string())) {
      tags[it->path().lexically_relative(root).string()] = *value;
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, value] : tags) {
    if (value == hash) names.push_back(name);
  }
  return names;
}

std::optional<std::string> GitRepository::RemoteUrl(const std::string& name) const {
  absl::StatusOr<std::string> text = ReadFile(JoinPath(common_dir_, "config"));
  if (!text.ok()) return std::nullopt;
  bool inside = false;
  for (absl::string_view raw : absl::StrSplit(*text, '\n')) {
    absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (!line.empty() && line[0] == '[') {
      inside = line == absl::StrCat("[remote \"", name, "\"]");
      continue;
    }
    size_t equals = line.find('=');
    if (!inside || equals == absl::string_view::npos) continue;
    if (absl::StripAsciiWhitespace(line.substr(0, equals)) != "url") continue;
    absl::string_view url = absl::StripAsciiWhitespace(line.substr(equals + 1));
    if (url.size() > 1 && url.front() == '"' && url.back() == '"') url = url.substr(1, url.size() - 2);
    return std::string(url);
  }
  return std::nullopt;
}

}  // namespace waypoint::hcl
