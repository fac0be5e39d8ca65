#include "exporters/a2a/recent_hops.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace fleet::exporters::a2a {
namespace {

// Little-endian whatever this machine is, as it is stored.
std::uint64_t in_stored_order(std::uint64_t entry) {
  if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(entry);
  return entry;
}

void append_entry(std::string& out, std::uint64_t entry) {
  char bytes[sizeof entry];
  entry = in_stored_order(entry);
  std::memcpy(bytes, &entry, sizeof entry);
  out.append(bytes, sizeof bytes);
}

/// Of the first eight bytes; there must be as many.
std::uint64_t read_entry(std::string_view bytes) {
  std::uint64_t entry = 0;
  std::memcpy(&entry, bytes.data(), sizeof entry);
  return in_stored_order(entry);
}

}  // namespace

RecentHops::RecentHops(std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 1)) { clear(); }

std::uint64_t RecentHops::identity(std::string_view hop_id, std::uint32_t attempt) {
  // Stored and read by other builds, so a hash of our own: FNV-1a over eight bytes at a time, then murmur3's
  // finish.
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ (static_cast<std::uint64_t>(attempt) * 0x9e3779b97f4a7c15ULL);
  auto const mix = [&hash](std::uint64_t word) {
    hash ^= word;
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 32;
  };
  mix(hop_id.size());
  while (hop_id.size() >= 8) {
    mix(read_entry(hop_id));
    hop_id.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  for (std::size_t n = 0; n < hop_id.size(); ++n) {
    rest |= static_cast<std::uint64_t>(static_cast<unsigned char>(hop_id[n])) << (8 * n);
  }
  mix(rest);
  hash *= 0xc4ceb9fe1a85ec53ULL;
  hash ^= hash >> 33;
  return hash == 0 ? 1 : hash;
}

std::size_t RecentHops::slot_of(std::uint64_t identity) const {
  auto const mask = table_.size() - 1;
  auto slot = static_cast<std::size_t>(identity) & mask;
  while (table_[slot] != 0 && table_[slot] != identity) slot = (slot + 1) & mask;
  return slot;
}

bool RecentHops::insert(std::uint64_t identity) {
  auto slot = slot_of(identity);
  if (table_[slot] == identity) return false;
  auto const place = static_cast<std::size_t>(total_ % capacity_);
  if (ring_[place] != 0) {
    erase(ring_[place]);
    slot = slot_of(identity);
  }
  table_[slot] = identity;
  ring_[place] = identity;
  ++total_;
  return true;
}

void RecentHops::expect(std::uint64_t identity, std::size_t before) const {
  auto const mask = table_.size() - 1;
  __builtin_prefetch(&table_[static_cast<std::size_t>(identity) & mask], 1);
  auto const place = static_cast<std::size_t>((total_ + before) % capacity_);
  __builtin_prefetch(&table_[static_cast<std::size_t>(ring_[place]) & mask], 1);
}

void RecentHops::erase(std::uint64_t identity) {
  auto const mask = table_.size() - 1;
  auto hole = slot_of(identity);
  if (table_[hole] != identity) return;
  // Close the hole: whatever was pushed past it by a collision moves back.
  for (auto next = (hole + 1) & mask; table_[next] != 0; next = (next + 1) & mask) {
    auto const home = static_cast<std::size_t>(table_[next]) & mask;
    if (((next - home) & mask) >= ((next - hole) & mask)) {
      table_[hole] = table_[next];
      hole = next;
    }
  }
  table_[hole] = 0;
}

void RecentHops::take_back(std::size_t count) {
  for (; count > 0 && total_ > 0; --count) {
    --total_;
    auto& entry = ring_[static_cast<std::size_t>(total_ % capacity_)];
    if (entry != 0) erase(entry);
    entry = 0;
  }
}

void RecentHops::clear() {
  total_ = 0;
  ring_.assign(capacity_, 0);
  table_.assign(std::bit_ceil(2 * capacity_), 0);
}

std::vector<RecentHops::Part> RecentHops::parts_since(std::uint64_t since) const {
  std::vector<Part> parts;
  if (total_ == since) return parts;
  auto number = total_ - since > capacity_ ? total_ - std::min<std::uint64_t>(capacity_, total_) : since;
  while (number < total_) {
    auto const place = static_cast<std::size_t>(number % capacity_);
    if (parts.empty() || place == 0) {
      auto const left = std::min<std::uint64_t>(total_ - number, capacity_ - place);
      parts.push_back({entry_bytes * place, {}});
      parts.back().bytes.reserve(entry_bytes * static_cast<std::size_t>(left));
    }
    append_entry(parts.back().bytes, ring_[place]);
    ++number;
  }
  return parts;
}

bool RecentHops::restore(std::string_view stored, std::uint64_t stored_total, std::uint64_t stored_capacity) {
  clear();
  auto const present = stored.size() / entry_bytes;
  if (stored_capacity == capacity_) {
    for (std::size_t place = 0; place < std::min(present, capacity_); ++place) {
      auto const identity = read_entry(stored.substr(entry_bytes * place));
      if (identity == 0) continue;
      auto const slot = slot_of(identity);
      if (table_[slot] == identity) continue;
      ring_[place] = identity;
      table_[slot] = identity;
    }
    total_ = stored_total;
    return true;
  }
  if (stored_capacity == 0) return false;
  auto const first = stored_total > stored_capacity ? stored_total - stored_capacity : 0;
  for (auto number = first; number < stored_total; ++number) {
    auto const place = static_cast<std::size_t>(number % stored_capacity);
    if (place >= present) continue;
    if (auto const identity = read_entry(stored.substr(entry_bytes * place)); identity != 0) insert(identity);
  }
  return false;
}

}  // namespace fleet::exporters::a2a
