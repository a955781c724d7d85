#include "cli/session.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/files.h"
#include "base/log.h"
#include "base/status.h"
#include "cli/git_tree.h"
#include "cli/job_view.h"
#include "cli/ui/text.h"
#include "config/errors.h"
#include "config/variables.h"
#include "errors/details.h"
#include "waypoint/project.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr int kErrorWidth = 80;
constexpr int kLeastErrorWidth = 20;  // for terminals that are hardly any
constexpr absl::Duration kDialTimeout = absl::Seconds(10);
constexpr absl::Duration kBusyCheckTimeout = absl::Seconds(2);

}  // namespace

void CommonFlags::AddGlobal(FlagSet& flags) {
  flags.Group("Global Options");
  flags.Bool(&plain, {.name = "plain", .usage = "Plain output: no colours, no animation."});
  flags.String(&app, {.name = "app",
                      .usage = "App to target. Certain commands require a single app target for "
                               "projects that have several.",
                      .alias = "a"});
  flags.String(&project, {.name = "project", .usage = "Project to target.", .alias = "p"});
  flags.String(&workspace, {.name = "workspace", .usage = "Workspace to operate in.", .alias = "w"});
}

void CommonFlags::AddOperation(FlagSet& flags) {
  flags.Group("Operation Options");
  flags.Map(&labels, {.name = "label", .usage = "Labels to set for this operation. Can be given several times."});
  flags.OptionalBool(&local, {.name = "local",
                              .usage = "True runs the operation with a runner in this process, false "
                                       "with a remote one. Not given: decided by the project."});
  flags.OptionalBool(&remote, {.name = "remote", .usage = "Deprecated.", .hidden = true});
  flags.Map(&remote_source, {.name = "remote-source",
                             .usage = "Override configurations for how remote runners source "
                                      "data, such as ref=main."});
  flags.Map(&vars, {.name = "var", .usage = "Variable value to set for this operation. Can be given several times."});
  flags.List(&var_files, {.name = "var-file",
                          .usage = "HCL or JSON file containing variable values to set for this "
                                   "operation."});
}

void CommonFlags::AddConnection(FlagSet& flags) {
  flags.Group("Connection Options");
  flags.String(&connection.address, {.name = "server-addr", .usage = "Address for the Waypoint server."});
  flags.Bool(&connection.tls, {.name = "server-tls", .usage = "True to connect to the server over TLS."});
  flags.Bool(&connection.tls_skip_verify,
             {.name = "server-tls-skip-verify", .usage = "True to accept any certificate of the server."});
}

Session::Session(World& world, CommonFlags flags, std::vector<std::string> args, std::function<std::string()> help)
    : world_(world),
      flags_(std::move(flags)),
      args_(std::move(args)),
      help_(std::move(help)),
      contexts_(world.env.ConfigFolder()) {}

Session::~Session() {
  // The runner ends its job before the channel it speaks through goes away.
  operations_.reset();
  runner_.reset();
  channel_.reset();
}

absl::Status Session::Prepare(const Needs& needs) {
  RETURN_IF_ERROR(MakeFolders(world_.env.ConfigFolder(), 0700));
  RETURN_IF_ERROR(ChooseWorkspace());
  if (needs.operation_flags) RETURN_IF_ERROR(ReadVariables());
  if (needs.config || needs.project || needs.apps || needs.one_app) RETURN_IF_ERROR(LoadProjectFile());
  RETURN_IF_ERROR(ChooseTargets(needs));
  if (needs.client) RETURN_IF_ERROR(Connect(needs.local_server));
  const bool wants_apps = needs.apps || needs.one_app;
  if (wants_apps && apps_.empty()) RETURN_IF_ERROR(FindApps());
  if (needs.one_app && apps_.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("this command works on one app, and the project \"", project_,
                                                   "\" has several: ", absl::StrJoin(apps_, ", "),
                                                   ".\nChoose one with -app=NAME."));
  }
  return absl::OkStatus();
}

absl::Status Session::ChooseWorkspace() {
  workspace_ = flags_.workspace;
  if (workspace_.empty()) workspace_ = world_.env.GetOr("WAYPOINT_WORKSPACE");
  if (workspace_.empty()) {
    if (const std::string name = contexts_.Default(); !name.empty()) {
      absl::StatusOr<clicontext::Context> context = contexts_.Load(name);
      if (!context.ok()) return Annotate(context.status(), "the default context \"", name, "\" cannot be loaded");
      workspace_ = context->workspace;
    }
  }
  if (workspace_.empty()) workspace_ = "default";
  return absl::OkStatus();
}

absl::Status Session::ReadVariables() {
  config::ClientSources sources;
  sources.environment = world_.env.values();
  sources.files = flags_.var_files;
  for (const auto& [name, value] : flags_.vars) sources.assignments.push_back(absl::StrCat(name, "=", value));
  ASSIGN_OR_RETURN(variables_, config::CollectClientVariables(sources));
  return absl::OkStatus();
}

absl::Status Session::LoadProjectFile() {
  const std::string path = FindProjectFile(world_.working_folder);
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<ProjectFile> file = cli::LoadProjectFile(path, workspace_);
  if (!file.ok()) {
    file_error_ = std::string(absl::StripTrailingAsciiWhitespace(config::Explain(file.status())));
    return file.status();
  }
  project_file_ = *std::move(file);
  for (const std::string& warning : project_file_->warnings) ui().Warning(warning);
  return absl::OkStatus();
}

absl::Status Session::ChooseTargets(const Needs& needs) {
  if (project_file_.has_value()) {
    const std::string& name = project_file_->project.name();
    if (flags_.project.empty() || flags_.project == name) {
      project_ = name;
      apps_ = project_file_->apps;
    } else {
      ui().Warning(absl::StrCat("the project \"", flags_.project, "\" is not the one of ", project_file_->path,
                                "; that file is not used."));
      flags_.local = false;
      project_file_.reset();
    }
  }
  if (!flags_.project.empty()) project_ = flags_.project;
  const bool wants_project = needs.project || needs.apps || needs.one_app;
  if (wants_project && project_.empty()) {
    return absl::FailedPreconditionError(
        "no waypoint.hcl was found here or in a parent folder, and no project was named.\n"
        "Go to the folder of a project, name one with -project=NAME, or run \"waypoint init\" to start one.");
  }
  if (!flags_.app.empty()) {
    const bool known = std::find(apps_.begin(), apps_.end(), flags_.app) != apps_.end();
    if (project_file_.has_value() && !known) {
      return absl::NotFoundError(absl::StrCat("the project \"", project_, "\" has no app \"", flags_.app,
                                              "\". Its apps are: ", absl::StrJoin(apps_, ", "), "."));
    }
    apps_ = {flags_.app};
  }
  return absl::OkStatus();
}

absl::Status Session::FindApps() {
  pb::GetProjectRequest request;
  request.mutable_project()->set_project(project_);
  ASSIGN_OR_RETURN(auto found, Invoke<pb::GetProjectResponse>("GetProject", request));
  for (const auto& app : found.project().applications()) apps_.push_back(app.name());
  if (!apps_.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the project \"", project_,
                                                    "\" has no apps on the server. Run \"waypoint init\" in the "
                                                    "folder of its waypoint.hcl, or name one with -app=NAME."));
}

absl::Status Session::Connect(bool may_start_local_server) {
  if (channel_ != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(connection_, clicontext::ResolveConnection(contexts_, world_.env, flags_.connection));
  if (!connection_.has_value()) {
    if (!may_start_local_server && !local_server().Running().has_value()) {
      return absl::FailedPreconditionError(
          "no server is configured. Choose one with \"waypoint login\" or \"waypoint context create\", set "
          "WAYPOINT_SERVER_ADDR, or start the local one with \"waypoint server start\".");
    }
    ASSIGN_OR_RETURN(connection_, LocalConnection());
    uses_local_server_ = true;
  }
  ASSIGN_OR_RETURN(channel_, world_.dial(*connection_, kDialTimeout));
  return absl::OkStatus();
}

LocalServer Session::local_server() const { return LocalServer(world_.env.DataFolder() + "/server", world_.version); }

absl::StatusOr<clicontext::Connection> Session::LocalConnection() {
  LocalServer server = local_server();
  ASSIGN_OR_RETURN(LocalServer::Access access,
                   server.Ensure([this](const LocalServer::Access& running) { return LocalServerIsBusy(running); }));
  clicontext::Connection connection;
  connection.address = access.address;
  connection.token = access.token;
  return connection;
}

bool Session::LocalServerIsBusy(const LocalServer::Access& access) {
  clicontext::Connection connection;
  connection.address = access.address;
  connection.token = access.token;
  auto channel = world_.dial(connection, kBusyCheckTimeout);
  if (!channel.ok()) return false;  // nothing to disturb: it does not even answer
  pb::ListJobsRequest request;
  request.add_jobstate(pb::Job::RUNNING);
  request.add_jobstate(pb::Job::WAITING);
  client::CallOptions call;
  call.timeout = kBusyCheckTimeout;
  auto jobs = client::Invoke<pb::ListJobsResponse>(**channel, "ListJobs", request, call);
  return jobs.ok() && jobs->jobs_size() > 0;
}

client::Operations& Session::operations() {
  if (operations_ != nullptr) return *operations_;
  client::ProjectOptions options;
  options.project = project_;
  options.workspace = workspace_;
  options.labels = flags_.labels;
  options.source_overrides = flags_.remote_source;
  options.variables = variables_;
  options.local = flags_.local;
  options.interrupt = world_.interrupt;
  options.second_interrupt = world_.second_interrupt;
  if (uses_local_server_) {
    options.restore = [this]() -> absl::StatusOr<bool> {
      const std::string before = connection_->address;
      ASSIGN_OR_RETURN(const LocalServer::Access access,
                       local_server().Ensure([](const LocalServer::Access&) { return true; }));
      if (access.address == before) return access.started;
      return absl::UnavailableError("the local server was ended and could not come back at its old address");
    };
  }
  std::string folder = world_.working_folder;
  if (project_file_.has_value()) {
    options.project_profile = project_file_->runner_profile;
    options.app_profiles = project_file_->app_runner_profiles;
    folder = FolderOf(project_file_->path);
  }
  runner_ = world_.local_runner(*channel_, folder);
  operations_ = std::make_unique<client::Operations>(*channel_, *world_.clock, std::move(options), runner_.get(),
                                                     [this] { return std::make_unique<JobView>(ui()); });
  operations_->BeforeRemoteJob([this](const pb::Job& job) { WarnOfUnusedEdits(job); });
  return *operations_;
}

void Session::WarnOfUnusedEdits(const pb::Job& job) {
  if (!project_file_.has_value()) return;
  pb::GetProjectRequest request;
  request.mutable_project()->set_project(project_);
  auto found = Invoke<pb::GetProjectResponse>("GetProject", request);
  if (!found.ok() || !found->project().data_source().has_git()) return;
  pb::Job::Git source = found->project().data_source().git();
  const auto& overrides = job.data_source_overrides();
  if (auto it = overrides.find("ref"); it != overrides.end()) source.set_ref(it->second);
  const absl::StatusOr<bool> edited = HasUnusedEdits(FolderOf(project_file_->path), source);
  if (!edited.ok()) {
    WAYPOINT_LOG(kWarn, "git", "local edits could not be looked for", {"error", edited.status().message()});
  } else if (*edited) {
    ui().Warning(absl::StrCat("files here differ from ", source.url(), source.ref().empty() ? "" : " at ", source.ref(),
                              ", where this operation takes its source from.\nIt will not use them. Push them first, "
                              "or run the operation here with -local."));
  }
}

int Session::ForEachApp(const std::function<absl::Status(const std::string& app)>& run) {
  int exit_code = 0;
  for (const std::string& app : apps_) {
    const absl::Status status = run(app);
    if (status.ok()) continue;
    exit_code = Fail(status);
    if (world_.interrupt.stop_requested()) break;
  }
  return exit_code;
}

int Session::Fail(const absl::Status& status) {
  const bool canceled = world_.interrupt.stop_requested() &&
                        (absl::IsCancelled(status) || absl::IsUnavailable(status) || absl::IsUnknown(status));
  if (!canceled && !file_error_.empty()) {
    // Source lines and their marks must not be wrapped.
    ui().Error(file_error_);
    return 1;
  }
  ui().Error(canceled ? "operation canceled" : ErrorText(status, ui()));
  return 1;
}

int Session::Fail(absl::string_view text) {
  ui().Error(text);
  return 1;
}

int Session::Usage(absl::string_view text) {
  ui().Error(text);
  ui().Line("\n" + std::string(absl::StripTrailingAsciiWhitespace(help_())));
  return 1;
}

absl::StatusOr<bool> Session::Confirm(absl::string_view question) {
  ASSIGN_OR_RETURN(const std::string answer, ui().Ask(absl::StrCat(question, "\nOnly \"yes\" is accepted: ")));
  return absl::EqualsIgnoreCase(answer, "yes");
}

std::string Session::Ago(absl::Time time) const { return RelativeTime(time, world_.clock->Now()); }

std::string ErrorText(const absl::Status& status, const Ui& ui) {
  std::string text(status.message());
  // A job that ends because of another one says which and why.
  const bool because_of_a_job = absl::StrContains(absl::AsciiStrToLower(text), "job");
  if (absl::IsCancelled(status) && !because_of_a_job) return "operation canceled";
  if (text.empty()) text = absl::StrCat("the server answered ", absl::StatusCodeToString(status.code()));
  for (const auto& [key, value] : DetailsOf(status)) absl::StrAppend(&text, "\n\"", key, "\": \"", value, "\"");
  // Beside the mark before each line.
  const int width = ui.columns() == 0 ? kErrorWidth : std::clamp(ui.columns() - 2, kLeastErrorWidth, kErrorWidth);
  return absl::StrJoin(WrapText(text, width), "\n");
}

}  // namespace waypoint::cli
