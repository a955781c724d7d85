#include "cli/editor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "base/subprocess.h"

namespace waypoint::cli {

absl::StatusOr<std::string> EditText(Session& session, const std::string& text, const std::string& extension) {
  if (!session.ui().interactive()) return absl::FailedPreconditionError("an editor needs a terminal");
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make("waypoint-edit-"));
  const std::string file = JoinPath(folder.path(), "waypoint-edit" + extension);
  RETURN_IF_ERROR(WriteFile(file, text, 0600));
  std::string editor = session.world().env.GetOr("EDITOR", "vi");
  if (editor.empty()) editor = "vi";
  SpawnOptions options;
  options.argv = {"/bin/sh", "-c", editor + " \"$1\"", "editor", file};  // $EDITOR may hold flags
  absl::StatusOr<std::unique_ptr<Process>> process = Process::Spawn(options);
  if (!process.ok()) return Annotate(process.status(), "start the editor ", editor);
  ASSIGN_OR_RETURN(ExitStatus ended, (*process)->Wait());
  if (!ended.ok()) return absl::AbortedError(absl::StrCat("the editor ", editor, " ended with ", ended.Text()));
  return ReadFile(file);
}

}  // namespace waypoint::cli
