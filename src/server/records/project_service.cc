#include "server/records/project_service.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "errors/details.h"
#include "ptypes/names.h"
#include "ptypes/project.h"
#include "ptypes/refs.h"
#include "server/answer.h"
#include "server/common/pages.h"
#include "server/common/projects.h"
#include "server/common/workspaces.h"
#include "server/records/destroy_project.h"
#include "server/records/stored_hcl.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

// Offers projects in key order in the page's direction; `row` answers the size it takes, `drop` takes it back.
void WalkProjects(const state::View& view, Page& page,
                  absl::FunctionRef<size_t(const std::string& key, const pb::Project&)> row,
                  absl::FunctionRef<void()> drop) {
  auto offer = [&](const std::string& key, const pb::Project& project) {
    if (page.Take(key, row(key, project))) return true;
    drop();
    return false;
  };
  if (!page.backward()) {
    // The smallest key behind the cursor.
    const std::string from = page.cursor() ? *page.cursor() + '\0' : std::string();
    view.ForEach<pb::Project>(from, offer);
    return;
  }
  std::vector<std::string> before;
  view.ForEach<pb::Project>("", [&](const std::string& key, const pb::Project&) {
    if (key >= *page.cursor()) return false;
    before.push_back(key);
    return true;
  });
  for (auto it = before.rbegin(); it != before.rend(); ++it) {
    if (!offer(*it, *view.Get<pb::Project>(*it))) return;
  }
}

uint64_t CountProjects(const state::View& view) {
  uint64_t count = 0;
  view.ForEach<pb::Project>("", [&count](const std::string&, const pb::Project&) {
    ++count;
    return true;
  });
  return count;
}

}  // namespace

void ProjectService::Register(Table& table) {
  table.Unary("UpsertProject", Needs::kRunner, *this, &ProjectService::Upsert);
  table.Unary("GetProject", Needs::kRunner, *this, &ProjectService::Get);
  table.Unary("ListProjects", Needs::kRunner, *this, &ProjectService::List);
  table.Unary("DestroyProject", Needs::kRunner, *this, &ProjectService::Destroy);
  table.Unary("UI_ListProjects", Needs::kRunner, *this, &ProjectService::UiList);
  table.Unary("UI_GetProject", Needs::kRunner, *this, &ProjectService::UiGet);
  table.Unary("UpsertApplication", Needs::kRunner, *this, &ProjectService::UpsertApplication);
  table.Unary("GetApplication", Needs::kRunner, *this, &ProjectService::GetApplication);
}

void ProjectService::Upsert(const Caller& caller, const pb::UpsertProjectRequest& request,
                            Reply<pb::UpsertProjectResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  if (absl::Status status = CheckStoredHcl(request.project()); !status.ok()) return reply(status);
  auto response = std::make_shared<pb::UpsertProjectResponse>();
  engine_.Update([&](jobs::Step& step) { return Store(step, caller, request.project(), response->mutable_project()); },
                 [response, reply](absl::Status status) {
                   if (status.ok()) {
                     reply(*response);
                   } else {
                     reply(std::move(status));
                   }
                 });
}

absl::Status ProjectService::Store(jobs::Step& step, const Caller& caller, const pb::Project& request,
                                   pb::Project* shown) const {
  state::Txn& txn = step.txn();
  pb::Project project = request;
  const std::string key = ptypes::FoldCase(project.name());
  // Applications come and go by their own calls; only a new project takes those of the request.
  if (auto stored = txn.Get<pb::Project>(key); stored != nullptr)
    *project.mutable_applications() = stored->applications();
  *shown = project;
  RETURN_IF_ERROR(ptypes::FillPollDefaults(*shown));
  txn.Put(key, project);
  if (!project.waypoint_hcl().empty() && project.waypoint_hcl_format() == pb::Hcl::HCL) {
    pb::Ref::Application ref;
    ref.set_project(project.name());
    for (const std::string& name : ApplicationsInHcl(project)) {
      ref.set_application(name);
      EnsureApplication(txn, ref);
    }
    *shown = *txn.Get<pb::Project>(key);
    return absl::OkStatus();
  }
  const bool fetched = project.data_source().has_git() || project.data_source().has_remote();
  if (project.state() == pb::Project::ACTIVE && fetched && !project.data_source_poll().enabled()) {
    return QueueInitJobs(step, caller, project);
  }
  return absl::OkStatus();
}

// One for each workspace, so that each learns of the applications.
absl::Status ProjectService::QueueInitJobs(jobs::Step& step, const Caller& caller, const pb::Project& project) const {
  std::vector<std::string> workspaces;
  step.txn().ForEach<pb::Workspace>("", [&](const std::string&, const pb::Workspace& workspace) {
    workspaces.push_back(workspace.name());
    return true;
  });
  if (workspaces.empty()) workspaces.push_back("default");
  std::vector<jobs::NewJob> jobs;
  for (const std::string& workspace : workspaces) {
    jobs::NewJob job;
    job.job.mutable_application()->set_project(project.name());
    job.job.mutable_workspace()->set_workspace(workspace);
    job.job.mutable_target_runner()->mutable_any();
    *job.job.mutable_data_source() = project.data_source();
    job.job.mutable_init();
    job.queued_by = caller.identity.user_id;
    jobs.push_back(std::move(job));
  }
  return queue_.Add(step, std::move(jobs)).status();
}

void ProjectService::Get(const Caller&, const pb::GetProjectRequest& request, Reply<pb::GetProjectResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerRead<pb::GetProjectResponse>(
      store_, reply, [request](const state::View& view, pb::GetProjectResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto project, FindProject(view, request.project().project()));
        *response->mutable_project() = *project;
        view.ForEach<pb::Workspace>("", [&](const std::string&, const pb::Workspace& workspace) {
          if (const pb::Workspace::Project* entry = FindProjectIn(workspace, project->name()); entry != nullptr) {
            pb::Workspace::Project* shown = response->add_workspaces();
            *shown = *entry;
            shown->mutable_workspace()->set_workspace(workspace.name());
          }
          return true;
        });
        return absl::OkStatus();
      });
}

void ProjectService::List(const Caller&, const pb::ListProjectsRequest& request,
                          Reply<pb::ListProjectsResponse> reply) {
  AnswerRead<pb::ListProjectsResponse>(
      store_, reply, [request](const state::View& view, pb::ListProjectsResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(Page page, Page::Of(request.pagination()));
        WalkProjects(
            view, page,
            [&](const std::string& key, const pb::Project&) {
              pb::Ref::Project* ref = response->add_projects();
              ref->set_project(key);  // 0.11 shows names in lower case here
              return ref->ByteSizeLong();
            },
            [&] { response->mutable_projects()->RemoveLast(); });
        if (page.backward()) {
          std::reverse(response->mutable_projects()->pointer_begin(), response->mutable_projects()->pointer_end());
        }
        page.Finish(response->mutable_pagination());
        response->set_total_count(CountProjects(view));
        return absl::OkStatus();
      });
}

void ProjectService::UiList(const Caller&, const pb::UI::ListProjectsRequest& request,
                            Reply<pb::UI::ListProjectsResponse> reply) {
  AnswerRead<pb::UI::ListProjectsResponse>(
      store_, reply, [request](const state::View& view, pb::UI::ListProjectsResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(Page page, Page::Of(request.pagination()));
        auto* bundles = response->mutable_project_bundles();
        WalkProjects(
            view, page,
            [&](const std::string&, const pb::Project& project) {
              *bundles->Add()->mutable_project() = project;
              return project.ByteSizeLong();
            },
            [&] { bundles->RemoveLast(); });
        if (page.backward()) std::reverse(bundles->pointer_begin(), bundles->pointer_end());
        page.Finish(response->mutable_pagination());
        response->set_total_count(CountProjects(view));
        return absl::OkStatus();
      });
}

void ProjectService::UiGet(const Caller&, const pb::UI::GetProjectRequest& request,
                           Reply<pb::UI::GetProjectResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerRead<pb::UI::GetProjectResponse>(
      store_, reply, [this, request](const state::View& view, pb::UI::GetProjectResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto project, FindProject(view, request.project().project()));
        if (project->has_project_template()) return absl::UnimplementedError("project templates are not supported");
        *response->mutable_project() = *project;
        if (auto job = view.Get<pb::Job>(indexes_.init_jobs->Latest(project->name())); job != nullptr) {
          *response->mutable_latest_init_job() = *job;
        }
        return absl::OkStatus();
      });
}

void ProjectService::Destroy(const Caller&, const pb::DestroyProjectRequest& request,
                             Reply<google::protobuf::Empty> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, google::protobuf::Empty*) {
    DestroyProject(txn, indexes_, request.project().project());
    return absl::OkStatus();
  });
}

void ProjectService::UpsertApplication(const Caller&, const pb::UpsertApplicationRequest& request,
                                       Reply<pb::UpsertApplicationResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, pb::UpsertApplicationResponse* response) -> absl::Status {
    ASSIGN_OR_RETURN(const auto stored, FindProject(txn, request.project().project()));
    pb::Project project = *stored;
    pb::Application* application = nullptr;
    for (pb::Application& candidate : *project.mutable_applications()) {
      if (ptypes::SameName(candidate.name(), request.name())) application = &candidate;
    }
    if (application == nullptr) {
      application = project.add_applications();
      application->set_name(request.name());
      *application->mutable_project() = request.project();
    }
    application->set_file_change_signal(request.file_change_signal());
    *response->mutable_application() = *application;
    txn.Put(ptypes::FoldCase(project.name()), std::move(project));
    return absl::OkStatus();
  });
}

void ProjectService::GetApplication(const Caller&, const pb::GetApplicationRequest& request,
                                    Reply<pb::GetApplicationResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerRead<pb::GetApplicationResponse>(
      store_, reply, [request](const state::View& view, pb::GetApplicationResponse* response) -> absl::Status {
        const pb::Ref::Application& ref = request.application();
        ASSIGN_OR_RETURN(const auto project, FindProject(view, ref.project()));
        const pb::Application* application = FindApplication(*project, ref.application());
        if (application == nullptr) {
          return WithDetail(absl::NotFoundError(absl::StrCat("project \"", project->name(), "\" has no application \"",
                                                             ref.application(), "\"")),
                            "application", ref.application());
        }
        *response->mutable_application() = *application;
        return absl::OkStatus();
      });
}

}  // namespace waypoint::server
