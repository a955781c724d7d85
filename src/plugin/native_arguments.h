// How a parameter type of a built-in's method becomes an entry of its FuncSpec and gets its value
// (core-and-plugins.md B6). Included by native.h only.
//
// Threads: any.  Errors: InvalidArgument for a missing or undecodable argument.
#pragma once

#include <algorithm>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "plugin/component.h"

namespace waypoint::plugin {

template <size_t kSize>
struct FixedString {
  constexpr FixedString(const char (&text)[kSize]) { std::copy_n(text, kSize, chars); }  // NOLINT: implicit by design
  constexpr operator absl::string_view() const { return absl::string_view(chars, kSize - 1); }
  char chars[kSize] = {};
};

// A parameter matched by name and type. Names are lower case.
template <FixedString kName, typename T>
class Named {
 public:
  Named() = default;
  explicit Named(T value) : value_(std::move(value)) {}
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }

 private:
  T value_{};
};

namespace internal {

void DescribeMessage(absl::string_view name, const google::protobuf::Descriptor* type, sdk::FuncSpec* spec);
void DescribePrimitive(absl::string_view name, sdk::FuncSpec::Value::PrimitiveType type, sdk::FuncSpec* spec);
const sdk::FuncSpec::Value* FindArgument(const sdk::FuncSpec::Args& args, absl::string_view name,
                                         absl::string_view type);
absl::Status DecodeMessage(const sdk::FuncSpec::Args& args, absl::string_view name, google::protobuf::Message* out);
absl::Status DecodePrimitive(const sdk::FuncSpec::Args& args, absl::string_view name, bool* out);
absl::Status DecodePrimitive(const sdk::FuncSpec::Args& args, absl::string_view name, std::string* out);
absl::Status DecodePrimitive(const sdk::FuncSpec::Args& args, absl::string_view name, int64_t* out);

template <typename T>
concept MessageType = std::is_base_of_v<google::protobuf::Message, T>;

template <typename T>
struct Parameter;

template <MessageType M>
struct Parameter<const M&> {
  using Storage = M;
  static void Describe(sdk::FuncSpec* spec) { DescribeMessage("", M::descriptor(), spec); }
  static absl::Status Bind(const sdk::FuncSpec::Args& args, const CallContext&, Storage* out) {
    return DecodeMessage(args, "", out);
  }
  static const M& Get(Storage& storage) { return storage; }
};

template <FixedString kName, typename T>
struct Parameter<Named<kName, T>> {
  using Storage = T;
  static void Describe(sdk::FuncSpec* spec) {
    if constexpr (MessageType<T>) {
      DescribeMessage(kName, T::descriptor(), spec);
    } else if constexpr (std::is_same_v<T, bool>) {
      DescribePrimitive(kName, sdk::FuncSpec::Value::BOOL, spec);
    } else if constexpr (std::is_same_v<T, std::string>) {
      DescribePrimitive(kName, sdk::FuncSpec::Value::STRING, spec);
    } else {
      static_assert(std::is_same_v<T, int64_t>, "a named primitive is bool, int64_t or std::string");
      DescribePrimitive(kName, sdk::FuncSpec::Value::INT, spec);
    }
  }
  static absl::Status Bind(const sdk::FuncSpec::Args& args, const CallContext&, Storage* out) {
    if constexpr (MessageType<T>) {
      return DecodeMessage(args, kName, out);
    } else {
      return DecodePrimitive(args, kName, out);
    }
  }
  static Named<kName, T> Get(Storage& storage) { return Named<kName, T>(std::move(storage)); }
};

template <>
struct Parameter<Ui&> {
  using Storage = std::optional<Ui>;
  static void Describe(sdk::FuncSpec* spec) {
    DescribeMessage("", sdk::Args::TerminalUI::descriptor(), spec);
    DescribeMessage("", sdk::Args::Logger::descriptor(), spec);
  }
  static absl::Status Bind(const sdk::FuncSpec::Args&, const CallContext& context, Storage* out) {
    out->emplace(*context.terminal);
    return absl::OkStatus();
  }
  static Ui& Get(Storage& storage) { return *storage; }
};

// The context is never an argument of the wire.
template <typename T>
struct ContextParameter {
  using Storage = const CallContext*;
  static void Describe(sdk::FuncSpec*) {}
  static absl::Status Bind(const sdk::FuncSpec::Args&, const CallContext& context, Storage* out) {
    *out = &context;
    return absl::OkStatus();
  }
};
template <>
struct Parameter<std::stop_token> : ContextParameter<std::stop_token> {
  static std::stop_token Get(Storage& storage) { return storage->stop; }
};
template <>
struct Parameter<const CallContext&> : ContextParameter<const CallContext&> {
  static const CallContext& Get(Storage& storage) { return *storage; }
};
template <>
struct Parameter<ExecSession&> {
  using Storage = ExecSession*;
  static void Describe(sdk::FuncSpec* spec) {
    DescribeMessage("", sdk::Args::ExecSessionInfo::descriptor(), spec);
    DescribeMessage("", sdk::Args::Logger::descriptor(), spec);
  }
  static absl::Status Bind(const sdk::FuncSpec::Args&, const CallContext& context, Storage* out) {
    *out = context.exec;
    return context.exec != nullptr ? absl::OkStatus() : absl::InvalidArgumentError("no exec session given");
  }
  static ExecSession& Get(Storage& storage) { return *storage; }
};
template <>
struct Parameter<LogViewer&> {
  using Storage = LogViewer*;
  static void Describe(sdk::FuncSpec* spec) {
    DescribeMessage("", sdk::Args::LogViewer::descriptor(), spec);
    DescribeMessage("", sdk::Args::Logger::descriptor(), spec);
  }
  static absl::Status Bind(const sdk::FuncSpec::Args&, const CallContext& context, Storage* out) {
    *out = context.log_viewer;
    return context.log_viewer != nullptr ? absl::OkStatus() : absl::InvalidArgumentError("no log viewer given");
  }
  static LogViewer& Get(Storage& storage) { return *storage; }
};

}  // namespace internal
}  // namespace waypoint::plugin
