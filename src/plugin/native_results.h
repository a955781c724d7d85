// How the result of a built-in's method becomes the response message of its RPC (core-and-plugins.md B8, B10).
// Included by native.h only; Outcome is for built-ins.
//
// Threads: any.  Errors: those of the method; Internal when a result does not fit its function.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugin/component.h"

namespace waypoint::plugin {

// A result with what may travel beside it.
template <typename M>
struct Outcome {
  M result;
  std::string url;                            // deploy, release
  sdk::DeclaredResources declared;            // deploy, release
  std::map<std::string, std::string> labels;  // build
};

namespace internal {

struct NativeResult {
  std::shared_ptr<const google::protobuf::Message> message;
  std::string url;
  sdk::DeclaredResources declared;
  std::map<std::string, std::string> labels;
  std::string bytes;  // generation
  int number = 0;     // exit code
  bool flag = false;  // authenticated
};

// `response` is the RPC's response message.
absl::Status FillResponse(Function function, const NativeResult& result, google::protobuf::Message* response);

template <typename Ret>
struct ResultOf;
template <>
struct ResultOf<absl::Status> {
  static absl::StatusOr<NativeResult> Convert(absl::Status status) {
    if (!status.ok()) return status;
    return NativeResult();
  }
  static const google::protobuf::Descriptor* Message() { return nullptr; }
};
template <typename T>
struct ResultOf<absl::StatusOr<T>> {
  static absl::StatusOr<NativeResult> Convert(absl::StatusOr<T> value) {
    if (!value.ok()) return value.status();
    NativeResult result;
    if constexpr (std::is_base_of_v<google::protobuf::Message, T>) {
      result.message = std::make_shared<T>(*std::move(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
      result.bytes = *std::move(value);
    } else if constexpr (std::is_same_v<T, bool>) {
      result.flag = *value;
    } else {
      static_assert(std::is_same_v<T, int>, "unknown kind of result");
      result.number = *value;
    }
    return result;
  }
  static const google::protobuf::Descriptor* Message() {
    if constexpr (std::is_base_of_v<google::protobuf::Message, T>) return T::descriptor();
    return nullptr;
  }
};
template <typename M>
struct ResultOf<absl::StatusOr<Outcome<M>>> {
  static absl::StatusOr<NativeResult> Convert(absl::StatusOr<Outcome<M>> value) {
    if (!value.ok()) return value.status();
    NativeResult result;
    result.message = std::make_shared<M>(std::move(value->result));
    result.url = std::move(value->url);
    result.declared = std::move(value->declared);
    result.labels = std::move(value->labels);
    return result;
  }
  static const google::protobuf::Descriptor* Message() { return M::descriptor(); }
};

template <typename Ret>
absl::StatusOr<NativeResult> ToNativeResult(Ret ret) {
  return ResultOf<Ret>::Convert(std::move(ret));
}

// Spec results name messages that go on as an Any; StatusReport and Destroy.Resp are responses themselves.
void DescribeResultMessage(const google::protobuf::Descriptor* message, sdk::FuncSpec* spec);
template <typename Ret>
void DescribeResult(sdk::FuncSpec* spec) {
  DescribeResultMessage(ResultOf<Ret>::Message(), spec);
}

}  // namespace internal
}  // namespace waypoint::plugin
