// Memory for syntax trees: many small nodes, freed together.
//
// Owns:    everything made by it; destructors of nodes are never run, so they must be trivial.
// Threads: one at a time while growing; what it holds may be read from any thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace waypoint::hcl {

// A fixed run of values in an arena.
template <typename T>
struct ArenaList {
  const T* data = nullptr;
  size_t count = 0;

  const T* begin() const { return data; }
  const T* end() const { return data + count; }
  const T& operator[](size_t i) const { return data[i]; }
  const T& back() const { return data[count - 1]; }
  size_t size() const { return count; }
  bool empty() const { return count == 0; }
};

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  template <typename T, typename... Args>
  T* New(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (Allocate(sizeof(T))) T{std::forward<Args>(args)...};
  }

  template <typename T>
  ArenaList<T> Copy(const T* from, size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (count == 0) return {};
    const size_t bytes = sizeof(T) * count;  // NOLINT(bugprone-sizeof-expression): T may be a pointer
    T* to = static_cast<T*>(Allocate(bytes));
    std::memcpy(static_cast<void*>(to), from, bytes);
    return {to, count};
  }

  template <typename T>
  ArenaList<T> Copy(const std::vector<T>& from) {
    return Copy(from.data(), from.size());
  }

  std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = static_cast<char*>(Allocate(text.size()));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

 private:
  static constexpr size_t kFirstBlock = 1024;
  static constexpr size_t kLargestBlock = 256 * 1024;
  static constexpr size_t kAlign = alignof(void*);

  void* Allocate(size_t size) {
    size = (size + kAlign - 1) & ~(kAlign - 1);
    if (size > static_cast<size_t>(end_ - next_)) Grow(size);
    char* at = next_;
    next_ += size;
    return at;
  }

  void Grow(size_t size) {
    const size_t block = size > block_size_ ? size : block_size_;
    blocks_.push_back(std::unique_ptr<char[]>(new char[block]));
    next_ = blocks_.back().get();
    end_ = next_ + block;
    if (block_size_ < kLargestBlock) block_size_ *= 2;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t block_size_ = kFirstBlock;
};

}  // namespace waypoint::hcl
