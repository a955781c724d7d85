// Finds the arguments a component's function asks for among what the host has, with conversions by mappers
// (core-and-plugins.md B7, by the equivalent rules given there).
//
// Threads: one.
// Errors:  FailedPrecondition listing every argument that can't be given; a mapper's own error is passed on.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugin/component.h"

namespace waypoint::plugin {

class Arguments {
 public:
  // Values. `name` may be empty; a message without name is found by its type only.
  Arguments& Add(absl::string_view name, const google::protobuf::Message& message);
  Arguments& AddAny(absl::string_view name, const opaqueany::Any& any);  // nil (no type) is left out
  Arguments& AddBool(absl::string_view name, bool value);
  Arguments& AddString(absl::string_view name, absl::string_view value);

  // Mappers of one plugin take part from now on; earlier ones win ties.
  absl::Status AddMappers(std::shared_ptr<const Plugin> plugin);

  absl::StatusOr<sdk::FuncSpec::Args> Resolve(const sdk::FuncSpec& spec) const;

 private:
  struct Mapper {
    std::shared_ptr<const Plugin> plugin;
    sdk::FuncSpec spec;
  };
  // Types under way, so that mappers in a circle end.
  using Visiting = std::set<std::string>;

  const sdk::FuncSpec::Value* FindDirect(const sdk::FuncSpec::Value& wanted) const;
  // Number of conversions needed; nothing: impossible.
  std::optional<int> Cost(const sdk::FuncSpec::Value& wanted, Visiting& visiting) const;
  std::optional<int> MapperCost(const Mapper& mapper, Visiting& visiting) const;
  const Mapper* CheapestMapper(const sdk::FuncSpec::Value& wanted, Visiting& visiting) const;
  absl::StatusOr<sdk::FuncSpec::Value> Produce(const sdk::FuncSpec::Value& wanted, Visiting& visiting) const;

  std::vector<sdk::FuncSpec::Value> values_;
  std::vector<Mapper> mappers_;
};

}  // namespace waypoint::plugin
