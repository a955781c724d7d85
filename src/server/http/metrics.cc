#include "server/http/metrics.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace waypoint::server {

void MetricsText::Describe(absl::string_view name, absl::string_view type, absl::string_view help) {
  name_ = std::string(name);
  absl::StrAppend(&text_, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

void MetricsText::Value(absl::string_view suffix, const Labels& labels, double value) {
  absl::StrAppend(&text_, name_, suffix);
  char separator = '{';
  for (const auto& [key, label] : labels) {
    absl::StrAppend(&text_, std::string(1, separator), key, "=\"",
                    absl::StrReplaceAll(label, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}), "\"");
    separator = ',';
  }
  absl::StrAppend(&text_, labels.empty() ? "" : "}", " ", absl::StrFormat("%.10g", value), "\n");
}

}  // namespace waypoint::server
