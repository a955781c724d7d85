#include "ptypes/workspace.h"

#include "absl/strings/str_cat.h"
#include "ptypes/names.h"
#include "ptypes/violations.h"

namespace waypoint::ptypes {

absl::Status Check(const pb::UpsertWorkspaceRequest& request) {
  Violations out;
  if (out.Require(request.has_workspace(), "workspace", kMustBeSet)) {
    const std::string& name = request.workspace().name();
    out.Require(IsWorkspaceName(name), "workspace.name",
                name.empty() ? std::string(kBlank)
                             : absl::StrCat("name \"", name,
                                            "\" must have 1 to 38 characters, begin with a letter or digit, and hold "
                                            "letters, digits, '-' and '_' only"));
  }
  return out.ToStatus();
}

absl::Status Check(const pb::GetWorkspaceRequest& request) {
  Violations out;
  if (out.Require(request.has_workspace(), "workspace", kMustBeSet)) {
    const std::string& name = request.workspace().workspace();
    if (out.Require(!name.empty(), "workspace.workspace", kBlank)) {
      out.Require(IsPlainName(name), "workspace.workspace",
                  absl::StrCat("name \"", name, "\" must hold letters, digits, '-' and '_' only"));
    }
  }
  return out.ToStatus();
}

absl::Status Check(const pb::ListWorkspacesRequest& request) {
  Violations out;
  if (request.has_project()) out.Require(!request.project().project().empty(), "scope.Project.project", kBlank);
  if (request.has_application()) {
    out.Require(!request.application().project().empty(), "scope.Application.project", kBlank);
    out.Require(!request.application().application().empty(), "scope.Application.application", kBlank);
  }
  return out.ToStatus();
}

}  // namespace waypoint::ptypes
