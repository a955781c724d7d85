#include "contract/failing_files.h"

namespace waypoint::state {
namespace {

class FailingFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FailingFile(std::unique_ptr<rocksdb::FSWritableFile> file, FailingFiles& files)
      : rocksdb::FSWritableFileOwnerWrapper(std::move(file)), files_(files) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* context) override {
    rocksdb::IOStatus fault = files_.OnAppend();
    return fault.ok() ? FSWritableFileOwnerWrapper::Append(data, options, context) : fault;
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& info, rocksdb::IODebugContext* context) override {
    rocksdb::IOStatus fault = files_.OnAppend();
    return fault.ok() ? FSWritableFileOwnerWrapper::Append(data, options, info, context) : fault;
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
    rocksdb::IOStatus fault = files_.OnSync();
    return fault.ok() ? FSWritableFileOwnerWrapper::Sync(options, context) : fault;
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
    rocksdb::IOStatus fault = files_.OnSync();
    return fault.ok() ? FSWritableFileOwnerWrapper::Fsync(options, context) : fault;
  }

 private:
  FailingFiles& files_;
};

}  // namespace

void FailingFiles::Break(Fault fault, int after) {
  calls_left_ = after;
  fault_ = fault;
}

rocksdb::IOStatus FailingFiles::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                                std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                rocksdb::IODebugContext* context) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &file, context);
  if (status.ok()) *result = std::make_unique<FailingFile>(std::move(file), *this);
  return status;
}

rocksdb::IOStatus FailingFiles::OnAppend() {
  const Fault fault = fault_;
  if (fault == Fault::kDiskFull && Due()) return rocksdb::IOStatus::NoSpace("planned: no space left");
  if (fault == Fault::kWriteError && Due()) return rocksdb::IOStatus::IOError("planned: write error");
  return rocksdb::IOStatus::OK();
}

rocksdb::IOStatus FailingFiles::OnSync() {
  if (fault_ == Fault::kSyncError && Due()) return rocksdb::IOStatus::IOError("planned: sync error");
  return rocksdb::IOStatus::OK();
}

}  // namespace waypoint::state
