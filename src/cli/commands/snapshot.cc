// waypoint server snapshot, snapshot verify and restore: the server's data as one file.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/fd.h"
#include "base/files.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "google/protobuf/empty.pb.h"
#include "state/restore.h"
#include "waypoint/snapshot.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr size_t kChunkBytes = 64 << 10;

// The file named by the arguments; "-" or none is a standard stream.
absl::StatusOr<std::string> FileArgument(Session& session, absl::string_view command) {
  if (session.args().size() > 1) return absl::InvalidArgumentError(absl::StrCat(command, " takes one file, or -"));
  return session.args().empty() ? std::string("-") : session.args()[0];
}

absl::Status WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "write the snapshot");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

class Snapshot : public Command {
 public:
  int Run(Session& session) override {
    absl::StatusOr<std::string> name = FileArgument(session, "server snapshot");
    if (!name.ok()) return session.Usage(name.status().message());
    if (*name == "-") {
      if (session.args().empty() && ::isatty(STDOUT_FILENO) == 1) {
        session.world().raw("A snapshot is binary and does not belong on a terminal; name a file for it.\n", true);
        return 1;
      }
      const absl::Status status = Download(session, STDOUT_FILENO);
      if (status.ok()) return 0;
      // Not among the snapshot's bytes.
      session.world().raw(absl::StrCat("! ", ErrorText(status, session.ui()), "\n"), true);
      return 1;
    }
    const std::string path = JoinPath(session.world().working_folder, *name);
    // Written beside its place first: what has the name is always whole.
    const std::string partial = path + ".partial";
    absl::Status status = ToFile(session, path, partial);
    if (!status.ok()) {
      ::unlink(partial.c_str());
      return session.Fail(status);
    }
    session.ui().Success(absl::StrCat("Snapshot written to ", *name));
    return 0;
  }

 private:
  absl::Status ToFile(Session& session, const std::string& path, const std::string& partial) {
    if (PathExists(path)) return absl::AlreadyExistsError(absl::StrCat(path, " exists already; choose another name"));
    UniqueFd file(::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("create ", partial));
    RETURN_IF_ERROR(Download(session, file.get()));
    if (::fsync(file.get()) != 0) return ErrnoStatus(errno, absl::StrCat("write ", partial));
    // A link, unlike a rename, replaces nothing.
    if (::link(partial.c_str(), path.c_str()) != 0) return ErrnoStatus(errno, absl::StrCat("create ", path));
    ::unlink(partial.c_str());
    return SyncFolder(FolderOf(path));
  }

  static absl::Status Download(Session& session, int fd) {
    client::CallOptions call;
    call.stop = session.world().interrupt;
    std::unique_ptr<client::Stream> stream = session.channel().Open("CreateSnapshot", call);
    if (stream->Send(google::protobuf::Empty())) stream->CloseSend();
    bool opened = false;
    while (true) {
      pb::CreateSnapshotResponse message;
      ASSIGN_OR_RETURN(bool more, stream->Receive(&message));
      if (!more) return opened ? absl::OkStatus() : absl::DataLossError("the server sent no snapshot");
      if (!opened && !message.has_open())
        return absl::InternalError("the server sent data before it opened the snapshot");
      opened = true;
      if (message.has_chunk()) RETURN_IF_ERROR(WriteAll(fd, message.chunk()));
    }
  }
};

class Restore : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&exit_, {.name = "exit",
                        .usage = "Let the server end when the snapshot is staged, so that it restores it when it is "
                                 "started again."});
  }

  int Run(Session& session) override {
    absl::StatusOr<std::string> name = FileArgument(session, "server restore");
    if (!name.ok()) return session.Usage(name.status().message());
    UniqueFd file;
    int fd = STDIN_FILENO;
    if (*name != "-") {
      const std::string path = JoinPath(session.world().working_folder, *name);
      file.Reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      if (!file.valid()) return session.Fail(ErrnoStatus(errno, absl::StrCat("open ", path)));
      fd = file.get();
    }
    absl::Status status = Upload(session, fd);
    if (exit_ && absl::IsUnavailable(status)) status = absl::OkStatus();  // it is gone before it can answer
    if (!status.ok()) return session.Fail(status);
    session.ui().Success("Server data restored.");
    if (!exit_) session.ui().Line("The server takes it when it starts the next time.");
    return 0;
  }

 private:
  absl::Status Upload(Session& session, int fd) {
    client::CallOptions call;
    call.stop = session.world().interrupt;
    std::unique_ptr<client::Stream> stream = session.channel().Open("RestoreSnapshot", call);
    pb::RestoreSnapshotRequest message;
    message.mutable_open()->set_exit(exit_);
    bool taken = stream->Send(message);
    std::string buffer(kChunkBytes, '\0');
    while (taken) {
      const ssize_t n = ::read(fd, buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoStatus(errno, "read the snapshot");
      if (n == 0) break;
      message.set_chunk(buffer.data(), static_cast<size_t>(n));
      taken = stream->Send(message);
    }
    if (taken) stream->CloseSend();
    google::protobuf::Empty done;
    return stream->Receive(&done).status();
  }

  bool exit_ = false;
};

class Verify : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("server snapshot verify takes one file");
    const std::string path = JoinPath(session.world().working_folder, session.args()[0]);
    if (absl::Status status = state::VerifySnapshot(path); !status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat(session.args()[0], " is a whole snapshot."));
    return 0;
  }
};

}  // namespace

std::vector<CommandInfo> SnapshotCommands() {
  return {{.words = "server snapshot",
           .arguments = "[FILE]",
           .synopsis = "Save the data of the server",
           .help = "Saves all data of the server as it is at one moment, while it goes on working. Writes to FILE, "
                   "which must not exist, or to the standard output.",
           .needs = {},
           .make = Make<Snapshot>},
          {.words = "server snapshot verify",
           .arguments = "FILE",
           .synopsis = "Check a snapshot",
           .help = "Reads a snapshot to its end and tells whether it can be restored. Needs no server.",
           .needs = kNeedsNothing,
           .make = Make<Verify>},
          {.words = "server restore",
           .arguments = "[FILE]",
           .synopsis = "Replace the data of the server by a snapshot",
           .help = "Sends a snapshot from FILE, or from the standard input. The server checks all of it first, and "
                   "uses it from its next start on. What was there before is replaced.",
           .needs = {},
           .make = Make<Restore>}};
}

}  // namespace waypoint::cli
