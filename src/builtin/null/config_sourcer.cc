#include "builtin/null/config_sourcer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "hcl/functions/json_text.h"

namespace waypoint::builtin::null {
namespace {

std::string Find(const std::map<std::string, std::string>& map, const std::string& key) {
  auto it = map.find(key);
  return it == map.end() ? "" : it->second;
}

}  // namespace

absl::Status ConfigSourcer::Configure(const std::map<std::string, std::string>& settings) {
  values_.clear();
  const std::string text = Find(settings, "values");
  if (text.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(hcl::Value json, hcl::ParseJson(text));
  if (!json.HasPayload() || json.type().kind() != hcl::Kind::kObject) {
    return absl::InvalidArgumentError("values must be a JSON object of strings");
  }
  for (const auto& [name, value] : json.AsFields()) {
    if (!value.HasPayload() || value.type().kind() != hcl::Kind::kString) {
      return absl::InvalidArgumentError(absl::StrCat("values.", name, " must be a string"));
    }
    values_[name] = value.AsString();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<appconfig::SourceValue>> ConfigSourcer::Read(
    const std::vector<appconfig::SourceRequest>& requests) {
  std::vector<appconfig::SourceValue> read;
  for (const appconfig::SourceRequest& request : requests) {
    const std::string text = Find(request.config, "static_value"), key = Find(request.config, "config_key");
    auto it = values_.find(key);
    appconfig::SourceValue& value = read.emplace_back();
    value.name = request.name;
    if (!text.empty()) {
      value.value = text;
    } else if (key.empty()) {
      value.value = absl::InvalidArgumentError("the request must have static_value or config_key");
    } else if (it == values_.end()) {
      value.value = absl::NotFoundError(absl::StrCat("the source's values have no \"", key, "\""));
    } else {
      value.value = it->second;
    }
  }
  return read;
}

absl::StatusOr<std::unique_ptr<appconfig::ConfigSourcer>> MakeSourcer(absl::string_view type) {
  if (type == "null") return std::make_unique<ConfigSourcer>();
  return absl::NotFoundError(absl::StrCat("this program has no configuration source \"", type,
                                          "\"; so far there is \"null\" only, set the value itself"));
}

}  // namespace waypoint::builtin::null
