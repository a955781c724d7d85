#include "cli/project_fetch.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/files.h"
#include "base/status.h"
#include "cli/run_program.h"

namespace waypoint::cli {
namespace {

namespace fs = std::filesystem;
using Kind = ProjectSource::Kind;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kUnpacking = absl::Minutes(2);
constexpr char kArchiveLimit[] = "524288000";
constexpr std::array<const char*, 3> kGitHosts = {"github.com/", "gitlab.com/", "bitbucket.org/"};

bool IsWeb(absl::string_view text) { return absl::StartsWith(text, "http://") || absl::StartsWith(text, "https://"); }

bool IsGit(absl::string_view url) {
  return absl::StartsWith(url, "git@") || absl::StartsWith(url, "ssh://") || absl::EndsWith(url, ".git");
}

// "URL//FOLDER?QUERY"
struct UrlParts {
  std::string location, folder, query;
};

UrlParts TakeApart(std::string text) {
  UrlParts parts;
  if (const size_t query = text.find('?'); query != std::string::npos) {
    parts.query = text.substr(query + 1);
    text.resize(query);
  }
  const size_t scheme = text.find("://");
  const size_t inside = text.find("//", scheme == std::string::npos ? 0 : scheme + 3);
  if (inside != std::string::npos) {
    parts.folder = text.substr(inside + 2);
    text.resize(inside);
  }
  parts.location = std::move(text);
  return parts;
}

std::string RefOf(absl::string_view query) {
  for (absl::string_view part : absl::StrSplit(query, '&')) {
    if (absl::ConsumePrefix(&part, "ref=")) return std::string(part);
  }
  return "";
}

absl::Status Failed(absl::string_view what, const ProgramEnd& end) {
  const absl::string_view said = absl::StripAsciiWhitespace(end.err.empty() ? end.out : end.err);
  return absl::UnavailableError(absl::StrCat(what, " failed with exit code ", end.code, ":\n", said));
}

absl::Status Run(absl::string_view what, const std::vector<std::string>& argv, const std::string& folder,
                 absl::Duration patience, const std::stop_token& stop) {
  absl::StatusOr<ProgramEnd> end = RunProgram(argv, folder, patience, {}, stop);
  if (absl::IsNotFound(end.status())) {
    return absl::FailedPreconditionError(absl::StrCat(what, " needs the program \"", argv[0], "\"; install it first"));
  }
  RETURN_IF_ERROR(end.status());
  return end->code == 0 ? absl::OkStatus() : Failed(what, *end);
}

absl::Status CloneInto(const ProjectSource& source, const std::string& folder, const std::stop_token& stop) {
  std::vector<std::string> words = {"clone", "--quiet", "--depth=1"};
  if (!source.ref.empty()) words.push_back("--branch=" + source.ref);
  words.insert(words.end(), {"--", source.location, folder});
  ASSIGN_OR_RETURN(const ProgramEnd end, RunGit(words, FolderOf(folder), kPatience, stop));
  return end.code == 0 ? absl::OkStatus() : Failed(absl::StrCat("cloning ", source.location), end);
}

absl::Status UnpackInto(const ProjectSource& source, const std::string& folder, const std::stop_token& stop) {
  const std::string archive = folder + ".archive";
  RETURN_IF_ERROR(
      Run(absl::StrCat("fetching ", source.location),
          {"curl", "--fail", "--silent", "--show-error", "--location", "--proto", "=http,https", "--connect-timeout",
           "10", "--max-time", "30", "--max-filesize", kArchiveLimit, "--output", archive, "--", source.location},
          FolderOf(folder), kPatience + absl::Seconds(10), stop));
  RETURN_IF_ERROR(MakeFolders(folder));
  absl::string_view path = absl::string_view(source.location).substr(0, source.location.find('?'));
  if (absl::EndsWith(path, ".zip")) {
    return Run("unpacking", {"unzip", "-q", archive, "-d", folder}, folder, kUnpacking, stop);
  }
  return Run("unpacking", {"tar", "-xf", archive, "--no-same-owner", "-C", folder}, folder, kUnpacking, stop);
}

absl::Status CopyTree(const std::string& from, const std::string& to) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(from, error), end; !error && it != end; it.increment(error)) {
    if (fs::is_symlink(it->symlink_status())) {
      return absl::FailedPreconditionError(
          absl::StrCat(it->path().string(), " is a symbolic link; projects with links are not copied"));
    }
  }
  if (!error) fs::copy(from, to, fs::copy_options::recursive, error);
  if (error) return absl::UnknownError(absl::StrCat("copy ", from, " to ", to, ": ", error.message()));
  return absl::OkStatus();
}

// Where the project lies, fetched into `scratch` if it is elsewhere.
absl::StatusOr<std::string> Locate(const ProjectSource& source, const std::string& scratch,
                                   const std::stop_token& stop) {
  std::string folder = source.location;
  if (source.kind != Kind::kFolder) {
    folder = scratch + "/fetched";
    RETURN_IF_ERROR(source.kind == Kind::kGit ? CloneInto(source, folder, stop) : UnpackInto(source, folder, stop));
  }
  if (source.folder.empty()) {
    if (!IsFolder(folder)) return absl::NotFoundError(absl::StrCat("there is no folder ", folder, " to copy"));
    return folder;
  }
  const std::string inside = fs::path(JoinPath(folder, source.folder)).lexically_normal().string();
  if (!absl::StartsWith(inside, folder + "/")) {
    return absl::InvalidArgumentError(absl::StrCat("the folder ", source.folder, " leads out of the project"));
  }
  if (!IsFolder(inside)) return absl::NotFoundError(absl::StrCat(source.location, " has no folder ", source.folder));
  return inside;
}

}  // namespace

ProjectSource ParseProjectSource(const std::string& text, const std::string& working_folder) {
  absl::string_view url = text;
  const bool forced = absl::ConsumePrefix(&url, "git::");
  const bool known_host =
      std::any_of(kGitHosts.begin(), kGitHosts.end(), [&](const char* host) { return absl::StartsWith(url, host); });
  const std::string local = JoinPath(working_folder, url);
  if (!forced && !known_host && IsFolder(local)) return {Kind::kFolder, local, "", ""};
  UrlParts parts = TakeApart(known_host ? absl::StrCat("https://", url) : std::string(url));
  if (forced || known_host || IsGit(parts.location)) {
    return {Kind::kGit, parts.location, parts.folder, RefOf(parts.query)};
  }
  if (!IsWeb(url)) return {Kind::kFolder, local, "", ""};
  if (!parts.query.empty()) absl::StrAppend(&parts.location, "?", parts.query);
  return {Kind::kArchive, parts.location, parts.folder, ""};
}

std::string DefaultTarget(const std::string& text) {
  std::string path = text.substr(0, text.find('?'));
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  std::string name = BaseName(path);
  if (const size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0) name.resize(dot);
  if (absl::EndsWith(name, ".tar")) name.resize(name.size() - 4);
  return name;
}

absl::Status FetchProject(const ProjectSource& source, const std::string& target, std::stop_token stop) {
  if (PathExists(target)) {
    return absl::AlreadyExistsError(absl::StrCat(target, " exists already; choose another folder with -into=NAME"));
  }
  ASSIGN_OR_RETURN(const TempFolder scratch, TempFolder::Make("waypoint-init-"));
  ASSIGN_OR_RETURN(const std::string from, Locate(source, scratch.path(), stop));
  const absl::Status copied = CopyTree(from, target);
  if (!copied.ok()) RETURN_IF_ERROR(RemoveAll(target));
  return copied;
}

}  // namespace waypoint::cli
