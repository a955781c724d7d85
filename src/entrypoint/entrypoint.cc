#include "entrypoint/entrypoint.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "appconfig/hcl_template.h"
#include "appconfig/watcher.h"
#include "base/real_clock.h"
#include "base/signals.h"
#include "base/status.h"
#include "base/subprocess.h"
#include "base/thread_executor.h"
#include "builtin/null/config_sourcer.h"
#include "client/channel/grpc_channel.h"
#include "entrypoint/capture.h"
#include "entrypoint/config_files.h"
#include "entrypoint/link.h"
#include "entrypoint/options.h"
#include "entrypoint/supervisor.h"

namespace waypoint::entrypoint {
namespace {

constexpr absl::Duration kStartAnyway = absl::Seconds(5);
constexpr absl::Duration kOutputPatience = absl::Seconds(1);
constexpr absl::Duration kLogPatience = absl::Seconds(2);

// Between the server and the child: what the configuration means for it.
class Configurator : public LinkEvents {
 public:
  Configurator(const Options& options, Supervisor& supervisor, OwnLog& log)
      : options_(options), supervisor_(supervisor), log_(log), clock_(&executor_), env_(options.env) {
    appconfig::WatcherOptions watching;
    watching.evaluate = appconfig::HclTemplates(clock_);
    watching.sourcers = builtin::null::MakeSourcer;
    watcher_ = appconfig::Watcher::Start(clock_, executor_, std::move(watching),
                                         [this](const appconfig::Output& o) { Apply(o); });
  }
  ~Configurator() override {
    watcher_->Stop();
    absl::Notification stopped;  // nothing of it may still want the clock
    executor_.Post([&stopped] { stopped.Notify(); });
    stopped.WaitForNotification();
  }

  void OnConfig(const pb::EntrypointConfig& config) override {
    {
      absl::MutexLock lock(&mu_);
      file_signal_ = config.file_change_signal();
    }
    watcher_->Update({config.env_vars().begin(), config.env_vars().end()},
                     {config.config_sources().begin(), config.config_sources().end()});
  }

  void OnFailure(const absl::Status&) override {
    if (!options_.server_required) supervisor_.StartAnyway();
  }

  std::vector<std::string> ExecEnvironment() override {
    absl::MutexLock lock(&mu_);
    return env_;
  }

 private:
  void Apply(const appconfig::Output& output) {
    if (output.files_changed && WriteConfigFiles(output.files, log_)) TellFilesChanged();
    if (!output.env_changed) return;
    if (absl::StatusOr<LogLevel> level = ParseLogLevel(EnvironmentValue(output.env, "WAYPOINT_LOG_LEVEL"));
        level.ok()) {
      SetLogLevel(*level);
    }
    {
      absl::MutexLock lock(&mu_);
      env_ = MergeEnvironment(options_.env, output.env);
    }
    supervisor_.SetConfig(output.env);
  }

  void TellFilesChanged() {
    std::string name;
    {
      absl::MutexLock lock(&mu_);
      name = file_signal_;
    }
    if (name.empty()) return;
    absl::StatusOr<int> signal = SignalNumber(name);
    if (signal.ok()) {
      supervisor_.SendSignal(*signal);
    } else {
      log_.Error("config", absl::StrCat("file change signal: ", signal.status().message()));
    }
  }

  const Options& options_;
  Supervisor& supervisor_;
  OwnLog& log_;
  ThreadExecutor executor_;
  RealClock clock_;
  std::shared_ptr<appconfig::Watcher> watcher_;
  absl::Mutex mu_;
  std::string file_signal_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> env_ ABSL_GUARDED_BY(mu_);
};

absl::StatusOr<std::unique_ptr<client::Channel>> DialServer(const Options& options, const std::string& token) {
  client::DialOptions dial;
  dial.address = options.server_addr;
  dial.tls = options.tls;
  dial.tls_skip_verify = options.tls_skip_verify;
  dial.token = token;
  dial.client_version = WAYPOINT_CLIENT_VERSION;
  dial.timeout = absl::ZeroDuration();  // the first call tells at once why there is no server
  return client::Dial(dial);
}

int RunAlone(const Options& options, ChildSetup setup) {
  LineQueue lines;
  lines.Close();  // nobody wants them
  std::unique_ptr<Capture> capture;
  if (options.output_limit > 0) {
    absl::StatusOr<std::unique_ptr<Capture>> started = Capture::Start(lines, options.output_limit);
    if (started.ok()) capture = *std::move(started);
  }
  if (capture != nullptr) {
    setup.out = capture->child_out();
    setup.err = capture->child_err();
  }
  OwnLog log(nullptr);
  const int code = Supervisor(std::move(setup), log).Run(absl::InfinitePast());
  if (capture != nullptr) capture->Finish(absl::Now() + kOutputPatience);
  return code;
}

int RunWithServer(const Options& options, ChildSetup setup) {
  LineQueue lines;
  OwnLog log(&lines);
  absl::StatusOr<std::unique_ptr<Capture>> capture = Capture::Start(lines, options.output_limit);
  if (!capture.ok()) return RunAlone(options, std::move(setup));  // better an app without logs than none
  setup.out = (*capture)->child_out();
  setup.err = (*capture)->child_err();
  Supervisor supervisor(std::move(setup), log);
  Configurator configurator(options, supervisor, log);
  LinkSetup link_setup;
  link_setup.instance_id = RealIds().Ulid();
  link_setup.deployment_id = options.deployment_id;
  link_setup.invite_token = options.invite_token;
  link_setup.disable_exec = options.disable_exec;
  link_setup.dial = [&options](const std::string& token) { return DialServer(options, token); };
  Link link(std::move(link_setup), configurator, lines, log);
  const int code = supervisor.Run(options.server_required ? absl::InfiniteFuture() : absl::Now() + kStartAnyway);
  (*capture)->Finish(absl::Now() + kOutputPatience);
  lines.Close();
  link.Finish(absl::Now() + kLogPatience);
  return code;
}

int Fail(const absl::Status& why) {
  std::fprintf(stderr, "waypoint-entrypoint: %s\n", std::string(why.message()).c_str());
  return 1;
}

}  // namespace

int Main(const std::vector<std::string>& arguments, const std::vector<std::string>& env) {
  Supervisor::BlockSignals();
  absl::StatusOr<Options> options = ReadOptions(arguments, env);
  if (!options.ok()) return Fail(options.status());
  LogOptions log;
  log.level = options->log_level;
  log.name = "entrypoint";
  StartLogging(log);
  if (!options->log_level_error.empty()) {
    WAYPOINT_LOG(kWarn, "config", "WAYPOINT_LOG_LEVEL is not valid", {"error", options->log_level_error});
  }
  absl::StatusOr<std::string> program = FindProgram(options->command[0], EnvironmentValue(options->env, "PATH"));
  if (!program.ok()) return Fail(program.status());
  if (::access(program->c_str(), X_OK) != 0) return Fail(ErrnoStatus(errno, absl::StrCat("cannot run ", *program)));
  ChildSetup setup;
  setup.argv = options->command;
  setup.env = options->env;
  return options->disabled ? RunAlone(*options, std::move(setup)) : RunWithServer(*options, std::move(setup));
}

}  // namespace waypoint::entrypoint
