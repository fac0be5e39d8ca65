// postgres_exporter's own format of custom queries: queries.yaml of --extend.query-path.
#include <utility>

#include "exporters/custom_sql_reader.hpp"

namespace fleet::exporters {

namespace {

VersionRange read_range(const config::Value& value) {
  auto const range = VersionRange::parse(value.text());
  if (!range) value.fail("expected a range of versions such as `>=13.0.0 <16.0.0`");
  return *range;
}

void set_usage(const config::Value& value, CustomColumn& column) {
  auto const usage =
      value.one_of({"LABEL", "COUNTER", "GAUGE", "MAPPEDMETRIC", "DURATION", "HISTOGRAM", "DISCARD"});
  if (usage == "LABEL") column.use = ColumnUse::label;
  if (usage == "DISCARD") column.use = ColumnUse::discard;
  if (usage == "MAPPEDMETRIC") column.use = ColumnUse::mapped;
  if (usage == "COUNTER") column.type = MetricType::counter;
  if (usage == "DURATION") {
    column.use = ColumnUse::duration;
    column.metric += "_milliseconds";
  }
  if (usage == "HISTOGRAM") {
    column.use = ColumnUse::histogram;
    column.type = MetricType::histogram;
  }
  if (column.use == ColumnUse::label || column.use == ColumnUse::discard) column.metric.clear();
}

CustomColumn read_column(const config::Value& key, const config::Value& body, const std::string& query) {
  auto const mapping = body.mapping({"usage", "description", "metric_mapping", "pg_version"});
  CustomColumn column;
  column.column = key.non_empty_text();
  column.metric = query + "_" + column.column;
  column.help = mapping.text_or("description", "");
  set_usage(mapping.required("usage"), column);
  auto const words = mapping.optional("metric_mapping");
  if (words) {
    if (column.use != ColumnUse::mapped)
      words->fail("expected `metric_mapping` only beside usage MAPPEDMETRIC");
    read_mapping(*words, column);
  } else if (column.use == ColumnUse::mapped) {
    mapping.required("metric_mapping");
  }
  if (auto const versions = mapping.optional("pg_version")) column.versions = read_range(*versions);
  return column;
}

}  // namespace

void CustomSqlReader::add_foreign(const config::Value& name, const config::Value& body,
                                  const DatabaseChoice& databases) {
  auto const mapping = body.mapping({"query", "metrics", "master", "cache_seconds", "runonserver"});
  CustomQuery query;
  query.lenient = true;
  query.name = read_name(name);
  query.sql = read_statement(mapping.required("query"));
  query.interval = std::chrono::seconds(mapping.integer_or("cache_seconds", 0, 0, 1'000'000'000));
  if (!mapping.boolean_or("master", false)) query.databases = databases;
  if (auto const versions = mapping.optional("runonserver")) query.versions = read_range(*versions);
  for (auto const& item : mapping.required("metrics").list()) {
    for (auto const& [key, options] : item.entries()) {
      auto column = read_column(key, options, query.name);
      if (column.use == ColumnUse::label) {
        add_label(key, query, std::move(column));
      } else if (column.use == ColumnUse::discard) {
        query.columns.push_back(std::move(column));
      } else {
        add_metric(key, query, std::move(column));
      }
    }
  }
  finish(name, std::move(query));
}

void CustomSqlReader::add_file(const config::Document& file, const DatabaseChoice& databases) {
  for (auto const& [name, body] : file.root().entries()) add_foreign(name, body, databases);
}

}  // namespace fleet::exporters
