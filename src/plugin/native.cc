#include "plugin/native.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "plugin/any.h"

namespace waypoint::plugin {
namespace {

Function FunctionOf(Probe probe) {
  switch (probe) {
    case Probe::kAuthenticator:
      return Function::kAuth;
    case Probe::kLogPlatform:
      return Function::kLogs;
    case Probe::kDestroyer:
      return Function::kDestroy;
    case Probe::kWorkspaceDestroyer:
      return Function::kDestroyWorkspace;
    case Probe::kExecer:
      return Function::kExec;
    case Probe::kGeneration:
      return Function::kGeneration;
    case Probe::kStatus:
      return Function::kStatus;
  }
  return Function::kAuth;
}

// Foreign code must not end the runner: whatever it throws is an ordinary failure of the call.
template <typename F>
auto Guarded(F f) -> decltype(f()) {
  try {
    return f();
  } catch (const std::exception& error) {
    return absl::UnknownError(error.what());
  } catch (...) {
    return absl::UnknownError("the component failed with an unknown exception");
  }
}

}  // namespace

class NativeComponent : public Component {
 public:
  NativeComponent(NativeType type, std::shared_ptr<void> impl) : type_(std::move(type)), impl_(std::move(impl)) {}

  absl::StatusOr<bool> Has(Probe probe) override { return type_.functions_.count(FunctionOf(probe)) != 0; }

  absl::StatusOr<std::optional<protostructure::Struct>> ConfigStruct() override {
    if (!type_.config_of_) return std::optional<protostructure::Struct>();
    protostructure::Struct out;
    internal::PublishFields(type_.fields_, &out);
    return std::optional<protostructure::Struct>(std::move(out));
  }

  absl::Status Configure(absl::string_view json) override {
    if (!type_.config_of_) return absl::OkStatus();
    ASSIGN_OR_RETURN(Json object, ParseJson(json));
    RETURN_IF_ERROR(internal::DecodeFields(type_.fields_, object, type_.config_of_(impl_.get())));
    if (!type_.validate_) return absl::OkStatus();
    return Guarded([&] { return type_.validate_(impl_.get()); });
  }

  absl::StatusOr<sdk::Config::Documentation> Documentation() override {
    sdk::Config::Documentation out;
    out.set_description(type_.docs_.description);
    out.set_example(type_.docs_.example);
    out.set_input(type_.docs_.input);
    out.set_output(type_.docs_.output);
    internal::DocumentFields(type_.fields_, out.mutable_fields());
    return out;
  }

  absl::StatusOr<sdk::FuncSpec> Spec(Function function) override {
    const auto it = type_.functions_.find(function);
    if (it == type_.functions_.end()) return Lacks(function);
    return it->second.spec;
  }

  absl::Status Call(Function function, const sdk::FuncSpec::Args& args, const CallContext& context,
                    google::protobuf::Message* response) override {
    const auto it = type_.functions_.find(function);
    if (it == type_.functions_.end()) return Lacks(function);
    absl::StatusOr<internal::NativeResult> result =
        Guarded([&] { return it->second.call(impl_.get(), args, context); });
    if (!result.ok()) return result.status();
    return internal::FillResponse(function, *result, response);
  }

  absl::StatusOr<std::unique_ptr<Component>> DefaultReleaser() override {
    if (!type_.default_releaser_) return std::unique_ptr<Component>();
    return type_.default_releaser_(impl_.get());
  }

 private:
  static absl::Status Lacks(Function function) {
    return absl::UnimplementedError(absl::StrCat("the component has no function ", FunctionName(function)));
  }

  const NativeType type_;
  const std::shared_ptr<void> impl_;
};

std::unique_ptr<Component> NativeType::New() const { return std::make_unique<NativeComponent>(*this, make_()); }

NativePlugin& NativePlugin::Add(ComponentType type, NativeType native) {
  types_[type] = std::make_shared<const NativeType>(std::move(native));
  return *this;
}

absl::StatusOr<std::unique_ptr<Component>> NativePlugin::New(ComponentType type) const {
  const auto it = types_.find(type);
  if (it == types_.end()) {
    return absl::UnimplementedError(absl::StrCat("plugin \"", name_, "\" has no ", ComponentTypeName(type)));
  }
  return it->second->New();
}

void NativePlugin::AddMapper(std::string from, std::string to,
                             std::function<absl::StatusOr<std::string>(absl::string_view)> map) {
  mappers_.push_back({std::move(from), std::move(to), std::move(map)});
}

absl::StatusOr<std::vector<sdk::FuncSpec>> NativePlugin::ListMappers() const {
  std::vector<sdk::FuncSpec> out;
  for (const Mapper& mapper : mappers_) {
    sdk::FuncSpec spec;
    spec.set_name(absl::StrCat(mapper.from, " to ", mapper.to));
    spec.add_args()->set_type(mapper.from);
    spec.add_result()->set_type(mapper.to);
    out.push_back(std::move(spec));
  }
  return out;
}

absl::StatusOr<opaqueany::Any> NativePlugin::Map(const sdk::FuncSpec::Args& args, absl::string_view result) const {
  for (const Mapper& mapper : mappers_) {
    if (mapper.to != result) continue;
    const auto* arg = internal::FindArgument(args, "", mapper.from);
    if (arg == nullptr) continue;
    ASSIGN_OR_RETURN(std::string bytes,
                     Guarded([&]() -> absl::StatusOr<std::string> { return mapper.map(arg->proto_any().value()); }));
    opaqueany::Any out;
    out.set_type_url(absl::StrCat("type.googleapis.com/", mapper.to));
    out.set_value(std::move(bytes));
    return out;
  }
  return absl::FailedPreconditionError(absl::StrCat("plugin \"", name_, "\" has no mapper to ", result));
}

}  // namespace waypoint::plugin
