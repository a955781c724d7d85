#include "builtin/process/front/front_main.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/process_id.h"
#include "base/status.h"
#include "builtin/process/deployments.h"
#include "builtin/process/front/control.h"
#include "builtin/process/front/loop.h"
#include "builtin/process/front/proxy.h"

namespace waypoint::builtin::process {
namespace {

constexpr absl::Duration kQuitPatience = absl::Seconds(10);

absl::StatusOr<::process::Front> FromArguments(int argc, char** argv) {
  uint32_t port = 0;
  if (argc != 5 || !absl::SimpleAtoi(argv[3], &port) || port == 0 || port > 65535) {
    return absl::InvalidArgumentError("usage: process-front FOLDER ADDRESS PORT http|tcp");
  }
  ::process::Front front;
  front.set_address(argv[2]);
  front.set_port(port);
  front.set_protocol(argv[4]);
  ASSIGN_OR_RETURN(ProcessIdentity self, IdentifyProcess(::getpid()));
  *front.mutable_process() = ToProto(self);
  return front;
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// SIGTERM as a readable descriptor; a closed terminal or Ctrl-C is nothing to us.
UniqueFd CatchSignals() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  ::signal(SIGINT, SIG_IGN);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  return UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

void Announce(absl::string_view line) {
  std::printf("%s\n", std::string(line).c_str());
  std::fflush(stdout);
  int null = ::open("/dev/null", O_RDWR);
  if (null < 0) return;
  ::dup2(null, 0);
  ::dup2(null, 1);
  if (null > 2) ::close(null);
}

}  // namespace

int FrontMain(int argc, char** argv) {
  absl::StatusOr<::process::Front> front = FromArguments(argc, argv);
  if (!front.ok()) {
    Announce(absl::StrCat("error: ", front.status().message()));
    return 1;
  }
  RaiseDescriptorLimit();
  UniqueFd signals = CatchSignals();
  Loop loop;
  Proxy proxy(loop);
  Control control(loop, proxy, argv[1]);
  if (absl::Status status = control.Start(*front); !status.ok()) {
    Announce(absl::StrCat("error: ", status.message()));
    return 1;
  }
  loop.Watch(signals.get(), EPOLLIN, [&](uint32_t) {
    signalfd_siginfo info;
    while (::read(signals.get(), &info, sizeof info) > 0) {
    }
    control.Quit(kQuitPatience);
  });
  Announce("ready");
  loop.Run();
  return 0;
}

}  // namespace waypoint::builtin::process
