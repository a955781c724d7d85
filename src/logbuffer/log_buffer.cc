#include "logbuffer/log_buffer.h"

#include "logbuffer/merged_reader.h"
#include "logbuffer/window.h"

namespace waypoint::logbuffer {

template class LogBuffer<int>;
template class Reader<int>;
template class MergedReader<int>;

}  // namespace waypoint::logbuffer
