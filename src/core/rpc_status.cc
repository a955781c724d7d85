#include "core/rpc_status.h"

#include <string>

#include "base/utf8.h"
#include "errors/details.h"

namespace waypoint::core {

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status out;
  out.ParseFromString(EncodeDetails(status));
  out.set_code(static_cast<int>(status.code()));
  out.set_message(ValidUtf8(status.message()));  // the output of programs is in some
  return out;
}

absl::Status FromRpcStatus(const google::rpc::Status& status) {
  return DecodeStatus(status.code(), status.message(), status.SerializeAsString());
}

}  // namespace waypoint::core
