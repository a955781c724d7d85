// RocksDB's own messages in the log of the program: warnings and errors. RocksDB's LOG file is not written: its writer
// ends the process when the disk of that file is full.
//
// Threads: any; RocksDB calls it from its own.
#pragma once

#include <memory>

#include "rocksdb/env.h"

namespace waypoint::state {

std::shared_ptr<rocksdb::Logger> MakeRocksLog();

}  // namespace waypoint::state
