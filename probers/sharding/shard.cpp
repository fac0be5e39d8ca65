#include "probers/sharding/shard.hpp"

#include <optional>
#include <stdexcept>

#include "core/io/parse_number.hpp"

namespace fleet::probers {

namespace {

std::uint64_t fnv1a(std::string_view text, std::uint64_t hash) {
  for (unsigned char const c : text) hash = (hash ^ c) * 1099511628211u;
  return hash;
}

// FNV's high bits hardly differ for keys that differ in their last bytes.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t rendezvous_weight(std::string_view member, std::string_view key) {
  auto const separated = fnv1a(std::string_view("\0", 1), fnv1a(member, 14695981039346656037u));
  return mix(fnv1a(key, separated));
}

bool Shard::owns(std::string_view probe, std::string_view target) const {
  if (members.empty()) return true;
  std::string key(probe);
  key += '\0';
  key += target;
  auto const mine = rendezvous_weight(self, key);
  bool present = false;
  for (auto const& member : members) {
    if (member == self) {
      present = true;
      continue;
    }
    auto const weight = rendezvous_weight(member, key);
    if (weight > mine || (weight == mine && member < self)) return false;
  }
  return present;
}

Shard parse_shard(std::string_view text) {
  auto const slash = text.find('/');
  auto const index = parse_number<unsigned>(text.substr(0, slash));
  auto const count = slash == text.npos ? std::nullopt : parse_number<unsigned>(text.substr(slash + 1));
  if (!index || !count || *count == 0 || *index >= *count || *count > 10'000) {
    throw std::invalid_argument("expected I/N with 0 <= I < N, like 0/3, or auto; got " + std::string(text));
  }
  Shard shard;
  shard.self = std::to_string(*index);
  for (unsigned i = 0; i < *count; ++i) shard.members.push_back(std::to_string(i));
  return shard;
}

}  // namespace fleet::probers
