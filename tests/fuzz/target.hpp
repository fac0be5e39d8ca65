// What the fuzz targets have in common. A target is one function, LLVMFuzzerTestOneInput, that takes any bytes;
// what a parser throws on bad input is caught, anything else is a find. Its main() is libFuzzer's in the `fuzz`
// preset, and driver.cpp's elsewhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fleet::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Gives all of the bytes to take(piece), cut as a network might: places depend on nothing but the size.
template <class Take>
void in_pieces(std::string_view bytes, Take take) {
  std::size_t length = 1 + bytes.size() % 7;
  while (!bytes.empty()) {
    take(bytes.substr(0, length));
    bytes.remove_prefix(std::min(length, bytes.size()));
    length = length % 1000 * 3 + 1;
  }
}

/// What must hold whatever the input was.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << '\n';
  std::abort();
}

}  // namespace fleet::fuzz
