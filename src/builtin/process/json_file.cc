#include "builtin/process/json_file.h"

#include "base/files.h"
#include "base/status.h"
#include "google/protobuf/util/json_util.h"

namespace waypoint::builtin::process {

absl::Status ReadJson(const std::string& path, google::protobuf::Message* message) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // a newer version may have written it
  auto status = google::protobuf::util::JsonStringToMessage(text, message, options);
  if (status.ok()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path, " is damaged: ", std::string(status.message())));
}

absl::Status WriteJson(const std::string& path, const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) return absl::InternalError(absl::StrCat("write ", path, ": ", std::string(status.message())));
  return WriteFileAtomic(path, text, 0600);
}

}  // namespace waypoint::builtin::process
