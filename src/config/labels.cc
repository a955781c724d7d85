#include <re2/re2.h>

#include "absl/strings/str_cat.h"
#include "config/config.h"
#include "config/errors.h"

namespace waypoint::config {
namespace {

constexpr size_t kMaxLabelBytes = 255;

absl::Status ValidateLabel(const std::string& key, const std::string& value) {
  static const RE2* const kKey = new RE2("[a-zA-Z]([a-zA-Z0-9\\-]+[\\.]?)*[a-zA-Z0-9]");
  auto fail = [&key](const char* why) {
    return absl::InvalidArgumentError(absl::StrCat("label \"", key, "\": ", why));
  };
  if (key.starts_with("waypoint/")) return fail("names that start with \"waypoint/\" are reserved");
  if (key.size() > kMaxLabelBytes) return fail("the name must not be longer than 255 bytes");
  if (value.size() > kMaxLabelBytes) return fail("the value must not be longer than 255 bytes");
  if (!RE2::FullMatch(key.substr(0, key.find('/')), *kKey)) {
    return fail(
        "the name up to the first slash must be two or more letters, digits, '-' and '.', start with a letter and end "
        "with a letter or digit");
  }
  return absl::OkStatus();
}

}  // namespace

Labels MergeLabels(std::initializer_list<const Labels*> maps) {
  Labels out;
  for (const Labels* map : maps) {
    for (const auto& [key, value] : *map) out[key] = value;
  }
  return out;
}

absl::Status ValidateLabels(const Labels& labels) {
  std::vector<absl::Status> errors;
  for (const auto& [key, value] : labels) {
    if (absl::Status status = ValidateLabel(key, value); !status.ok()) errors.push_back(status);
  }
  return JoinErrors(errors, "label errors");
}

}  // namespace waypoint::config
