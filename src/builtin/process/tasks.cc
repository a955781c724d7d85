#include "builtin/process/tasks.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/fd.h"
#include "base/files.h"
#include "base/real_clock.h"
#include "base/status.h"
#include "base/subprocess.h"
#include "builtin/process/deployments.h"

namespace waypoint::builtin::process {
namespace {

namespace sdk = plugin::sdk;
using plugin::Function;

constexpr absl::Duration kStopTimeout = absl::Seconds(10);
constexpr absl::Duration kKillPatience = absl::Seconds(5);
constexpr absl::Duration kLookAgain = absl::Milliseconds(100);
constexpr int kUnknownExit = 1;

std::string OutputFile(const std::string& folder) { return JoinPath(folder, "output.log"); }
std::string ExitFile(const std::string& folder) { return JoinPath(folder, "exit"); }
std::string Marker(const std::string& id) { return absl::StrCat("WAYPOINT_TASK_ID=", id); }

std::string ThisProgram() {
  char self[4096];
  ssize_t n = ::readlink("/proc/self/exe", self, sizeof self);
  return n > 0 ? std::string(self, n) : "waypoint";
}

// Without an entrypoint an image's own would run; that of on-demand runners is waypoint.
std::vector<std::string> CommandOf(const sdk::Args::TaskLaunchInfo& task) {
  std::vector<std::string> words(task.entrypoint().begin(), task.entrypoint().end());
  const bool is_agent = task.arguments_size() >= 2 && task.arguments(0) == "runner" && task.arguments(1) == "agent";
  if (words.empty() && is_agent) words.push_back("waypoint");
  words.insert(words.end(), task.arguments().begin(), task.arguments().end());
  if (!words.empty() && BaseName(words[0]) == "waypoint") words[0] = ThisProgram();
  return words;
}

// A shell around it leaves the exit code behind for whoever watches, also another runner later on.
std::vector<std::string> Wrapped(const std::string& folder, const sdk::Args::TaskLaunchInfo& task) {
  std::vector<std::string> argv = {"/bin/sh", "-c", "\"$@\"; echo $? >\"$0.new\" && mv \"$0.new\" \"$0\"",
                                   ExitFile(folder)};
  for (std::string& word : CommandOf(task)) argv.push_back(std::move(word));
  return argv;
}

// Shows what is new since `offset`.
void PassOutput(const std::string& path, off_t* offset, plugin::Ui& ui) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[32 * 1024];
  for (ssize_t n; fd.valid() && (n = ::pread(fd.get(), buffer, sizeof buffer, *offset)) > 0; *offset += n) {
    ui.Raw(absl::string_view(buffer, n));
  }
}

// The record comes back from the server: what it names is removed and shown only if it is a task of ours.
absl::StatusOr<std::string> FolderOfTask(const Layout& layout, const pb::TaskInfo& task) {
  const std::string folder = layout.Task(task.id());
  if (task.folder() == folder || !PathExists(task.folder())) return folder;
  return absl::FailedPreconditionError(absl::StrCat("the task's folder \"", task.folder(),
                                                    "\" is none that this runner made (it would be ", folder,
                                                    "): stop and watch a task on the machine, and as the user, that "
                                                    "started it"));
}

int ExitCodeOf(const std::string& folder) {
  absl::StatusOr<std::string> text = ReadFile(ExitFile(folder));
  int code = kUnknownExit;  // it was killed before it could leave one
  if (text.ok() && !absl::SimpleAtoi(absl::StripAsciiWhitespace(*text), &code)) code = kUnknownExit;
  return code;
}

}  // namespace

// A task that could be started but not stopped would be worse than none.
absl::Status TaskLauncher::Check() { return ParseDuration("stop_timeout", config.stop_timeout, kStopTimeout).status(); }

absl::StatusOr<pb::TaskInfo> TaskLauncher::Start(const sdk::Args::TaskLaunchInfo& task) {
  if (task.entrypoint().empty() && task.arguments().empty()) {
    return absl::FailedPreconditionError("the task has no command: a process needs an entrypoint or arguments");
  }
  pb::TaskInfo info;
  info.set_id(RealIds().Ulid());
  info.set_folder(options_.layout.Task(info.id()));
  RETURN_IF_ERROR(MakeFolders(options_.layout.root(), 0700));
  RETURN_IF_ERROR(MakeFolders(info.folder(), 0700));
  UniqueFd output(::open(OutputFile(info.folder()).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!output.valid()) return ErrnoStatus(errno, absl::StrCat("create ", OutputFile(info.folder())));
  SpawnOptions options;
  options.argv = Wrapped(info.folder(), task);
  std::vector<std::string> env = ToEnvironment(config.env);
  for (const auto& [key, value] : task.environment_variables()) env.push_back(absl::StrCat(key, "=", value));
  env.push_back(Marker(info.id()));
  options.env = MergeEnvironment(CurrentEnvironment(), env);
  options.cwd = info.folder();
  options.in = Stdio::Null();
  options.out = options.err = Stdio::Fd(output.get());
  options.group = SpawnOptions::Group::kNewSession;
  absl::StatusOr<std::unique_ptr<waypoint::Process>> process = waypoint::Process::Spawn(options);
  if (!process.ok()) {
    RemoveAll(info.folder()).IgnoreError();
    return process.status();
  }
  *info.mutable_process() = ToProto((*process)->identity());
  (*process)->Detach();
  return info;
}

// A member may start another at the very moment it is looked for, so the whole session is looked at
// again until it is empty.
absl::Status TaskLauncher::Stop(plugin::Named<"state", pb::TaskInfo> state) {
  ASSIGN_OR_RETURN(absl::Duration patience, ParseDuration("stop_timeout", config.stop_timeout, kStopTimeout));
  ASSIGN_OR_RETURN(const std::string folder, FolderOfTask(options_.layout, *state));
  const ProcessIdentity leader = FromProto(state->process());
  const absl::Time end = absl::Now() + patience;
  while (true) {
    std::vector<ProcessIdentity> left = SessionMembers(leader, Marker(state->id()));
    if (left.empty()) return RemoveAll(folder);
    if (absl::Now() > end + kKillPatience) {
      return absl::DeadlineExceededError(absl::StrCat("process ", left.front().pid, " of the task cannot be killed"));
    }
    const int signal = absl::Now() < end ? SIGTERM : SIGKILL;
    for (const ProcessIdentity& member : left) SignalProcess(member, signal).IgnoreError();
    WaitGone(left.front(), absl::Now() + kLookAgain).IgnoreError();
  }
}

absl::StatusOr<int> TaskLauncher::Watch(plugin::Ui& ui, plugin::Named<"state", pb::TaskInfo> state,
                                        std::stop_token stop) {
  ASSIGN_OR_RETURN(const std::string folder, FolderOfTask(options_.layout, *state));
  const ProcessIdentity leader = FromProto(state->process());
  off_t offset = 0;
  while (true) {
    absl::Status gone = WaitGone(leader, absl::Now() + kLookAgain, stop);
    PassOutput(OutputFile(folder), &offset, ui);
    if (absl::IsCancelled(gone)) return gone;
    if (gone.ok()) return ExitCodeOf(folder);
  }
}

plugin::NativeType TaskLauncherType(const Options& options) {
  plugin::ConfigFields<TaskLauncher::Config> fields;
  fields.Optional("env", &TaskLauncher::Config::env, "Environment variables of every task.")
      .Optional("stop_timeout", &TaskLauncher::Config::stop_timeout, "Time until a stopped task is killed.", "10s");
  plugin::NativeType type = plugin::NativeType::Of<TaskLauncher>(
      std::function<std::shared_ptr<TaskLauncher>()>([options] { return std::make_shared<TaskLauncher>(options); }));
  type.Config(&TaskLauncher::config, fields);
  type.Validate(&TaskLauncher::Check);
  type.Docs({"Runs tasks, such as on-demand runners, as processes of this machine.", "task {\n  use \"process\" {}\n}",
             "", "process.TaskInfo"});
  type.Add(Function::kStartTask, &TaskLauncher::Start);
  type.Add(Function::kStopTask, &TaskLauncher::Stop);
  type.Add(Function::kWatchTask, &TaskLauncher::Watch);
  return type;
}

}  // namespace waypoint::builtin::process
