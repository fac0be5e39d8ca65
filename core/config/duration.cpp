#include <array>
#include <charconv>
#include <limits>

#include "core/config/document.hpp"

namespace fleet::config {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t length;  // milliseconds
  bool whole_only;      // written only if nothing remains, as Prometheus does ("90d", not "12w6d")
};
constexpr std::int64_t day = 24LL * 3600 * 1000;
constexpr std::array<Unit, 7> units{{{"y", 365 * day, true},
                                     {"w", 7 * day, true},
                                     {"d", day, false},
                                     {"h", 3600 * 1000, false},
                                     {"m", 60 * 1000, false},
                                     {"s", 1000, false},
                                     {"ms", 1, false}}};

}  // namespace

// https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
std::optional<milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return milliseconds{0};
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    if (text[0] < '0' || text[0] > '9') return std::nullopt;
    std::int64_t amount = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::string_view const name = text.substr(0, text.find_first_of("0123456789"));
    std::size_t unit = next_unit;
    while (unit < units.size() && units[unit].name != name) ++unit;
    if (unit == units.size()) return std::nullopt;
    std::int64_t product = 0;
    if (__builtin_mul_overflow(amount, units[unit].length, &product)) return std::nullopt;
    if (__builtin_add_overflow(total, product, &total)) return std::nullopt;
    text.remove_prefix(name.size());
    next_unit = unit + 1;
  }
  return milliseconds{total};
}

std::string format_duration(milliseconds length) {
  std::int64_t left = length.count();
  if (left == 0) return "0s";
  std::string out = left < 0 ? "-" : "";
  if (left < 0) left = -left;
  for (const Unit& unit : units) {
    if (left < unit.length || (unit.whole_only && left % unit.length != 0)) continue;
    out += std::to_string(left / unit.length);
    out += unit.name;
    left %= unit.length;
  }
  return out;
}

}  // namespace fleet::config
