// The real file system with a fault to order: the log's writes or syncs fail from the n-th call on.
//
// Threads: thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace waypoint::state {

class FailingFiles : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault { kNone, kDiskFull, kWriteError, kSyncError };

  FailingFiles() : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FailingFiles"; }

  // The fault strikes after `after` more calls of its kind, at all files, until Heal().
  void Break(Fault fault, int after = 0);
  void Heal() { fault_ = Fault::kNone; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus OnAppend();
  rocksdb::IOStatus OnSync();

 private:
  bool Due() { return calls_left_.fetch_sub(1) <= 0; }
  std::atomic<Fault> fault_{Fault::kNone};
  std::atomic<int> calls_left_{0};
};

}  // namespace waypoint::state
