// A certificate and its key in files that somebody else replaces, in whatever way and order: taken over only once both
// are whole and belong together, until then the old pair stays (server-and-state.md 2).
//
// Owns:    a thread that looks every second, and FOLDER: copies of the pair in use, for gRPC, which reads files by
//          itself and would take half a replacement. FOLDER/current is exchanged as a whole.
// Threads: any. `on_change` runs on the thread that noticed, one at a time.
// Errors:  Start says what is wrong with the files; later troubles are logged once each.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/tls/self_signed.h"

namespace waypoint::server {

class CertificateWatch {
 public:
  struct Options {
    std::string cert_file, key_file;
    std::string folder;
  };
  using OnChange = std::function<void(const PemPair&)>;
  static absl::StatusOr<std::unique_ptr<CertificateWatch>> Start(Options options, OnChange on_change);
  ~CertificateWatch();

  PemPair pair() const;
  std::string cert_copy() const { return options_.folder + "/current/cert.pem"; }
  std::string key_copy() const { return options_.folder + "/current/key.pem"; }
  // Looks at once, also when nothing seems to have changed.
  void Check();

 private:
  // Enough of stat to tell a file from one that was put in its place.
  using Stamp = std::array<int64_t, 4>;
  CertificateWatch(Options options, OnChange on_change)
      : options_(std::move(options)), on_change_(std::move(on_change)) {}
  static Stamp StampOf(const std::string& file);
  std::array<Stamp, 2> Look() const;
  absl::Status Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status Publish(const PemPair& pair) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void TakeOrComplain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Run(std::stop_token stop);

  const Options options_;
  const OnChange on_change_;
  mutable absl::Mutex mu_;
  PemPair pair_ ABSL_GUARDED_BY(mu_);
  std::array<Stamp, 2> taken_ ABSL_GUARDED_BY(mu_){};
  std::string complaint_ ABSL_GUARDED_BY(mu_);
  int published_ ABSL_GUARDED_BY(mu_) = 0;
  std::jthread thread_;
};

}  // namespace waypoint::server
