#include "core/config/byte_size.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace fleet::config {

namespace {

constexpr double kMost = 4611686018427387904.0;  // 2^62

/// Takes "MiB", "MB" or "B" off the text; 0 if it begins with none of them.
double take_unit(std::string_view& text) {
  constexpr std::string_view kPrefixes = "KMGTPE";
  double factor = 1;
  auto const prefix = text.empty() ? std::string_view::npos : kPrefixes.find(text.front());
  if (prefix != std::string_view::npos) {
    for (std::size_t i = 0; i <= prefix; ++i) factor *= 1024;
    text.remove_prefix(1);
    if (text.starts_with('i')) text.remove_prefix(1);
  }
  if (!text.starts_with('B')) return 0;
  text.remove_prefix(1);
  return factor;
}

}  // namespace

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789.KMGTPEiB") != text.npos) return std::nullopt;
  double total = 0;
  bool const plain = text.find_first_not_of("0123456789") == text.npos;
  while (!text.empty()) {
    double number = 0;
    auto const [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    auto const unit = plain ? 1 : take_unit(text);
    if (unit == 0) return std::nullopt;
    total += number * unit;
  }
  if (!(total >= 0 && total < kMost)) return std::nullopt;
  return static_cast<std::uint64_t>(total);
}

std::uint64_t read_byte_size(const Value& value) {
  auto const size = parse_byte_size(value.text());
  if (!size) value.fail("expected a size like 4194304, 512KB or 5MB, got `" + value.text() + "`");
  return *size;
}

}  // namespace fleet::config
