#include "cli/local/local_run.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <semaphore>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/log.h"
#include "base/status.h"
#include "cli/local/file_lock.h"
#include "cli/local/local_server.h"
#include "cli/local/state_file.h"

namespace waypoint::cli {
namespace {

constexpr off_t kLogLimit = 4 << 20;
constexpr absl::Duration kGrace = absl::Seconds(2);

// The log of a long life is kept once, as server.log.1.
void TurnLog(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || info.st_size < kLogLimit) return;
  if (rename(path.c_str(), (path + ".1").c_str()) != 0) return;
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  dup2(fd, STDERR_FILENO);
  close(fd);
}

absl::StatusOr<std::unique_ptr<server::Server>> StartListening(const LocalServer& place, const std::string& version,
                                                               const StartServer& start) {
  server::ServerOptions options;
  options.data_dir = place.DataPath();
  options.tls = false;
  options.advertise_own_address = true;
  options.advertise_tls = false;
  options.version = "v" + version;
  // The port of the last time, because running entrypoints know it.
  absl::StatusOr<std::string> port = ReadFile(place.PortPath());
  if (port.ok()) {
    options.grpc_listen = absl::StrCat("127.0.0.1:", absl::StripAsciiWhitespace(*port));
    auto server = start(options);
    if (!absl::IsAlreadyExists(server.status())) return server;
    WAYPOINT_LOG(kWarn, "local", "the usual port is taken, using another", {"address", options.grpc_listen});
  }
  options.grpc_listen = "127.0.0.1:0";
  return start(options);
}

absl::Status Publish(const LocalServer& place, const std::string& version, server::Server& server) {
  ASSIGN_OR_RETURN(const std::string token, server.LocalToken());
  RETURN_IF_ERROR(WriteFileAtomic(place.TokenPath(), token + "\n", 0600));
  RETURN_IF_ERROR(WriteFileAtomic(place.PortPath(), absl::StrCat(server.grpc_port(), "\n"), 0600));
  ServerState state;
  state.address = absl::StrCat("127.0.0.1:", server.grpc_port());
  ASSIGN_OR_RETURN(state.process, IdentifyProcess(getpid()));
  state.program = ThisProgram(version);
  return WriteFileAtomic(place.StatePath(), FormatState(state), 0600);
}

void Answer(const std::string& text) {
  if (write(STDOUT_FILENO, text.data(), text.size()) < 0) return;  // nobody waits any more
  dup2(STDERR_FILENO, STDOUT_FILENO);                              // closes the pipe
}

}  // namespace

int RunLocalServer(const std::string& folder, const std::string& version, const StartServer& start,
                   std::stop_token stop) {
  const LocalServer place(folder, version);
  TurnLog(place.LogPath());
  StartLogging({.level = std::min(GetLogLevel(), LogLevel::kInfo), .name = "waypoint"});
  absl::StatusOr<std::unique_ptr<FileLock>> lock = FileLock::TryAcquire(place.LockPath());
  absl::Status status = lock.status();
  std::unique_ptr<server::Server> server;
  if (status.ok()) {
    auto started = StartListening(place, version, start);
    status = started.status();
    if (status.ok()) server = *std::move(started);
  }
  if (status.ok()) status = Publish(place, version, *server);
  if (!status.ok()) {
    WAYPOINT_LOG(kError, "local", "cannot start", {"error", status.message()});
    Answer(absl::StrCat(status.message(), "\n"));
    if (server != nullptr) server->Shutdown(absl::ZeroDuration());
    return 1;
  }
  WAYPOINT_LOG(kInfo, "local", "the per-user server is ready", {"port", absl::StrCat(server->grpc_port())});
  Answer(kReadyWord);

  std::binary_semaphore stopped(0);
  std::stop_callback on_stop(stop, [&] { stopped.release(); });
  stopped.acquire();
  WAYPOINT_LOG(kInfo, "local", "stopping");
  server->Shutdown(kGrace);
  unlink(place.StatePath().c_str());
  return 0;
}

}  // namespace waypoint::cli
