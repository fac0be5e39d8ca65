// Which windows an error budget is watched over, and how fast a burn each of them answers to.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace fleet::slo {

using std::chrono::milliseconds;

/// A pair of windows: the long one says that the burn matters, the short one that it goes on.
struct BurnWindow {
  double budget_percent = 0;  ///< share of the period's budget that is gone when the long window is full
  milliseconds short_window{0}, long_window{0};
};

/// The four pairs that watch one period (https://sre.google/workbook/alerting-on-slos/, recommendation 6).
struct BurnWindows {
  milliseconds period{0};
  BurnWindow page_quick, page_slow, ticket_quick, ticket_slow;

  /// How many times faster than allowed the budget burns when `pair` answers: percent/100 * period / long
  /// window.
  double factor(const BurnWindow& pair) const;
  /// Every window once, the shortest first.
  std::vector<milliseconds> lengths() const;
};

/// Periods and their windows. Without a file: those of the workbook for 30d and 28d (2, 5, 10 and 10 percent).
/// A period that the catalog does not list is watched with the factors of 30d, whose meaning ("14.4 times too
/// fast") does not depend on the period.
class WindowCatalog {
 public:
  WindowCatalog();
  /// AlertWindows documents (sloth.slok.dev/v1, or alertWindows/v1) from a file, or from every .yml and .yaml
  /// of a folder; they take the place of the built-in ones. Throws config::Error.
  static WindowCatalog load(const std::string& path);

  bool lists(milliseconds period) const;
  /// Throws std::invalid_argument if the period is too short for its windows.
  BurnWindows of(milliseconds period) const;

 private:
  std::vector<BurnWindows> listed_;
};

}  // namespace fleet::slo
