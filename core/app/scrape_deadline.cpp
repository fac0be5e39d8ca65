#include <cmath>

#include "core/app/daemon.hpp"
#include "core/io/parse_number.hpp"

namespace fleet::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds shortest{100};
constexpr milliseconds longest{5 * 60 * 1000};

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

milliseconds scrape_timeout(std::string_view header, const DaemonFlags& flags) {
  auto const seconds = parse_number<double>(trim(header));
  if (!seconds || !std::isfinite(*seconds) || *seconds <= 0)
    return std::clamp(flags.scrape_timeout, shortest, longest);
  // Clamped as a double first: a huge header overflows the integer.
  double const clamped = std::min(*seconds * 1000.0, 1e9);
  return std::clamp(milliseconds(static_cast<std::int64_t>(clamped)) - flags.scrape_timeout_offset, shortest,
                    longest);
}

Deadline scrape_deadline(std::string_view timeout_header, const DaemonFlags& flags) {
  return Deadline::after(scrape_timeout(timeout_header, flags));
}

}  // namespace fleet::app
