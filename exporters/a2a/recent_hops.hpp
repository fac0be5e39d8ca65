// Which hops were counted lately, to count a producer's retry once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::exporters::a2a {

/// Remembers the last `capacity` identities (hop_id and attempt) as 64-bit hashes in a ring; the oldest goes
/// first. Two different hops are taken for one with a chance of capacity / 2^64, 5e-15 at 100,000. The ring is
/// stored in Redis as a string of 8-byte little-endian entries, of which each transaction overwrites only what
/// is new. 24 to 40 bytes for each hop it can remember, all from the beginning: memory is what it will be.
class RecentHops {
 public:
  static constexpr std::size_t entry_bytes = 8;  ///< as stored; all zero: nothing

  explicit RecentHops(std::size_t capacity);

  static std::uint64_t identity(std::string_view hop_id, std::uint32_t attempt);
  /// False if it is there already.
  bool insert(std::uint64_t identity);
  /// Makes the processor fetch what insert() of `identity`, after `before` others, will touch: a table this
  /// large is in no cache, and one hop after the other would wait for memory.
  void expect(std::uint64_t identity, std::size_t before) const;
  /// Forgets the last `count` that were inserted, as if they had never been. (What they pushed out stays out.)
  void take_back(std::size_t count);
  void clear();

  std::size_t capacity() const { return capacity_; }
  /// Inserted ever, less taken back: entry n of all is at byte 8 * (n % capacity).
  std::uint64_t total() const { return total_; }

  /// A part of the stored string: entries from number `first` to `end` that lie side by side in the ring.
  struct Part {
    std::size_t offset = 0;  ///< in bytes
    std::string bytes;
  };
  /// What must be written so that a string that held the ring up to `since` holds it up to now: 0 to 2 parts.
  std::vector<Part> parts_since(std::uint64_t since) const;
  /// Takes in a stored string of a ring of `stored_capacity` after `stored_total` entries. Returns whether ring
  /// and string are now the same; if not (another capacity), the string must be written whole.
  bool restore(std::string_view stored, std::uint64_t stored_total, std::uint64_t stored_capacity);

 private:
  std::size_t slot_of(std::uint64_t identity) const;
  void erase(std::uint64_t identity);

  std::size_t capacity_;
  std::uint64_t total_ = 0;
  std::vector<std::uint64_t> ring_;   // 0: nothing
  std::vector<std::uint64_t> table_;  // open addressing, a power of two, at most half full; 0: free
};

}  // namespace fleet::exporters::a2a
