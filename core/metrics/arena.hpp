// The memory of one page of metrics: taken in small pieces, given back as a whole.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace fleet {

/// A page is some thousand small objects, built on one thread and destroyed on another: that is what an
/// allocator is slowest at. Here a piece costs an addition, and giving it back nothing. Not thread-safe; handed
/// over whole.
class Arena {
 public:
  /// What is larger is the heap's, as it may be given back before the end: the text of a family of thousands.
  static constexpr std::size_t largest_piece = 2048;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Aligned for pointers and doubles.
  void* take(std::size_t bytes) {
    bytes = (bytes + alignment - 1) / alignment * alignment;
    if (bytes > left_) grow(bytes);
    left_ -= bytes;
    return std::exchange(next_, next_ + bytes);
  }

  static constexpr std::size_t alignment = 8;

 private:
  static constexpr std::size_t first_block = 2 * largest_piece;  // and the largest 32 KiB

  void grow(std::size_t wanted) {
    constexpr std::size_t doublings = 3;
    auto const size = std::max(wanted, first_block << std::min(blocks_.size(), doublings));
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = blocks_.back().get();
    left_ = size;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

/// Gives a container of the standard library an arena's memory; the arena must outlive it. Containers may
/// exchange what they hold although their arenas differ: each piece goes back to where it came from, which for
/// a small one is nowhere. So whoever takes a container's elements takes care of its arena too.
template <class T>
class ArenaAllocator {
 public:
  using value_type = T;
  using is_always_equal = std::true_type;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  explicit ArenaAllocator(Arena& arena) : arena_(&arena) {}
  template <class U>
  ArenaAllocator(const ArenaAllocator<U>& other) : arena_(&other.arena()) {}

  T* allocate(std::size_t count) {
    static_assert(alignof(T) <= Arena::alignment);
    auto const bytes = count * sizeof(T);
    return static_cast<T*>(bytes > Arena::largest_piece ? ::operator new(bytes) : arena_->take(bytes));
  }
  void deallocate(T* piece, std::size_t count) {
    if (count * sizeof(T) > Arena::largest_piece) ::operator delete(piece);
  }
  Arena& arena() const { return *arena_; }
  template <class U>
  bool operator==(const ArenaAllocator<U>&) const {
    return true;
  }

 private:
  Arena* arena_;
};

}  // namespace fleet
