// What the postgres probe expects of a query's rows.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fleet::probers {

/// Rows of values as text; NULL is "".
using TextTable = std::vector<std::vector<std::string>>;

/// All that are set have to hold. A row as text is its values joined by "|".
struct QueryExpectation {
  std::optional<std::string> value;  ///< of the first column of the first row
  std::optional<std::size_t> row_count;
  std::vector<std::shared_ptr<const re2::RE2>> rows_match;      ///< each matches at least one row
  std::vector<std::shared_ptr<const re2::RE2>> rows_not_match;  ///< none matches any row
};

/// The first expectation that is missed, as one line without any value of the rows.
std::optional<std::string> judge_rows(const QueryExpectation& expected, const TextTable& rows);

}  // namespace fleet::probers
