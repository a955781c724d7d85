#include "appconfig/read_once.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace waypoint::appconfig {
namespace {

absl::Status Failed(const std::string& name, const std::string& type, const absl::Status& why) {
  return absl::FailedPreconditionError(
      absl::StrCat("the dynamic value of \"", name, "\" cannot be read from \"", type, "\": ", why.message()));
}

absl::StatusOr<std::vector<SourceValue>> ReadType(const std::string& type, const std::vector<SourceRequest>& requests,
                                                  const std::vector<::hashicorp::waypoint::ConfigSource>& settings,
                                                  const SourcerFactory& sourcers) {
  ASSIGN_OR_RETURN(std::unique_ptr<ConfigSourcer> sourcer,
                   sourcers ? sourcers(type) : absl::NotFoundError("this program has no configuration sources"));
  std::map<std::string, std::string> config;
  for (const auto& source : settings) {
    if (source.type() == type) config = {source.config().begin(), source.config().end()};
  }
  RETURN_IF_ERROR(sourcer->Configure(config));
  absl::StatusOr<std::vector<SourceValue>> values = sourcer->Read(requests);
  sourcer->Stop();
  return values;
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ReadOnce(
    const std::map<std::string, std::vector<SourceRequest>>& requests,
    const std::vector<::hashicorp::waypoint::ConfigSource>& settings, const SourcerFactory& sourcers) {
  std::map<std::string, std::string> found;
  for (const auto& [type, list] : requests) {
    absl::StatusOr<std::vector<SourceValue>> values = ReadType(type, list, settings, sourcers);
    if (!values.ok()) return Failed(list[0].name, type, values.status());
    for (SourceValue& value : *values) {
      if (auto* error = std::get_if<absl::Status>(&value.value)) return Failed(value.name, type, *error);
      auto* json = std::get_if<Json>(&value.value);
      found[value.name] = json != nullptr ? json->text : std::get<std::string>(value.value);
    }
    for (const SourceRequest& request : list) {
      if (found.count(request.name) == 0) return Failed(request.name, type, absl::NotFoundError("it has no value"));
    }
  }
  return found;
}

}  // namespace waypoint::appconfig
