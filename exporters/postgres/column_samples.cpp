#include "exporters/postgres/column_samples.hpp"

#include <stdexcept>

namespace fleet::exporters::postgres {
namespace {

constexpr std::size_t kRoomForName = 128;
constexpr std::size_t kServer = static_cast<std::size_t>(-1);

}  // namespace

LabelledLine::LabelledLine() : text_(kRoomForName, ' ') {}

void LabelledLine::set(std::span<const Label> labels) {
  text_.resize(kRoomForName);
  append_labels(text_, labels);
  text_.push_back(' ');
}

std::size_t LabelledLine::size() const { return text_.size() - kRoomForName; }

void LabelledLine::add(Family& family, double value) {
  std::string_view const name = family.name();
  if (name.size() > kRoomForName) throw std::logic_error("metric name too long: " + std::string(name));
  std::size_t const begin = kRoomForName - name.size();
  name.copy(text_.data() + begin, name.size());
  family.add_rendered(std::string_view(text_).substr(begin), value);
}

ColumnSamples::ColumnSamples(const Rows& rows, std::string_view server,
                             std::span<const std::string_view> labels, std::span<const ColumnMetric> metrics,
                             Families& out, OfNull null)
    : rows_(rows), null_(null) {
  for (std::string_view const name : labels) {
    bool const is_server = name == "server";
    labels_.emplace_back(name, is_server ? server : std::string_view());
    label_columns_.push_back(is_server ? kServer : rows.column(name));
  }
  metrics_.reserve(metrics.size());
  for (const ColumnMetric& metric : metrics) {
    metrics_.push_back({rows.column(metric.column), &out.family(metric.metric, metric.type, metric.help)});
  }
}

void ColumnSamples::set_labels(std::size_t row) {
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (label_columns_[i] != kServer) labels_[i].second = rows_.text(row, label_columns_[i]);
  }
  line_.set(labels_);
}

void ColumnSamples::reserve(std::size_t rows, std::size_t like) {
  constexpr std::size_t kRoomForValue = 8;
  set_labels(like);
  for (const Metric& metric : metrics_) {
    metric.family->reserve(rows, rows * (metric.family->name().size() + line_.size() + kRoomForValue));
  }
}

void ColumnSamples::add(std::size_t row) {
  set_labels(row);
  for (const Metric& metric : metrics_) {
    if (null_ == OfNull::nothing && rows_.is_null(row, metric.column)) continue;
    line_.add(*metric.family, rows_.number(row, metric.column));
  }
}

void ColumnSamples::add_all() {
  for (std::size_t row = 0; row < rows_.size(); ++row) add(row);
}

}  // namespace fleet::exporters::postgres
