// What one requirement was found to be.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "core/metrics/families.hpp"

namespace fleet::exporters {

enum class Verdict : std::uint8_t {
  kept,
  breach,
  unmeasured,  ///< the source could not be read, so nobody knows
};

/// One requirement of one check. Aggregates only: no id, no content of a row.
struct Finding {
  std::string check;    ///< "retention": what --only takes
  std::string subject;  ///< "documents", "privacy_act_1988/critical"
  Verdict verdict = Verdict::unmeasured;
  /// The series of the exporter's page that has `value`, as written there; "" if there is none.
  std::string series;
  std::optional<double> value;    ///< nothing if unmeasured
  std::optional<double> allowed;  ///< the most that is no breach
  std::string detail;             ///< a sentence without its full stop, for people
};

/// A breach if `value` is more than `allowed`.
Finding at_most(Finding finding, double value, double allowed);
/// `why` becomes the detail.
Finding unmeasured(std::string check, std::string subject, std::string why);
/// `name{label="value"}` as on the page.
std::string series_name(std::string_view metric, std::initializer_list<Label> labels);

}  // namespace fleet::exporters
