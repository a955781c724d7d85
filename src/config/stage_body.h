// A stage's chosen body with everything its evaluation needs. Internal to src/config.
//
// Owns:    shares the app's block (and so the file) and the scope.
// Threads: immutable, thread-safe.
// Errors:  diagnostics as Status.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/file.h"

namespace waypoint::config::internal {

class StageBody {
 public:
  StageBody(std::shared_ptr<const AppBlock> app, const StageBlock& stage, hcl::BodyPtr body, UseBlock use,
            ScopePtr scope)
      : app_(std::move(app)), stage_(stage), body_(std::move(body)), use_(std::move(use)), scope_(std::move(scope)) {}

  absl::StatusOr<std::vector<Hook>> Hooks() const;
  absl::StatusOr<std::string> UseJson(const std::optional<protostructure::Struct>& structure) const;
  const UseBlock& use() const { return use_; }
  const ScopePtr& scope() const { return scope_; }

 private:
  std::shared_ptr<const AppBlock> app_;
  const StageBlock& stage_;  // part of app_
  hcl::BodyPtr body_;
  UseBlock use_;
  ScopePtr scope_;
};

// What may stand in a stage or in one of its scoped blocks.
hcl::BodySchema StageSchema(const StageBlock& stage);

}  // namespace waypoint::config::internal
