// From a result's columns to samples, without a string per cell.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/metrics/families.hpp"
#include "core/postgres/session.hpp"

namespace fleet::exporters::postgres {

using fleet::postgres::Rows;

/// One label set, rendered once, with room in front for the name of each metric that carries it.
class LabelledLine {
 public:
  LabelledLine();
  void set(std::span<const Label> labels);
  /// Adds a sample of `family` with these labels.
  void add(Family& family, double value);
  /// Bytes of the label set and the space behind it.
  std::size_t size() const;

 private:
  std::string text_;
};

/// A numeric column that becomes one metric.
struct ColumnMetric {
  std::string_view column;
  std::string_view metric;
  MetricType type;
  std::string_view help;
};

/// The type of metrics that postgres_exporter calls counter or gauge although their names break the naming
/// rules that `promtool check metrics` enforces (a counter without `_total`, a gauge ending in `_count`).
/// Queries do not see types.
inline constexpr MetricType kNamedByOthers = MetricType::untyped;

/// What becomes of a NULL: no sample, or the NaN that postgres_exporter shows in its place.
enum class OfNull : std::uint8_t { nothing, nan };

/// Adds the rows of one result: every row is a label set, every ColumnMetric a sample of it. Label names are
/// column names in rising order, and "server" for the server; a NULL label is "".
class ColumnSamples {
 public:
  /// `rows`, `server` and `out` must outlive this object. Throws fleet::postgres::Error if a column is missing.
  ColumnSamples(const Rows& rows, std::string_view server, std::span<const std::string_view> labels,
                std::span<const ColumnMetric> metrics, Families& out, OfNull null = OfNull::nothing);
  /// Makes room for `rows` more rows like this one.
  void reserve(std::size_t rows, std::size_t like);
  void add(std::size_t row);
  void add_all();

 private:
  struct Metric {
    std::size_t column;
    Family* family;
  };
  void set_labels(std::size_t row);
  const Rows& rows_;
  std::vector<Label> labels_;
  std::vector<std::size_t> label_columns_;  // npos: the server
  std::vector<Metric> metrics_;
  OfNull null_;
  LabelledLine line_;
};

}  // namespace fleet::exporters::postgres
