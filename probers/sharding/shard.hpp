// Which replica probes a target: rendezvous hashing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::probers {

/// Weight of a member for a key: FNV-1a (64 bit) of "member\0key", mixed by splitmix64's finaliser. The member with the
/// highest weight owns the key (Thaler and Ravishankar, "A name-based mapping scheme for rendezvous", 1996), so that a
/// member that goes moves its own keys and no others.
std::uint64_t rendezvous_weight(std::string_view member, std::string_view key);

/// The replicas that share the targets, and which of them this is. Immutable.
struct Shard {
  std::vector<std::string> members;
  std::string self;

  /// Whether this replica probes that target; the interval and options of a probe do not matter. True without members.
  bool owns(std::string_view probe, std::string_view target) const;
  friend bool operator==(const Shard&, const Shard&) = default;
};

/// "i/n" with 0 <= i < n: members "0" to "n-1". Throws std::invalid_argument.
Shard parse_shard(std::string_view text);

}  // namespace fleet::probers
