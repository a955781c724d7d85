#include "builtin/process/deployments.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/fd.h"
#include "base/files.h"
#include "base/signals.h"
#include "base/status.h"
#include "base/subprocess.h"
#include "base/tree.h"
#include "builtin/process/artifact.h"
#include "builtin/process/json_file.h"
#include "builtin/process/output.h"

namespace waypoint::builtin::process {
namespace {

constexpr char kOutputLimit[] = "WAYPOINT_CEB_OUTPUT_LIMIT=33554432";  // bytes; the file before it is kept
constexpr int kLinesInErrors = 20;
constexpr absl::Duration kKillPatience = absl::Seconds(5);

std::string StateFile(const std::string& folder) { return JoinPath(folder, "state.json"); }
std::string OutputFile(const std::string& folder) { return JoinPath(folder, "output.log"); }
std::string AppFolder(const std::string& folder) { return JoinPath(folder, "app"); }
std::string Marker(const std::string& id) { return absl::StrCat("WAYPOINT_DEPLOYMENT_ID=", id); }

bool SameOwner(const pb::State::Owner& a, const pb::State::Owner& b) {
  return a.project() == b.project() && a.app() == b.app() && a.workspace() == b.workspace();
}

// What the runner knows of servers and tokens is not the app's business.
std::vector<std::string> InheritedEnvironment() {
  std::vector<std::string> env = CurrentEnvironment();
  std::erase_if(env, [](const std::string& entry) { return absl::StartsWith(entry, "WAYPOINT_"); });
  return env;
}

// An artifact that is one executable file needs no command.
absl::StatusOr<std::vector<std::string>> CommandOf(const LaunchSpec& spec, const std::string& app) {
  if (!spec.command.empty()) return ToArgv(spec.command);
  ASSIGN_OR_RETURN(std::vector<TreeEntry> entries, ListTree(app));
  if (entries.size() == 1 && entries[0].kind == TreeEntry::Kind::kFile && (entries[0].mode & 0111) != 0) {
    return std::vector<std::string>{absl::StrCat("./", entries[0].path)};
  }
  return absl::FailedPreconditionError(
      "no command to run: set `command` in the deploy block (the artifact is not a single executable file)");
}

absl::StatusOr<std::unique_ptr<Process>> Launch(const std::string& folder, const LaunchSpec& spec, uint16_t port) {
  ASSIGN_OR_RETURN(std::vector<std::string> command, CommandOf(spec, AppFolder(folder)));
  UniqueFd output(::open(OutputFile(folder).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!output.valid()) return ErrnoStatus(errno, absl::StrCat("create ", OutputFile(folder)));
  SpawnOptions options;
  options.argv = {spec.entrypoint};
  options.argv.insert(options.argv.end(), command.begin(), command.end());
  options.env =
      MergeEnvironment(MergeEnvironment(InheritedEnvironment(), {"WAYPOINT_LOG_LEVEL=warn", kOutputLimit}), spec.env);
  options.env = MergeEnvironment(*options.env, {absl::StrCat("PORT=", port), Marker(spec.id)});
  options.cwd = AppFolder(folder);
  options.in = Stdio::Null();
  options.out = options.err = Stdio::Fd(output.get());
  options.group = SpawnOptions::Group::kNewSession;  // no terminal's or runner's end reaches it
  return Process::Spawn(options);
}

absl::Status Running(Process& process) {
  std::optional<ExitStatus> ended = process.TryWait();
  if (!ended.has_value()) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat("the app ended with ", ended->Text()));
}

// Everything of the session, the app first of all: its wrapper may be gone already.
void KillSession(const ProcessIdentity& leader, const std::string& id) {
  const absl::Time end = absl::Now() + kKillPatience;
  while (absl::Now() < end) {
    std::vector<ProcessIdentity> members = SessionMembers(leader, Marker(id));
    if (members.empty()) return;
    for (const ProcessIdentity& member : members) SignalProcess(member, SIGKILL).IgnoreError();
    WaitGone(members.front(), end).IgnoreError();
  }
}

absl::Status EndProcess(const pb::State& state, const Say& say) {
  ProcessIdentity leader = FromProto(state.process());
  if (leader.pid <= 0) return absl::OkStatus();
  int signal = SignalNumber(state.stop_signal()).value_or(SIGTERM);
  if (SignalProcess(leader, signal).ok()) {
    absl::Duration patience = absl::Milliseconds(state.stop_timeout_ms());
    if (!WaitGone(leader, absl::Now() + patience).ok() && say) {
      say(absl::StrCat("The app did not stop within ", absl::FormatDuration(patience), " of SIG", SignalName(signal),
                       "; killing it"));
    }
  }
  KillSession(leader, state.id());
  if (IsAlive(leader)) SignalProcess(leader, SIGKILL).IgnoreError();
  return Annotate(WaitGone(leader, absl::Now() + kKillPatience), "stop deployment ", state.id());
}

}  // namespace

ProcessIdentity FromProto(const pb::Process& process) {
  return ProcessIdentity{process.pid(), process.start_time(), process.boot_id()};
}

pb::Process ToProto(const ProcessIdentity& identity) {
  pb::Process process;
  process.set_pid(identity.pid);
  process.set_start_time(identity.start_time);
  process.set_boot_id(identity.boot_id);
  return process;
}

std::vector<std::string> ToArgv(const std::vector<std::string>& command) {
  if (command.size() != 1) return command;
  return {"/bin/sh", "-c", command[0]};
}

absl::StatusOr<pb::State> Deployments::Read(const std::string& id) const {
  pb::State state;
  RETURN_IF_ERROR(ReadJson(StateFile(layout_.Deployment(id)), &state));
  return state;
}

std::vector<pb::State> Deployments::All() const {
  std::vector<pb::State> states;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(layout_.Deployments(), error)) {
    pb::State state;
    if (ReadJson(StateFile(entry.path().string()), &state).ok()) states.push_back(std::move(state));
  }
  std::sort(states.begin(), states.end(), [](const pb::State& a, const pb::State& b) { return a.id() < b.id(); });
  return states;
}

void Deployments::Sweep(const pb::State::Owner& owner, const Say& say) {
  for (const pb::State& state : All()) {
    if (state.ready() || !SameOwner(state.owner(), owner) || IsAlive(FromProto(state.deployer()))) continue;
    if (say) say(absl::StrCat("Removing deployment ", state.id(), ", which was interrupted"));
    Stop(state.id(), say).IgnoreError();
  }
}

absl::StatusOr<pb::Deployment> Deployments::Start(const LaunchSpec& spec, const Say& say, std::stop_token stop) {
  Sweep(spec.owner, say);
  const std::string folder = layout_.Deployment(spec.id);
  if (PathExists(folder)) return absl::AlreadyExistsError(absl::StrCat("deployment ", spec.id, " exists already"));
  if (absl::StatusOr<int> signal = SignalNumber(spec.stop_signal); !signal.ok()) {
    return Annotate(signal.status(), "stop_signal");
  }
  RETURN_IF_ERROR(MakeFolders(layout_.root(), 0700));
  RETURN_IF_ERROR(MakeFolders(folder, 0700));
  absl::StatusOr<pb::Deployment> deployment = StartIn(folder, spec, say, stop);
  if (deployment.ok()) return deployment;
  return GiveUp(spec, deployment.status());
}

absl::StatusOr<pb::Deployment> Deployments::StartIn(const std::string& folder, const LaunchSpec& spec, const Say& say,
                                                    std::stop_token stop) {
  std::vector<uint16_t> given;
  for (const pb::State& other : All()) given.push_back(static_cast<uint16_t>(other.port()));
  ASSIGN_OR_RETURN(uint16_t port, PickPort(given));
  pb::State state;
  state.set_id(spec.id);
  *state.mutable_owner() = spec.owner;
  state.set_port(port);
  state.set_stop_signal(spec.stop_signal);
  state.set_stop_timeout_ms(static_cast<uint32_t>(absl::ToInt64Milliseconds(spec.stop_timeout)));
  ASSIGN_OR_RETURN(ProcessIdentity self, IdentifyProcess(::getpid()));
  *state.mutable_deployer() = ToProto(self);
  RETURN_IF_ERROR(WriteJson(StateFile(folder), state));
  RETURN_IF_ERROR(UnpackArtifact(spec.artifact, AppFolder(folder)));
  if (stop.stop_requested()) return absl::CancelledError("the deployment was stopped");
  ASSIGN_OR_RETURN(std::unique_ptr<Process> process, Launch(folder, spec, port));
  *state.mutable_process() = ToProto(process->identity());
  RETURN_IF_ERROR(WriteJson(StateFile(folder), state));
  if (say) say(absl::StrCat("Started process ", process->pid(), " with PORT=", port));
  if (spec.check_health) {
    absl::Status healthy = WaitHealthy(
        spec.health, port, [&process] { return Running(*process); }, stop);
    if (!healthy.ok()) {
      process->Stop(SignalNumber(spec.stop_signal).value_or(SIGTERM), spec.stop_timeout).IgnoreError();
      return healthy;
    }
  }
  state.set_ready(true);
  state.clear_deployer();
  RETURN_IF_ERROR(WriteJson(StateFile(folder), state));
  process->Detach();
  pb::Deployment deployment;
  deployment.set_id(spec.id);
  deployment.set_folder(folder);
  *deployment.mutable_process() = state.process();
  deployment.set_port(port);
  deployment.set_log(OutputFile(folder));
  return deployment;
}

absl::Status Deployments::GiveUp(const LaunchSpec& spec, const absl::Status& why) {
  const std::string folder = layout_.Deployment(spec.id);
  std::string tail = Tail(spec.id, kLinesInErrors);
  std::string kept;
  if (!tail.empty()) {
    kept = layout_.FailedLog(spec.owner);
    bool moved = MakeFolders(FolderOf(kept)).ok() && ::rename(OutputFile(folder).c_str(), kept.c_str()) == 0;
    if (!moved) kept.clear();
  }
  Stop(spec.id, nullptr).IgnoreError();
  if (absl::IsCancelled(why)) return why;
  std::string text = absl::IsDeadlineExceeded(why) ? absl::StrCat("the app did not get healthy: ", why.message())
                                                   : std::string(why.message());
  if (!tail.empty()) absl::StrAppend(&text, "\nLast output of the app:\n", tail);
  if (!kept.empty()) absl::StrAppend(&text, "\nAll of it is in ", kept);
  absl::StrAppend(&text, "\nThe new process was stopped; what was live before stays live.");
  absl::StatusCode code = absl::IsDeadlineExceeded(why) ? absl::StatusCode::kAborted : why.code();
  return absl::Status(code, text);
}

absl::Status Deployments::Stop(const std::string& id, const Say& say) {
  absl::StatusOr<pb::State> state = Read(id);
  if (state.ok()) RETURN_IF_ERROR(EndProcess(*state, say));
  return RemoveAll(layout_.Deployment(id));
}

absl::Status Deployments::StopAll(const pb::State::Owner& owner, const Say& say) {
  absl::Status first;
  for (const pb::State& state : All()) {
    if (SameOwner(state.owner(), owner)) first.Update(Stop(state.id(), say));
  }
  return first;
}

std::string Deployments::Tail(const std::string& id, int lines) const {
  return LastAppLines(OutputFile(layout_.Deployment(id)), lines);
}

}  // namespace waypoint::builtin::process
