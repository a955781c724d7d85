#include "base/signals.h"

#include <signal.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace waypoint {
namespace {

struct Named {
  const char* name;
  int number;
};

// The first name of a number is the one that SignalName gives.
constexpr Named kSignals[] = {
    {"ABRT", SIGABRT},   {"ALRM", SIGALRM}, {"BUS", SIGBUS},   {"CHLD", SIGCHLD},     {"CONT", SIGCONT},
    {"FPE", SIGFPE},     {"HUP", SIGHUP},   {"ILL", SIGILL},   {"INT", SIGINT},       {"IO", SIGIO},
    {"IOT", SIGIOT},     {"KILL", SIGKILL}, {"PIPE", SIGPIPE}, {"POLL", SIGPOLL},     {"PROF", SIGPROF},
    {"PWR", SIGPWR},     {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV}, {"STKFLT", SIGSTKFLT}, {"STOP", SIGSTOP},
    {"SYS", SIGSYS},     {"TERM", SIGTERM}, {"TRAP", SIGTRAP}, {"TSTP", SIGTSTP},     {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU},   {"URG", SIGURG},   {"USR1", SIGUSR1}, {"USR2", SIGUSR2},     {"VTALRM", SIGVTALRM},
    {"WINCH", SIGWINCH}, {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ},
};

}  // namespace

absl::StatusOr<int> SignalNumber(absl::string_view name) {
  int number = 0;
  if (absl::SimpleAtoi(name, &number) && number > 0 && number <= SIGRTMAX) return number;
  std::string upper = absl::AsciiStrToUpper(absl::StripAsciiWhitespace(name));
  absl::string_view bare = upper;
  absl::ConsumePrefix(&bare, "SIG");
  for (const Named& signal : kSignals) {
    if (bare == signal.name) return signal.number;
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is no signal; use a name such as TERM or HUP"));
}

std::string SignalName(int signal) {
  for (const Named& known : kSignals) {
    if (known.number == signal) return known.name;
  }
  return absl::StrCat(signal);
}

}  // namespace waypoint
