// A page of metrics taken apart, for tests.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

namespace fleet::testing {

struct SamplePage {
  std::string text;
  std::map<std::string, std::string> types;  ///< by family
  std::map<std::string, double> samples;     ///< by `name{labels}` as written

  explicit SamplePage(std::string page);
  std::optional<double> value(const std::string& series) const;
  /// The value; fails the test if the series is absent.
  double at(const std::string& series) const;
  /// Series of a family.
  std::set<std::string> series_of(const std::string& family) const;
};

}  // namespace fleet::testing
