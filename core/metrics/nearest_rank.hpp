// Which of n sorted values is their q-quantile.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fleet {

/// Nearest rank: the smallest rank, counted from 1, that at least a share `q` of `n` values does not exceed.
/// `n` must not be 0.
inline std::uint64_t nearest_rank(double q, std::uint64_t n) {
  // Less a hair: 0.07 * 100 comes out just above the 7 that it is.
  auto const exact = std::ceil(q * static_cast<double>(n) - 1e-9);
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(exact, 1.0)), 1, n);
}

}  // namespace fleet
