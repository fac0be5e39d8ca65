#include "core/app/flag_values.hpp"

#include <cmath>
#include <optional>

#include "core/config/document.hpp"
#include "core/io/parse_number.hpp"
#include "core/metrics/families.hpp"

namespace fleet::app {

namespace {

using std::chrono::milliseconds;

std::string shown(double value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::optional<milliseconds> parse_length(const std::string& text) {
  if (auto const seconds = parse_number<std::uint32_t>(text)) return milliseconds(1000LL * *seconds);
  return config::parse_duration(text);
}

}  // namespace

void add_count(Flags& flags, std::string name, std::string help, std::uint64_t* target, std::uint64_t min,
               std::uint64_t max) {
  flags.add(std::move(name), "N", std::move(help), [=](const std::string& text) {
    auto const value = parse_number<std::uint64_t>(text);
    if (!value || *value < min || *value > max) {
      throw UsageError("expected an integer from " + std::to_string(min) + " to " + std::to_string(max) +
                       ", got `" + text + "`");
    }
    *target = *value;
  });
}

void add_number(Flags& flags, std::string name, std::string placeholder, std::string help, double* target,
                double min, double max) {
  flags.add(std::move(name), std::move(placeholder), std::move(help), [=](const std::string& text) {
    auto const value = parse_number<double>(text);
    if (!value || !std::isfinite(*value) || *value < min || *value > max) {
      throw UsageError("expected a number from " + shown(min) + " to " + shown(max) + ", got `" + text + "`");
    }
    *target = *value;
  });
}

void add_duration(Flags& flags, std::string name, std::string help, milliseconds* target, milliseconds min,
                  milliseconds max) {
  flags.add(std::move(name), "DURATION", std::move(help), [=](const std::string& text) {
    auto const length = parse_length(text);
    if (!length || *length < min || *length > max) {
      throw UsageError("expected a duration from " + config::format_duration(min) + " to " +
                       config::format_duration(max) + " (5m, 90s, or seconds as 90), got `" + text + "`");
    }
    *target = *length;
  });
}

}  // namespace fleet::app
