// The table of RPCs without a transport: services are called as a client would, in this process. HandlerTable holds
// the handlers, TestTable also waits for their answers.
//
// Threads: the test's; calls run the executor until they are answered.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/handler.h"
#include "support/manual_world.h"

namespace waypoint::testing {

class HandlerTable : public server::Table {
 public:
  void AddUnary(std::string method, server::Needs needs, RawUnary handler) override {
    unary_[std::move(method)] = std::move(handler);
  }
  void AddStream(std::string method, server::Needs needs, RawOpen open) override {
    streams_[std::move(method)] = std::move(open);
  }
  const RawUnary& unary(const std::string& method) const { return unary_.at(method); }
  const RawOpen& stream(const std::string& method) const { return streams_.at(method); }
  bool Has(const std::string& method) const { return unary_.count(method) > 0 || streams_.count(method) > 0; }

 protected:
  std::map<std::string, RawUnary> unary_;
  std::map<std::string, RawOpen> streams_;
};

class TestTable : public HandlerTable {
 public:
  explicit TestTable(ManualExecutor& executor) : executor_(executor) {}

  template <typename Res, typename Req>
  absl::StatusOr<Res> Call(const std::string& method, const Req& request, const server::Caller& caller = {}) {
    auto it = unary_.find(method);
    if (it == unary_.end()) return absl::UnimplementedError(method);
    std::optional<absl::StatusOr<Res>> answer;
    it->second(caller, request.SerializeAsString(), [&](absl::Status status, std::string bytes) {
      if (!status.ok()) {
        answer = std::move(status);
        return;
      }
      answer.emplace(Res());
      if (!(*answer)->ParseFromString(bytes)) answer = absl::InternalError("the answer does not decode");
    });
    if (!executor_.RunUntil([&] { return answer.has_value(); })) return absl::DeadlineExceededError(method);
    return *std::move(answer);
  }

 private:
  ManualExecutor& executor_;
};

}  // namespace waypoint::testing
