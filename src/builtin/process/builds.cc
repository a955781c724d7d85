#include "builtin/process/builds.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/fd.h"
#include "base/files.h"
#include "base/status.h"
#include "base/tree.h"
#include "builtin/process/artifact.h"
#include "builtin/process/json_file.h"

namespace waypoint::builtin::process {
namespace {

absl::StatusOr<UniqueFd> Lock(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("create ", path));
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return ErrnoStatus(errno, absl::StrCat("lock ", path));
  }
  return fd;
}

// Puts the artifact last; returns what is too old now.
std::vector<std::string> Note(const std::string& id, pb::Builds* builds) {
  std::vector<std::string> ids(builds->artifacts().begin(), builds->artifacts().end());
  std::erase(ids, id);
  ids.push_back(id);
  const size_t old = ids.size() > kBuildsKept ? ids.size() - kBuildsKept : 0;
  builds->clear_artifacts();
  for (size_t i = old; i < ids.size(); ++i) builds->add_artifacts(ids[i]);
  return {ids.begin(), ids.begin() + static_cast<long>(old)};
}

std::set<std::string> InUse(const Layout& layout) {
  std::set<std::string> ids;
  absl::StatusOr<std::vector<std::string>> files = Glob(layout.AllBuilds(), {"*.json"});
  if (!files.ok()) return ids;
  for (const std::string& file : *files) {
    pb::Builds builds;
    if (ReadJson(JoinPath(layout.AllBuilds(), file), &builds).ok()) {
      ids.insert(builds.artifacts().begin(), builds.artifacts().end());
    }
  }
  return ids;
}

}  // namespace

absl::StatusOr<pb::Artifact> StoreBuild(const Layout& layout, const pb::State::Owner& owner, const std::string& source,
                                        const std::vector<std::string>& ignore) {
  const std::string file = layout.Builds(owner);
  RETURN_IF_ERROR(MakeFolders(layout.root(), 0700));
  RETURN_IF_ERROR(MakeFolders(FolderOf(file)));
  ASSIGN_OR_RETURN(pb::Artifact artifact, StoreArtifact(layout, source, ignore));
  ASSIGN_OR_RETURN(UniqueFd lock, Lock(JoinPath(layout.root(), "builds.lock")));
  if (!PathExists(artifact.path())) {  // an equal copy was there, and was removed as too old meanwhile
    ASSIGN_OR_RETURN(artifact, StoreArtifact(layout, source, ignore));
  }
  pb::Builds builds;
  if (absl::Status read = ReadJson(file, &builds); !read.ok() && !absl::IsNotFound(read)) builds.Clear();
  std::vector<std::string> old = Note(artifact.id(), &builds);
  RETURN_IF_ERROR(WriteJson(file, builds));
  if (old.empty()) return artifact;
  const std::set<std::string> used = InUse(layout);
  for (const std::string& id : old) {
    if (used.count(id) == 0) RemoveAll(JoinPath(layout.Artifacts(), PathPart(id))).IgnoreError();
  }
  return artifact;
}

}  // namespace waypoint::builtin::process
