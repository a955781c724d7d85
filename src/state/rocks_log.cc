#include "state/rocks_log.h"

#include <cstdarg>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "base/log.h"

namespace waypoint::state {
namespace {

constexpr char kName[] = "state.rocksdb";

class RocksLog final : public rocksdb::Logger {
 public:
  RocksLog() : Logger(rocksdb::WARN_LEVEL) {}

  using Logger::Logv;
  void Logv(const char* format, va_list values) override { Logv(rocksdb::WARN_LEVEL, format, values); }
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list values) override {
    if (level < rocksdb::WARN_LEVEL || level == rocksdb::HEADER_LEVEL) return;
    char buffer[1024];  // what is longer is cut
    std::vsnprintf(buffer, sizeof(buffer), format, values);
    const absl::string_view text = absl::StripAsciiWhitespace(buffer);
    if (level == rocksdb::WARN_LEVEL) {
      WAYPOINT_LOG(kWarn, kName, text);
    } else {
      WAYPOINT_LOG(kError, kName, text);
    }
  }
  void LogHeader(const char* /*format*/, va_list /*values*/) override {}
};

}  // namespace

std::shared_ptr<rocksdb::Logger> MakeRocksLog() { return std::make_shared<RocksLog>(); }

}  // namespace waypoint::state
