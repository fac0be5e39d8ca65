// Memory that grows at its end and is neither initialised nor zeroed before it is written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace fleet::redis {

/// What std::vector cannot do: room that is written first and counted afterwards. For plain data. Keeps its
/// memory until it is destroyed or swapped away.
template <class T>
class GrowingArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  GrowingArray() = default;
  GrowingArray(GrowingArray&& other) noexcept { swap(other); }
  GrowingArray& operator=(GrowingArray&& other) noexcept {
    swap(other);
    return *this;
  }
  void swap(GrowingArray& other) noexcept {
    items_.swap(other.items_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  /// Where the next items go, with room for at least `count`; commit() says how many came.
  std::span<T> prepare(std::size_t count) {
    if (count > capacity_ - size_) grow(count);
    return {items_.get() + size_, capacity_ - size_};
  }
  void commit(std::size_t count) { size_ += count; }
  void append(std::span<const T> items) {
    if (items.empty()) return;
    std::memcpy(prepare(items.size()).data(), items.data(), items.size_bytes());
    commit(items.size());
  }
  /// Drops the first `count`.
  void consume(std::size_t count) {
    size_ -= count;
    if (size_ > 0) std::memmove(items_.get(), items_.get() + count, size_ * sizeof(T));
  }
  void clear() { size_ = 0; }

  T& operator[](std::size_t n) { return items_[n]; }
  const T& operator[](std::size_t n) const { return items_[n]; }
  const T* data() const { return items_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t capacity() const { return capacity_; }

 private:
  void grow(std::size_t more) {
    auto const wanted = std::max(2 * capacity_, size_ + more);
    auto larger = std::make_unique_for_overwrite<T[]>(wanted);
    if (size_ > 0) std::memcpy(larger.get(), items_.get(), size_ * sizeof(T));
    items_ = std::move(larger);
    capacity_ = wanted;
  }

  std::unique_ptr<T[]> items_;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace fleet::redis
