// From the rows of a custom query to samples.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/metrics/families.hpp"
#include "core/postgres/session.hpp"
#include "exporters/custom_sql.hpp"

namespace fleet::exporters {

/// What one answer shows: plain data, kept until the query is asked again.
struct CustomResult {
  struct Metric {
    std::string name, help;
    MetricType type;
  };
  struct Row {
    std::vector<std::string> labels;                                ///< values, in the order of label_names
    std::vector<std::pair<std::size_t, double>> values;             ///< by index into metrics
    std::vector<std::pair<std::size_t, HistogramData>> histograms;  ///< the same
  };
  std::vector<std::string> label_names;  ///< sorted
  std::vector<Metric> metrics;
  std::vector<Row> rows;
  std::size_t nulls = 0;        ///< values that are NULL: they add no sample
  std::size_t not_numbers = 0;  ///< values that are neither NULL nor a number: they add none either
  std::string problem;          ///< what could not be shown, and why; "" if all is

  std::size_t series() const;
};

/// Reads the rows. What concerns one value column (it is missing, it holds no numbers) is the result's
/// `problem` and leaves the others; what concerns the rows as a whole (a label column is missing, two rows have
/// the same labels, there are more than max_rows) throws std::runtime_error. Messages name columns, never a
/// value. `listed` are the metrics of all queries: a column that this query does not list may not take one of
/// those names.
CustomResult read_custom_result(const CustomQuery& query, const fleet::postgres::Rows& rows, int server_version,
                                const std::set<std::string, std::less<>>& listed);

/// Adds the samples with `fixed` labels beside their own; one that the rows have too is left out. Metrics in
/// `taken` are not added.
void add_custom_result(const CustomResult& result, std::span<const Label> fixed,
                       const std::set<std::string, std::less<>>& taken, Families& out);

}  // namespace fleet::exporters
