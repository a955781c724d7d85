#include "server/tls/certificate_watch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/log.h"
#include "base/status.h"

namespace waypoint::server {
namespace {

constexpr std::chrono::seconds kPeriod(1);

}  // namespace

absl::StatusOr<std::unique_ptr<CertificateWatch>> CertificateWatch::Start(Options options, OnChange on_change) {
  std::unique_ptr<CertificateWatch> watch(new CertificateWatch(std::move(options), std::move(on_change)));
  RETURN_IF_ERROR(RemoveAll(watch->options_.folder));  // what an earlier run left
  {
    absl::MutexLock lock(&watch->mu_);
    RETURN_IF_ERROR(watch->Take());
  }
  watch->thread_ = std::jthread([raw = watch.get()](std::stop_token stop) { raw->Run(std::move(stop)); });
  return watch;
}

CertificateWatch::~CertificateWatch() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  RemoveAll(options_.folder).IgnoreError();
}

PemPair CertificateWatch::pair() const {
  absl::MutexLock lock(&mu_);
  return pair_;
}

void CertificateWatch::Check() {
  absl::MutexLock lock(&mu_);
  complaint_.clear();
  TakeOrComplain();
}

CertificateWatch::Stamp CertificateWatch::StampOf(const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return Stamp{};
  return Stamp{static_cast<int64_t>(info.st_ino), info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

std::array<CertificateWatch::Stamp, 2> CertificateWatch::Look() const {
  return {StampOf(options_.cert_file), StampOf(options_.key_file)};
}

absl::Status CertificateWatch::Take() {
  const std::array<Stamp, 2> seen = Look();  // before reading: what comes later is looked at again
  ASSIGN_OR_RETURN(PemPair pair, LoadPemPair(options_.cert_file, options_.key_file));
  taken_ = seen;
  if (pair.cert == pair_.cert && pair.key == pair_.key) return absl::OkStatus();
  RETURN_IF_ERROR(Publish(pair));
  pair_ = std::move(pair);
  return absl::OkStatus();
}

absl::Status CertificateWatch::Publish(const PemPair& pair) {
  const std::string name = absl::StrCat(++published_), place = JoinPath(options_.folder, name);
  RETURN_IF_ERROR(MakeFolders(options_.folder, 0700));
  RETURN_IF_ERROR(MakeFolders(place, 0700));
  RETURN_IF_ERROR(WriteFile(JoinPath(place, "cert.pem"), pair.cert, 0600));
  RETURN_IF_ERROR(WriteFile(JoinPath(place, "key.pem"), pair.key, 0600));
  const std::string next = JoinPath(options_.folder, "next"), current = JoinPath(options_.folder, "current");
  ::unlink(next.c_str());
  if (::symlink(name.c_str(), next.c_str()) != 0 || ::rename(next.c_str(), current.c_str()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("put ", place, " into use"));
  }
  return RemoveAll(JoinPath(options_.folder, absl::StrCat(published_ - 1)));
}

void CertificateWatch::TakeOrComplain() {
  const PemPair before = pair_;
  const absl::Status status = Take();
  if (!status.ok()) {
    if (std::exchange(complaint_, std::string(status.message())) == status.message()) return;
    WAYPOINT_LOG(kError, "server", "the certificate is not loaded, the old one stays in use",
                 {"error", status.message()});
    return;
  }
  complaint_.clear();
  if (pair_.cert == before.cert && pair_.key == before.key) return;
  WAYPOINT_LOG(kInfo, "server", "a new certificate is in use", {"file", options_.cert_file});
  on_change_(pair_);
}

void CertificateWatch::Run(std::stop_token stop) {
  std::mutex unused;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    std::unique_lock<std::mutex> wait(unused);
    never.wait_for(wait, stop, kPeriod, [] { return false; });
    absl::MutexLock lock(&mu_);
    if (!stop.stop_requested() && Look() != taken_) TakeOrComplain();
  }
}

}  // namespace waypoint::server
