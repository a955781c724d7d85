#include "server/records/workspace_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "errors/details.h"
#include "ptypes/names.h"
#include "ptypes/refs.h"
#include "ptypes/workspace.h"
#include "server/answer.h"
#include "server/common/workspaces.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

bool InScope(const pb::Workspace& workspace, const pb::ListWorkspacesRequest& request) {
  if (request.has_project()) return FindProjectIn(workspace, request.project().project()) != nullptr;
  if (!request.has_application()) return true;
  const pb::Workspace::Project* project = FindProjectIn(workspace, request.application().project());
  return project != nullptr && std::any_of(project->applications().begin(), project->applications().end(),
                                           [&](const pb::Workspace::Application& application) {
                                             return ptypes::SameName(application.application().application(),
                                                                     request.application().application());
                                           });
}

}  // namespace

void WorkspaceService::Register(Table& table) {
  table.Unary("UpsertWorkspace", Needs::kRunner, *this, &WorkspaceService::Upsert);
  table.Unary("GetWorkspace", Needs::kRunner, *this, &WorkspaceService::Get);
  table.Unary("ListWorkspaces", Needs::kRunner, *this, &WorkspaceService::List);
}

void WorkspaceService::Upsert(const Caller&, const pb::UpsertWorkspaceRequest& request,
                              Reply<pb::UpsertWorkspaceResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, pb::UpsertWorkspaceResponse* response) {
    pb::Workspace workspace = request.workspace();
    const std::string key = ptypes::FoldCase(workspace.name());
    // Only operations say which projects take part.
    if (auto stored = txn.Get<pb::Workspace>(key); stored != nullptr)
      *workspace.mutable_projects() = stored->projects();
    *response->mutable_workspace() = workspace;
    txn.Put(key, std::move(workspace));
    return absl::OkStatus();
  });
}

void WorkspaceService::Get(const Caller&, const pb::GetWorkspaceRequest& request,
                           Reply<pb::GetWorkspaceResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerRead<pb::GetWorkspaceResponse>(
      store_, reply, [request](const state::View& view, pb::GetWorkspaceResponse* response) {
        const std::string& name = request.workspace().workspace();
        auto stored = view.Get<pb::Workspace>(ptypes::FoldCase(name));
        if (stored == nullptr) {
          return WithDetail(absl::NotFoundError(absl::StrCat("workspace \"", name, "\" does not exist")), "workspace",
                            name);
        }
        *response->mutable_workspace() = *stored;
        return absl::OkStatus();
      });
}

void WorkspaceService::List(const Caller&, const pb::ListWorkspacesRequest& request,
                            Reply<pb::ListWorkspacesResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerRead<pb::ListWorkspacesResponse>(
      store_, reply, [request](const state::View& view, pb::ListWorkspacesResponse* response) {
        view.ForEach<pb::Workspace>("", [&](const std::string&, const pb::Workspace& workspace) {
          if (InScope(workspace, request)) *response->add_workspaces() = workspace;
          return true;
        });
        return absl::OkStatus();
      });
}

}  // namespace waypoint::server
