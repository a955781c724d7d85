// Owner of one file descriptor, and a descriptor that becomes readable when a stop token is stopped,
// so that poll() can wait for both data and a stop.
//
// Threads: an UniqueFd belongs to one thread; StopFd's token may be stopped from any.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <utility>

namespace waypoint {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) Reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// Readable once the token is stopped or Wake() was called.
class StopFd {
 public:
  explicit StopFd(std::stop_token stop)
      : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), callback_(std::move(stop), [this] { Wake(); }) {}
  StopFd(const StopFd&) = delete;
  StopFd& operator=(const StopFd&) = delete;

  int get() const { return fd_.get(); }
  void Wake() {
    uint64_t one = 1;
    // It can only fail when the counter is full, and then it is readable already.
    if (::write(fd_.get(), &one, sizeof one) < 0) return;
  }
  void Clear() {
    uint64_t count;
    if (::read(fd_.get(), &count, sizeof count) < 0) return;
  }

 private:
  UniqueFd fd_;
  std::stop_callback<std::function<void()>> callback_;
};

}  // namespace waypoint
