// Everything a running command works with, made ready in the order of cli.md 4.
//
// Owns:    the connection, the project file, the operations with the runner of this process.
// Threads: one, the command's.
// Errors:  Prepare() tells; Fail() shows an error and gives the exit code.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/environment.h"
#include "base/ids.h"
#include "cli/agent.h"
#include "cli/command.h"
#include "cli/local/local_server.h"
#include "cli/project_file.h"
#include "cli/ui/ui.h"
#include "clicontext/connection.h"
#include "clicontext/storage.h"
#include "client/operations.h"
#include "plugin/registry.h"
#include "server/server.h"

namespace waypoint::cli {

// -plain, -app, -project, -workspace; -label ... -var-file.
struct CommonFlags {
  bool plain = false;
  std::string app;
  std::string project;
  std::string workspace;
  std::map<std::string, std::string> labels;
  std::optional<bool> local;
  std::optional<bool> remote;
  std::map<std::string, std::string> remote_source;
  std::map<std::string, std::string> vars;
  std::vector<std::string> var_files;
  clicontext::ConnectionFlags connection;

  void AddGlobal(FlagSet& flags);
  void AddOperation(FlagSet& flags);
  void AddConnection(FlagSet& flags);
};

// What main() gives: the process's world and the factories of the heavy parts, so that tests can give others.
struct World {
  Environment env;
  std::string working_folder;
  std::string version;  // "0.12.0"
  Clock* clock = nullptr;
  IdSource* ids = nullptr;
  Ui* ui = nullptr;
  std::stop_token interrupt;
  std::stop_token second_interrupt;
  std::function<void(const std::string& url)> open_browser;  // tries to; empty: not
  std::function<void()> end_with_reader;  // from now on the end of who reads standard output is an interrupt
  std::function<void(std::function<void()>)> on_hangup;  // SIGHUP calls this instead of ending the process; empty: not
  std::function<absl::StatusOr<std::unique_ptr<client::Channel>>(const clicontext::Connection&, absl::Duration)> dial;
  // The runner inside this process; lives until the command is over.
  std::function<std::unique_ptr<client::LocalRunner>(client::Channel&, const std::string& working_folder)> local_runner;
  std::function<absl::StatusOr<std::unique_ptr<server::Server>>(server::ServerOptions)> start_server;
  RunAgent run_agent;
  const plugin::Registry* plugins = nullptr;  // that this program brings along
  Sink raw;                                   // standard output and error, beside the Ui
  bool error_colors = false;                  // of standard error
};

class Session {
 public:
  // `help` gives the text that follows a message about wrong arguments.
  Session(World& world, CommonFlags flags, std::vector<std::string> args, std::function<std::string()> help);
  ~Session();

  absl::Status Prepare(const Needs& needs);

  Ui& ui() { return *world_.ui; }
  World& world() { return world_; }
  const CommonFlags& flags() const { return flags_; }
  const std::vector<std::string>& args() const { return args_; }
  clicontext::Storage& contexts() { return contexts_; }
  const std::string& workspace() const { return workspace_; }
  const std::string& project() const { return project_; }
  const std::vector<std::string>& apps() const { return apps_; }
  const ProjectFile* project_file() const { return project_file_ ? &*project_file_ : nullptr; }
  const std::optional<clicontext::Connection>& connection() const { return connection_; }
  client::Channel& channel() { return *channel_; }
  client::Operations& operations();
  LocalServer local_server() const;
  // Whether it has jobs that a restart would disturb.
  bool LocalServerIsBusy(const LocalServer::Access& access);

  // For commands that connect later than Prepare does.
  absl::Status Connect(bool may_start_local_server);
  absl::Status LoadProjectFile();

  template <typename Res>
  absl::StatusOr<Res> Invoke(absl::string_view method, const client::Message& request) {
    client::CallOptions call;
    call.stop = world_.interrupt;
    return client::Invoke<Res>(*channel_, method, request, call);
  }

  // One after another; a failing app does not stop the others, an interrupt does. The exit code.
  int ForEachApp(const std::function<absl::Status(const std::string& app)>& run);
  // Shows the error.
  int Fail(const absl::Status& status);
  int Fail(absl::string_view text);
  // Wrong arguments: message and the command's help.
  int Usage(absl::string_view text);
  // Was it "yes", in any case? An error if nobody could be asked or Ctrl-C was the answer.
  absl::StatusOr<bool> Confirm(absl::string_view question);
  std::string Ago(absl::Time time) const;

 private:
  absl::Status ChooseWorkspace();
  absl::Status ReadVariables();
  absl::Status ChooseTargets(const Needs& needs);
  absl::Status FindApps();
  absl::StatusOr<clicontext::Connection> LocalConnection();
  void WarnOfUnusedEdits(const hashicorp::waypoint::Job& job);

  World& world_;
  CommonFlags flags_;
  std::vector<std::string> args_;
  std::function<std::string()> help_;
  clicontext::Storage contexts_;
  std::string workspace_ = "default";
  std::vector<hashicorp::waypoint::Variable> variables_;
  std::optional<ProjectFile> project_file_;
  std::string file_error_;  // what is wrong with waypoint.hcl, with its lines
  std::string project_;
  std::vector<std::string> apps_;
  std::optional<clicontext::Connection> connection_;
  bool uses_local_server_ = false;
  std::unique_ptr<client::Channel> channel_;
  std::unique_ptr<client::LocalRunner> runner_;
  std::unique_ptr<client::Operations> operations_;
};

// The text an error is shown with: message, details, canceled; wrapped for the screen.
std::string ErrorText(const absl::Status& status, const Ui& ui);

}  // namespace waypoint::cli
