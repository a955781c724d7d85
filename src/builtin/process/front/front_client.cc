#include "builtin/process/front/front_client.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/files.h"
#include "base/socket.h"
#include "base/status.h"
#include "base/subprocess.h"
#include "builtin/process/deployments.h"
#include "builtin/process/json_file.h"
#include "google/protobuf/util/json_util.h"

namespace waypoint::builtin::process {
namespace {

constexpr absl::Duration kAnswer = absl::Seconds(5);
constexpr absl::Duration kStart = absl::Seconds(10);

absl::StatusOr<std::string> ReadLine(int fd, absl::Time deadline) {
  std::string line;
  char buffer[4096];
  while (!absl::StrContains(line, "\n")) {
    RETURN_IF_ERROR(WaitReadable(fd, deadline));
    ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return absl::UnavailableError("it ended without an answer");
    line.append(buffer, n);
  }
  return line.substr(0, line.find('\n'));
}

// Held while a front is started or stopped.
absl::StatusOr<UniqueFd> Lock(const std::string& folder) {
  const std::string path = folder + "%lock";  // no front's folder has such a name
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("create ", path));
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return ErrnoStatus(errno, absl::StrCat("lock ", path));
  }
  return fd;
}

// What a front could not do, in its own words.
absl::Status FrontError(absl::string_view text) {
  return absl::StrContains(text, "is taken") ? absl::AlreadyExistsError(text) : absl::FailedPreconditionError(text);
}

// The app whose front has the port, if it is one of ours: fronts/PROJECT/WORKSPACE/APP/front.json.
std::optional<std::string> AppWithPort(const std::filesystem::path& fronts, uint16_t port) {
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(fronts, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename() != "front.json") continue;
    ::process::Front front;
    if (!ReadJson(at->path(), &front).ok() || front.port() != port || !IsAlive(FromProto(front.process()))) continue;
    const std::filesystem::path app = at->path().parent_path(), workspace = app.parent_path();
    return absl::StrCat("app ", app.filename().string(), " of project ", workspace.parent_path().filename().string(),
                        " in workspace ", workspace.filename().string());
  }
  return std::nullopt;
}

// Says who has the port, and what to do.
absl::Status ExplainTaken(const absl::Status& status, const FrontOptions& options) {
  if (!absl::IsAlreadyExists(status)) return status;
  const std::string fronts = FolderOf(FolderOf(FolderOf(options.folder)));
  const std::optional<std::string> app = AppWithPort(fronts, options.port);
  return absl::AlreadyExistsError(
      app.has_value()
          ? absl::StrCat(status.message(), " by the ", *app, "; set another `port` in the release block")
          : absl::StrCat(status.message(), " by another program; stop it, or set another `port` in the release block"));
}

absl::Status StartFront(const FrontOptions& options) {
  SpawnOptions spawn;
  spawn.argv = options.program;
  spawn.program = options.program[0];
  if (spawn.program == "/proc/self/exe") spawn.argv[0] = "waypoint";  // what `ps` shows
  spawn.env = CurrentEnvironment();                                   // without the addresses and tokens of the runner
  std::erase_if(*spawn.env, [](const std::string& entry) { return absl::StartsWith(entry, "WAYPOINT_"); });
  for (const std::string& word : {options.folder, options.address, absl::StrCat(options.port), options.protocol}) {
    spawn.argv.push_back(word);
  }
  UniqueFd log(::open(JoinPath(options.folder, "front.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!log.valid()) return ErrnoStatus(errno, absl::StrCat("create front.log in ", options.folder));
  spawn.in = Stdio::Null();
  spawn.out = Stdio::Pipe();
  spawn.err = Stdio::Fd(log.get());
  spawn.cwd = "/";
  spawn.group = SpawnOptions::Group::kNewSession;
  ASSIGN_OR_RETURN(std::unique_ptr<waypoint::Process> front, waypoint::Process::Spawn(spawn));
  absl::StatusOr<std::string> line = ReadLine(front->out.get(), absl::Now() + kStart);
  if (!line.ok()) return Annotate(line.status(), "start the front of port ", options.port);
  absl::string_view error = *line;
  if (absl::ConsumePrefix(&error, "error: ")) {
    front->Wait().IgnoreError();
    return FrontError(error);
  }
  front->Detach();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FrontClient> FrontClient::Ensure(const FrontOptions& options) {
  RETURN_IF_ERROR(MakeFolders(FolderOf(options.folder), 0700));
  ASSIGN_OR_RETURN(UniqueFd lock, Lock(options.folder));
  RETURN_IF_ERROR(MakeFolders(options.folder, 0700));
  FrontClient client(options.folder);
  absl::StatusOr<::process::FrontAnswer> running = client.Show();
  if (!running.ok()) {
    RETURN_IF_ERROR(ExplainTaken(StartFront(options), options));
    return client;
  }
  const ::process::Front& front = running->front();
  bool same =
      front.address() == options.address && front.port() == options.port && front.protocol() == options.protocol;
  if (same) return client;
  ::process::FrontCommand command;
  command.mutable_listen()->set_address(options.address);
  command.mutable_listen()->set_port(options.port);
  command.mutable_listen()->set_protocol(options.protocol);
  RETURN_IF_ERROR(ExplainTaken(client.Ask(command, kAnswer).status(), options));
  return client;
}

absl::StatusOr<::process::FrontAnswer> FrontClient::Ask(const ::process::FrontCommand& command,
                                                        absl::Duration patience) const {
  ASSIGN_OR_RETURN(UniqueFd fd, ConnectUnix(JoinPath(folder_, "control.sock")));
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(command, &text).ok()) return absl::InternalError("front command");
  absl::Time deadline = absl::Now() + patience;
  RETURN_IF_ERROR(SendAll(fd.get(), absl::StrCat(text, "\n"), deadline));
  ASSIGN_OR_RETURN(std::string line, ReadLine(fd.get(), deadline));
  ::process::FrontAnswer answer;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage(line, &answer, options).ok()) {
    return absl::InternalError("the front answered in another language");
  }
  if (!answer.error().empty()) return FrontError(answer.error());
  return answer;
}

absl::StatusOr<::process::FrontAnswer> FrontClient::Show() const {
  ::process::FrontCommand command;
  command.mutable_show();
  return Ask(command, kAnswer);
}

absl::Status FrontClient::Switch(const ::process::Backend& backend) const {
  ::process::FrontCommand command;
  *command.mutable_switch_()->mutable_backend() = backend;
  return Ask(command, kAnswer).status();
}

absl::StatusOr<int> FrontClient::Drain(const std::string& deployment_id, absl::Duration patience) const {
  ::process::FrontCommand command;
  command.mutable_drain()->set_deployment_id(deployment_id);
  command.mutable_drain()->set_timeout_ms(static_cast<uint32_t>(absl::ToInt64Milliseconds(patience)));
  absl::StatusOr<::process::FrontAnswer> answer = Ask(command, patience + kAnswer);
  if (absl::IsUnavailable(answer.status())) return 0;
  if (!answer.ok()) return answer.status();
  return static_cast<int>(answer->cut());
}

absl::Status FrontClient::Stop(absl::Duration patience) const {
  if (!IsFolder(folder_)) return absl::OkStatus();
  ASSIGN_OR_RETURN(UniqueFd lock, Lock(folder_));
  ::process::Front front;
  bool known = ReadJson(JoinPath(folder_, "front.json"), &front).ok();
  ::process::FrontCommand command;
  command.mutable_quit()->set_timeout_ms(static_cast<uint32_t>(absl::ToInt64Milliseconds(patience)));
  absl::Status asked = Ask(command, kAnswer).status();
  if (known) {
    ProcessIdentity id = FromProto(front.process());
    if (!asked.ok()) SignalProcess(id, SIGTERM).IgnoreError();
    if (!WaitGone(id, absl::Now() + patience + kAnswer).ok()) SignalProcess(id, SIGKILL).IgnoreError();
    RETURN_IF_ERROR(WaitGone(id, absl::Now() + kAnswer));
  }
  return RemoveAll(folder_);
}

uint16_t FrontClient::KnownPort() const {
  ::process::Front front;
  if (!ReadJson(JoinPath(folder_, "front.json"), &front).ok()) return 0;
  return static_cast<uint16_t>(front.port());
}

}  // namespace waypoint::builtin::process
