// The probes that /probe was asked for lately.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace fleet::probers {

/// Keeps the last hundred, the oldest goes first. One thread.
class ProbeHistory {
 public:
  struct Entry {
    std::uint64_t id = 0;  ///< rising from 1; set by add()
    std::chrono::system_clock::time_point when;
    std::string module, target, result, reason;
    std::string explanation;
  };
  static constexpr std::size_t most_entries = 100;

  void add(Entry entry);
  /// Null if there is none of that id, or no longer.
  const Entry* find(std::uint64_t id) const;
  /// A table, newest first, with links "?id=N".
  std::string html() const;

 private:
  std::deque<Entry> entries_;
  std::uint64_t last_id_ = 0;
};

}  // namespace fleet::probers
