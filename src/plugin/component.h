// A component (builder, platform, ...) as core sees it, wherever it runs: functions by name, described by a
// FuncSpec, called with named typed values. One implementation wraps C++ classes (native.h), another
// would speak to a plugin process; core decides only from what a handle answers (core-and-plugins.md B5-B15).
//
// Owns:    a Component is one fresh, configured instance; destroying it closes it.
// Threads: a Component belongs to one thread. Plugins are immutable and may be shared.
// Errors:  a function the component lacks: Unimplemented from Spec. What a function itself reports is
//          passed on; ordinary errors of a component have code Unknown.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "plugin/exec_session.h"
#include "plugin/terminal.h"
#include "protostructure/structure.pb.h"
#include "sdk/messages.pb.h"

namespace waypoint::plugin {

namespace sdk = ::hashicorp::waypoint::sdk;

// The first four have the numbers of Component.Type.
enum class ComponentType { kBuilder = 1, kRegistry, kPlatform, kReleaser, kConfigSourcer, kTaskLauncher };
absl::string_view ComponentTypeName(ComponentType type);  // "builder", "releasemanager", ...

enum class Probe { kAuthenticator, kLogPlatform, kDestroyer, kWorkspaceDestroyer, kExecer, kGeneration, kStatus };

enum class Function {
  kBuild,
  kBuildOdr,
  kAccess,
  kPush,
  kDeploy,
  kGeneration,
  kRelease,
  kDestroy,
  kDestroyWorkspace,
  kStatus,
  kExec,
  kLogs,
  kAuth,
  kValidateAuth,
  kStartTask,
  kStopTask,
  kWatchTask,
};
absl::string_view FunctionName(Function function);  // the RPC: "Build", "StartTask", ...

// What a call may use of its host beside its arguments. The pointers outlive the call.
struct CallContext {
  std::stop_token stop;
  Terminal* terminal = nullptr;     // never null in a call
  ExecSession* exec = nullptr;      // Function::kExec
  LogViewer* log_viewer = nullptr;  // Function::kLogs
};

class Component {
 public:
  virtual ~Component() = default;

  virtual absl::StatusOr<bool> Has(Probe probe) = 0;
  // Nothing: the component takes no configuration.
  virtual absl::StatusOr<std::optional<protostructure::Struct>> ConfigStruct() = 0;
  virtual absl::Status Configure(absl::string_view json) = 0;
  virtual absl::StatusOr<sdk::Config::Documentation> Documentation() = 0;
  virtual absl::StatusOr<sdk::FuncSpec> Spec(Function function) = 0;
  // `response` is the RPC's own response message (B8), such as sdk.Build.Resp.
  virtual absl::Status Call(Function function, const sdk::FuncSpec::Args& args, const CallContext& context,
                            google::protobuf::Message* response) = 0;
  // Platforms only; null when it has none. Valid as long as this component.
  virtual absl::StatusOr<std::unique_ptr<Component>> DefaultReleaser() = 0;
};

// A source of components under one name, and of mappers between messages (B13).
class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual const std::string& name() const = 0;
  // Unimplemented when the plugin has no component of this type.
  virtual absl::StatusOr<std::unique_ptr<Component>> New(ComponentType type) const = 0;
  virtual bool Offers(ComponentType type) const = 0;
  virtual absl::StatusOr<std::vector<sdk::FuncSpec>> ListMappers() const = 0;
  virtual absl::StatusOr<opaqueany::Any> Map(const sdk::FuncSpec::Args& args, absl::string_view result) const = 0;
};

}  // namespace waypoint::plugin
