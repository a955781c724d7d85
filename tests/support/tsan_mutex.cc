// absl::Mutex and absl::CondVar over std::mutex, for the thread sanitizer only.
//
// The sanitizer knows locks that it was compiled into or that it intercepts; Debian's abseil is neither, so every
// access guarded by an absl::Mutex would be reported. A program's own symbols win over a shared library's: linked into
// the tests of the tsan preset, these definitions replace abseil's. Slow (every unlock wakes all who wait for a
// condition) and meant to be.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

namespace absl {
ABSL_NAMESPACE_BEGIN
namespace {

struct Lockable {
  std::mutex mutex;
  std::condition_variable changed;
};

// Mutex and CondVar are zero until first used, also those that are initialised before main.
Lockable& Of(std::atomic<intptr_t>& word) {
  intptr_t known = word.load(std::memory_order_acquire);
  if (known == 0) {
    auto* fresh = new Lockable;
    if (word.compare_exchange_strong(known, reinterpret_cast<intptr_t>(fresh), std::memory_order_acq_rel)) {
      return *fresh;
    }
    delete fresh;
  }
  return *reinterpret_cast<Lockable*>(known);
}

void Forget(std::atomic<intptr_t>& word) { delete reinterpret_cast<Lockable*>(word.load(std::memory_order_acquire)); }

// `lockable` is held before and after.
bool WaitUntil(Lockable& lockable, const Condition& condition, Time deadline) {
  std::unique_lock<std::mutex> held(lockable.mutex, std::adopt_lock);
  while (!condition.Eval()) {
    if (deadline == InfiniteFuture()) {
      lockable.changed.wait(held);
    } else if (lockable.changed.wait_until(held, ToChronoTime(deadline)) == std::cv_status::timeout) {
      break;
    }
  }
  held.release();
  return condition.Eval();
}

}  // namespace

Mutex::~Mutex() { Forget(mu_); }
void Mutex::Lock() { Of(mu_).mutex.lock(); }
bool Mutex::TryLock() { return Of(mu_).mutex.try_lock(); }
void Mutex::Unlock() {
  Lockable& lockable = Of(mu_);
  lockable.changed.notify_all();  // before: whoever takes the lock next may destroy it
  lockable.mutex.unlock();
}
void Mutex::ReaderLock() { Lock(); }
bool Mutex::ReaderTryLock() { return TryLock(); }
void Mutex::ReaderUnlock() { Unlock(); }
void Mutex::AssertHeld() const {}
void Mutex::AssertReaderHeld() const {}
void Mutex::AssertNotHeld() const {}
void Mutex::ForgetDeadlockInfo() {}

void Mutex::Await(const Condition& condition) { AwaitWithDeadline(condition, InfiniteFuture()); }
bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  return AwaitWithDeadline(condition, Now() + timeout);
}
bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  Lockable& lockable = Of(mu_);
  lockable.changed.notify_all();
  return WaitUntil(lockable, condition, deadline);
}

void Mutex::LockWhen(const Condition& condition) { LockWhenWithDeadline(condition, InfiniteFuture()); }
bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  return LockWhenWithDeadline(condition, Now() + timeout);
}
bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  Lock();
  return WaitUntil(Of(mu_), condition, deadline);
}
void Mutex::ReaderLockWhen(const Condition& condition) { LockWhen(condition); }
bool Mutex::ReaderLockWhenWithTimeout(const Condition& condition, Duration timeout) {
  return LockWhenWithTimeout(condition, timeout);
}
bool Mutex::ReaderLockWhenWithDeadline(const Condition& condition, Time deadline) {
  return LockWhenWithDeadline(condition, deadline);
}

CondVar::~CondVar() { Forget(cv_); }
void CondVar::Wait(Mutex* mutex) { WaitWithDeadline(mutex, InfiniteFuture()); }
bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) { return WaitWithDeadline(mutex, Now() + timeout); }
bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  Lockable& lockable = Of(cv_);
  bool timed_out = false;
  {
    std::unique_lock<std::mutex> held(lockable.mutex);
    mutex->Unlock();
    if (deadline == InfiniteFuture()) {
      lockable.changed.wait(held);
    } else {
      timed_out = lockable.changed.wait_until(held, ToChronoTime(deadline)) == std::cv_status::timeout;
    }
  }
  mutex->Lock();
  return timed_out;
}
void CondVar::Signal() {
  Lockable& lockable = Of(cv_);
  { std::lock_guard<std::mutex> held(lockable.mutex); }
  lockable.changed.notify_one();
}
void CondVar::SignalAll() {
  Lockable& lockable = Of(cv_);
  { std::lock_guard<std::mutex> held(lockable.mutex); }
  lockable.changed.notify_all();
}

ABSL_NAMESPACE_END
}  // namespace absl
