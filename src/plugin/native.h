// Built-in components written as ordinary C++ classes. Their methods have typed parameters; the signature
// becomes the FuncSpec, arguments are decoded and results wrapped here (core-and-plugins.md B6, B15).
//
//   class Builder {
//    public:
//     struct Config { ... };  Config config;
//     absl::StatusOr<process::Artifact> Build(Ui& ui, const sdk::Args::Source& source, std::stop_token stop);
//   };
//   NativeType BuilderType() {
//     NativeType type = NativeType::Of<Builder>();
//     type.Config(&Builder::config, Fields());
//     type.Add(Function::kBuild, &Builder::Build);
//     return type;
//   }
//   auto plugin = std::make_shared<NativePlugin>("process"); plugin->Add(ComponentType::kBuilder, BuilderType());
//
// Parameters: Ui&, std::stop_token, const CallContext&, ExecSession&, LogViewer&, const M& (a message, matched by
//   its type), Named<"target", M> (matched by name and type), Named<"hasregistry", bool>.
// Results: StatusOr<M> or StatusOr<Outcome<M>> for build, access, push, deploy, release, start;
//   Status or StatusOr<sdk::Destroy::Resp> for destroy; Status for destroy workspace, logs, validate auth, stop;
//   StatusOr<std::string> generation; StatusOr<sdk::StatusReport> status; StatusOr<int> exec, watch;
//   StatusOr<bool> auth.
// Threads: definitions are immutable once in a plugin; each New makes a fresh instance.
// Errors:  an exception becomes Unknown with its text; arguments that do not decode are InvalidArgument.
#pragma once

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "plugin/component.h"
#include "plugin/config_fields.h"
#include "plugin/native_arguments.h"
#include "plugin/native_results.h"

namespace waypoint::plugin {

struct ComponentDocs {
  std::string description, example, input, output;
};

class NativeType {
 public:
  template <typename Impl>
  static NativeType Of() {
    NativeType type;
    type.make_ = [] { return std::shared_ptr<void>(std::make_shared<Impl>()); };
    return type;
  }
  template <typename Impl>
  static NativeType Of(std::function<std::shared_ptr<Impl>()> make) {
    NativeType type;
    type.make_ = [make = std::move(make)] { return std::shared_ptr<void>(make()); };
    return type;
  }

  template <typename Impl, typename C>
  NativeType& Config(C Impl::*member, const ConfigFields<C>& fields) {
    fields_ = fields.fields();
    config_of_ = [member](void* impl) -> void* { return &(static_cast<Impl*>(impl)->*member); };
    return *this;
  }
  // Runs after Configure has decoded; refuses what no type can.
  template <typename Impl>
  NativeType& Validate(absl::Status (Impl::*method)()) {
    validate_ = [method](void* impl) { return (static_cast<Impl*>(impl)->*method)(); };
    return *this;
  }
  NativeType& Docs(ComponentDocs docs) {
    docs_ = std::move(docs);
    return *this;
  }
  // A releaser for apps without `release`, made from the configured platform.
  template <typename Impl>
  NativeType& DefaultReleaser(std::function<std::unique_ptr<Component>(Impl&)> make) {
    default_releaser_ = [make = std::move(make)](void* impl) { return make(*static_cast<Impl*>(impl)); };
    return *this;
  }

  template <typename Impl, typename Ret, typename... Params>
  NativeType& Add(Function function, Ret (Impl::*method)(Params...)) {
    Entry entry;
    entry.spec.set_name(std::string(FunctionName(function)));
    (internal::Parameter<Params>::Describe(&entry.spec), ...);
    internal::DescribeResult<Ret>(&entry.spec);
    entry.call = [method](void* impl, const sdk::FuncSpec::Args& args, const CallContext& context) {
      std::tuple<typename internal::Parameter<Params>::Storage...> storage;
      return Apply(static_cast<Impl*>(impl), method, args, context, storage, std::index_sequence_for<Params...>());
    };
    functions_[function] = std::move(entry);
    return *this;
  }

  std::unique_ptr<Component> New() const;

 private:
  friend class NativeComponent;
  struct Entry {
    sdk::FuncSpec spec;
    std::function<absl::StatusOr<internal::NativeResult>(void*, const sdk::FuncSpec::Args&, const CallContext&)> call;
  };

  template <typename Impl, typename Ret, typename... Params, typename Storage, size_t... kIndex>
  static absl::StatusOr<internal::NativeResult> Apply(Impl* impl, Ret (Impl::*method)(Params...),
                                                      const sdk::FuncSpec::Args& args, const CallContext& context,
                                                      Storage& storage, std::index_sequence<kIndex...>) {
    absl::Status status;
    ((status.ok() ? void(status = internal::Parameter<Params>::Bind(args, context, &std::get<kIndex>(storage)))
                  : void()),
     ...);
    if (!status.ok()) return status;
    return internal::ToNativeResult((impl->*method)(internal::Parameter<Params>::Get(std::get<kIndex>(storage))...));
  }

  std::function<std::shared_ptr<void>()> make_;
  std::vector<internal::Field> fields_;
  std::function<void*(void*)> config_of_;  // empty: takes no configuration
  std::function<absl::Status(void*)> validate_;
  std::function<std::unique_ptr<Component>(void*)> default_releaser_;
  ComponentDocs docs_;
  std::map<Function, Entry> functions_;
};

class NativePlugin : public Plugin {
 public:
  explicit NativePlugin(std::string name) : name_(std::move(name)) {}

  NativePlugin& Add(ComponentType type, NativeType native);
  // One message made from another, for components that expect it.
  template <typename From, typename To>
  NativePlugin& AddMapper(std::function<absl::StatusOr<To>(const From&)> map) {
    AddMapper(From::descriptor()->full_name(), To::descriptor()->full_name(),
              [map = std::move(map)](absl::string_view bytes) -> absl::StatusOr<std::string> {
                From from;
                if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
                  return absl::InvalidArgumentError("message does not parse");
                }
                absl::StatusOr<To> to = map(from);
                if (!to.ok()) return to.status();
                return to->SerializeAsString();
              });
    return *this;
  }

  const std::string& name() const override { return name_; }
  bool Offers(ComponentType type) const override { return types_.count(type) != 0; }
  absl::StatusOr<std::unique_ptr<Component>> New(ComponentType type) const override;
  absl::StatusOr<std::vector<sdk::FuncSpec>> ListMappers() const override;
  absl::StatusOr<opaqueany::Any> Map(const sdk::FuncSpec::Args& args, absl::string_view result) const override;

 private:
  struct Mapper {
    std::string from, to;
    std::function<absl::StatusOr<std::string>(absl::string_view)> map;
  };
  void AddMapper(std::string from, std::string to, std::function<absl::StatusOr<std::string>(absl::string_view)> map);

  std::string name_;
  std::map<ComponentType, std::shared_ptr<const NativeType>> types_;
  std::vector<Mapper> mappers_;
};

}  // namespace waypoint::plugin
