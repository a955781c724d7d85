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

absl::StatusOr<std::string> KeptToken(const std::string& state_dir) {
  if (state_dir.empty()) return std::string();
  absl::StatusOr<std::string> kept = ReadFile(JoinPath(state_dir, "token"));
  if (absl::IsNotFound(kept.status())) return std::string();
  if (!kept.ok()) return Annotate(kept.status(), "the runner's token");
  return std::string(absl::StripAsciiWhitespace(*kept));
}

absl::Status KeepToken(const std::string& state_dir, const std::string& token) {
  if (state_dir.empty()) return absl::OkStatus();
  return Annotate(WriteFileAtomic(JoinPath(state_dir, "token"), token, 0600), "keep the runner's token");
}

}  // namespace waypoint::runner
