#include "tests/exporters/postgres/sample_page.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <sstream>

namespace fleet::testing {

SamplePage::SamplePage(std::string page) : text(std::move(page)) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("# TYPE ")) {
      auto const space = line.find(' ', 7);
      types[line.substr(7, space - 7)] = line.substr(space + 1);
    } else if (!line.empty() && line[0] != '#') {
      auto const space = line.rfind(' ');
      samples[line.substr(0, space)] = std::strtod(line.c_str() + space + 1, nullptr);
    }
  }
}

std::optional<double> SamplePage::value(const std::string& series) const {
  auto const found = samples.find(series);
  if (found == samples.end()) return std::nullopt;
  return found->second;
}

double SamplePage::at(const std::string& series) const {
  auto const found = value(series);
  INFO("series " << series);
  REQUIRE(found.has_value());
  return *found;
}

std::set<std::string> SamplePage::series_of(const std::string& family) const {
  std::set<std::string> found;
  for (auto const& [series, ignored] : samples) {
    if (series == family || series.starts_with(family + "{")) found.insert(series);
  }
  return found;
}

}  // namespace fleet::testing
