#include "exporters/custom_result.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "exporters/sql_value.hpp"

namespace fleet::exporters {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::size_t kLongestLabel = 256;
constexpr std::size_t kColumnsShown = 12;

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string columns_of(const postgres::Rows& rows) {
  std::string text;
  for (std::size_t i = 0; i < std::min(rows.columns(), kColumnsShown); ++i) {
    text.append(text.empty() ? "" : ", ").append(quoted(rows.column_name(i)));
  }
  return rows.columns() > kColumnsShown ? text + ", ..." : text;
}

/// One column that becomes a metric, and where its parts are in the rows.
struct Source {
  const CustomColumn* column;  // null: it is not listed
  std::size_t at;              // in the rows
  std::size_t metric;          // in the result
  std::size_t buckets = kNone, sum = kNone, count = kNone;
  std::size_t failures = 0;
};

class Reading {
 public:
  Reading(const CustomQuery& query, const postgres::Rows& rows, int version,
          const std::set<std::string, std::less<>>& listed)
      : query_(query), rows_(rows), version_(version), listed_(listed) {}

  CustomResult read() {
    if (rows_.size() > query_.max_rows) {
      throw std::runtime_error("it returns more than " + std::to_string(query_.max_rows) +
                               " rows: aggregate, or raise max_rows");
    }
    find_labels();
    for (auto const& column : query_.columns) find(column);
    if (query_.lenient) find_unlisted();
    for (std::size_t row = 0; row < rows_.size(); ++row) read_row(row);
    refuse_repeated_labels();
    for (auto const& source : sources_) note_failures(source);
    if (problems_ > 1) result_.problem += " (and " + std::to_string(problems_ - 1) + " more)";
    return std::move(result_);
  }

 private:
  void note(std::string problem) {
    if (++problems_ == 1) result_.problem = std::move(problem);
  }

  void find_labels() {
    std::vector<const CustomColumn*> labels;
    for (auto const& column : query_.columns) {
      if (column.use == ColumnUse::label && column.versions.contains(version_)) labels.push_back(&column);
    }
    std::sort(labels.begin(), labels.end(), [](auto* a, auto* b) { return a->column < b->column; });
    for (auto const* label : labels) {
      auto const at = rows_.column_or(label->column, kNone);
      if (at == kNone) {
        throw std::runtime_error("no column " + quoted(label->column) + " in the result, which has " +
                                 columns_of(rows_));
      }
      result_.label_names.push_back(label->column);
      labels_.push_back(at);
    }
  }

  std::size_t add_metric(std::string name, std::string help, MetricType type) {
    result_.metrics.push_back({std::move(name), std::move(help), type});
    return result_.metrics.size() - 1;
  }

  // Where a column is; notes it if it is nowhere.
  std::size_t place_of(const std::string& name) {
    auto const at = rows_.column_or(name, kNone);
    if (at == kNone) note("no column " + quoted(name) + " in the result, which has " + columns_of(rows_));
    return at;
  }

  void find(const CustomColumn& column) {
    if (column.metric.empty() || !column.versions.contains(version_)) return;
    Source source{&column, place_of(column.column), 0};
    if (source.at == kNone) return;
    if (column.use == ColumnUse::histogram) {
      source.buckets = place_of(column.column + "_bucket");
      source.sum = place_of(column.column + "_sum");
      source.count = place_of(column.column + "_count");
      if (source.buckets == kNone || source.sum == kNone || source.count == kNone) return;
    }
    source.metric = add_metric(column.metric, column.help, column.type);
    sources_.push_back(source);
  }

  bool is_listed(std::string_view name) const {
    return std::any_of(query_.columns.begin(), query_.columns.end(), [&](auto const& column) {
      if (column.column == name) return true;
      if (column.use != ColumnUse::histogram || !name.starts_with(column.column)) return false;
      auto const rest = name.substr(column.column.size());
      return rest == "_bucket" || rest == "_sum" || rest == "_count";
    });
  }

  void find_unlisted() {
    for (std::size_t at = 0; at < rows_.columns(); ++at) {
      auto const name = rows_.column_name(at);
      auto const metric = query_.name + "_" + std::string(name);
      bool const plain =
          name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") ==
          std::string_view::npos;
      if (!plain || is_listed(name) || listed_.contains(metric) || rows_.column_or(name, kNone) != at) continue;
      Source source{
          nullptr, at,
          add_metric(metric, "Column of " + query_.name + " that it does not list.", MetricType::untyped)};
      sources_.push_back(source);
    }
  }

  void read_row(std::size_t row) {
    CustomResult::Row out;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      auto value = sql_label(rows_.text(row, labels_[i]), rows_.column_type(labels_[i]));
      if (value.size() > kLongestLabel) {
        throw std::runtime_error("column " + quoted(result_.label_names[i]) + " holds a text of more than " +
                                 std::to_string(kLongestLabel) + " bytes, too long for a label");
      }
      out.labels.push_back(std::move(value));
    }
    for (auto& source : sources_) {
      if (rows_.is_null(row, source.at)) {
        if (source.column) ++result_.nulls;
        continue;
      }
      if (source.buckets != kNone) {
        auto histogram = histogram_of(row, source);
        if (histogram) out.histograms.emplace_back(source.metric, std::move(*histogram));
        source.failures += !histogram;
      } else {
        auto const value = value_of(row, source);
        if (value) out.values.emplace_back(source.metric, *value);
        source.failures += !value;
      }
    }
    result_.rows.push_back(std::move(out));
  }

  std::optional<double> value_of(std::size_t row, const Source& source) const {
    auto const text = rows_.text(row, source.at);
    auto const use = source.column ? source.column->use : ColumnUse::number;
    if (use == ColumnUse::duration) return go_duration_milliseconds(text);
    if (use != ColumnUse::mapped) return sql_number(text, rows_.column_type(source.at));
    auto const word = source.column->mapping.find(sql_label(text, rows_.column_type(source.at)));
    if (word == source.column->mapping.end()) return std::nullopt;
    return word->second;
  }

  // The columns hold cumulative counts; a bound of +Inf repeats the count.
  std::optional<HistogramData> histogram_of(std::size_t row, const Source& source) const {
    auto const bounds = sql_number_array(rows_.text(row, source.at));
    auto const counts = sql_number_array(rows_.text(row, source.buckets));
    auto const sum = sql_number(rows_.text(row, source.sum), 0);
    auto const total = sql_number(rows_.text(row, source.count), 0);
    if (!bounds || !counts || !sum || !total || bounds->size() != counts->size()) return std::nullopt;
    HistogramData data;
    double below = 0, last = -HUGE_VAL;
    for (std::size_t i = 0; i < bounds->size(); ++i) {
      auto const bound = (*bounds)[i], count = (*counts)[i];
      if (!(bound > last) || !(count >= below)) return std::nullopt;
      if (bound == HUGE_VAL) break;
      data.bounds.push_back(bound);
      data.counts.push_back(static_cast<std::uint64_t>(count - below));
      last = bound;
      below = count;
    }
    if (!(*total >= below)) return std::nullopt;
    data.counts.push_back(static_cast<std::uint64_t>(*total - below));
    data.sum = *sum;
    return data;
  }

  void note_failures(const Source& source) {
    if (source.failures == 0 || !source.column) return;
    result_.not_numbers += source.failures;
    auto const what = source.column->use == ColumnUse::mapped      ? " that its mapping does not name"
                      : source.column->use == ColumnUse::duration  ? " that is no duration"
                      : source.column->use == ColumnUse::histogram ? " that is no histogram"
                                                                   : " that is no number";
    note("column " + quoted(source.column->column) + " holds a value" + what + " in " +
         std::to_string(source.failures) + " of " + std::to_string(rows_.size()) + " rows");
  }

  void refuse_repeated_labels() const {
    std::set<std::string> seen;
    for (auto const& row : result_.rows) {
      std::string key;
      for (auto const& value : row.labels) key.append(value).push_back('\0');
      if (seen.insert(std::move(key)).second) continue;
      std::string names;
      for (auto const& name : result_.label_names) names.append(names.empty() ? "" : ", ").append(quoted(name));
      throw std::runtime_error(names.empty() ? "it returns more than one row, and no column is a label"
                                             : "several rows have the same labels (" + names + ")");
    }
  }

  const CustomQuery& query_;
  const postgres::Rows& rows_;
  int version_;
  const std::set<std::string, std::less<>>& listed_;
  CustomResult result_;
  std::vector<std::size_t> labels_;
  std::vector<Source> sources_;
  std::size_t problems_ = 0;
};

}  // namespace

std::size_t CustomResult::series() const {
  std::size_t count = 0;
  for (auto const& row : rows) count += row.values.size() + row.histograms.size();
  return count;
}

CustomResult read_custom_result(const CustomQuery& query, const postgres::Rows& rows, int server_version,
                                const std::set<std::string, std::less<>>& listed) {
  return Reading(query, rows, server_version, listed).read();
}

void add_custom_result(const CustomResult& result, std::span<const Label> fixed,
                       const std::set<std::string, std::less<>>& taken, Families& out) {
  std::vector<Family*> families;
  for (auto const& metric : result.metrics) {
    families.push_back(taken.contains(metric.name) ? nullptr
                                                   : &out.family(metric.name, metric.type, metric.help));
  }
  std::vector<Label> labels;
  for (auto const& row : result.rows) {
    labels.clear();
    for (std::size_t i = 0; i < row.labels.size(); ++i)
      labels.emplace_back(result.label_names[i], row.labels[i]);
    for (auto const& label : fixed) {
      auto const& names = result.label_names;
      if (std::find(names.begin(), names.end(), label.first) == names.end()) labels.push_back(label);
    }
    std::sort(labels.begin(), labels.end());
    for (auto const& [metric, value] : row.values) {
      if (families[metric]) families[metric]->add(labels, value);
    }
    for (auto const& [metric, histogram] : row.histograms) {
      if (families[metric]) families[metric]->add_histogram(labels, histogram);
    }
  }
}

}  // namespace fleet::exporters
