#include "runner/identity.h"

#include "absl/strings/ascii.h"
#include "base/files.h"
#include "base/status.h"

namespace waypoint::runner {

absl::StatusOr<std::string> ChooseId(const std::string& given, const std::string& state_dir, IdSource& ids) {
  if (state_dir.empty()) return given.empty() ? ids.Ulid() : given;
  RETURN_IF_ERROR(MakeFolders(state_dir, 0700));
  const std::string path = JoinPath(state_dir, "id");
  if (!given.empty()) return given;
  absl::StatusOr<std::string> kept = ReadFile(path);
  if (kept.ok()) {
    const std::string id(absl::StripAsciiWhitespace(*kept));
    if (!id.empty()) return id;
  } else if (!absl::IsNotFound(kept.status())) {
    return Annotate(kept.status(), "the runner's id");
  }
  const std::string id = ids.Ulid();
  RETURN_IF_ERROR(Annotate(WriteFileAtomic(path, id, 0600), "keep the runner's id"));
  return id;
}

}  // namespace waypoint::runner
