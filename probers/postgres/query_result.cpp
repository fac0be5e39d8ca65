#include "probers/postgres/query_result.hpp"

#include <algorithm>

namespace fleet::probers {

namespace {

std::string line_of(const std::vector<std::string>& row) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) line += (i ? "|" : "") + row[i];
  return line;
}

}  // namespace

std::optional<std::string> judge_rows(const QueryExpectation& expected, const TextTable& rows) {
  if (expected.row_count && rows.size() != *expected.row_count) {
    return std::to_string(rows.size()) + " rows, expected " + std::to_string(*expected.row_count);
  }
  if (expected.value) {
    if (rows.empty() || rows[0].empty()) return "no row, expected a value";
    if (rows[0][0] != *expected.value) return "the value is not the one expected";
  }
  auto const any = [&](const re2::RE2& pattern) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](auto const& row) { return re2::RE2::PartialMatch(line_of(row), pattern); });
  };
  for (auto const& pattern : expected.rows_match) {
    if (!any(*pattern)) return "none of " + std::to_string(rows.size()) + " rows matches " + pattern->pattern();
  }
  for (auto const& pattern : expected.rows_not_match) {
    if (any(*pattern)) return "a row matches " + pattern->pattern();
  }
  return std::nullopt;
}

}  // namespace fleet::probers
