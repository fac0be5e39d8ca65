#include "exporters/custom_sql.hpp"

#include <algorithm>
#include <utility>

#include "exporters/custom_sql_reader.hpp"
#include "exporters/sql_text.hpp"

namespace fleet::exporters {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr std::string_view kDigits = "0123456789";

bool is_name(std::string_view text, std::string_view more = {}) {
  std::string allowed(kLetters);
  allowed.append(more);
  if (text.empty() || allowed.find(text.front()) == std::string::npos) return false;
  allowed.append(kDigits);
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

void set_type(const config::Value& value, CustomColumn& column) {
  auto const word = value.one_of({"gauge", "counter", "untyped", "histogram"});
  if (word == "counter") column.type = MetricType::counter;
  if (word == "untyped") column.type = MetricType::untyped;
  if (word != "histogram") return;
  if (column.use == ColumnUse::mapped) value.fail("expected no histogram beside `mapping`");
  column.type = MetricType::histogram;
  column.use = ColumnUse::histogram;
}

CustomColumn read_value(const config::Value& value, CustomColumn column) {
  if (!value.is_mapping()) {
    set_type(value, column);
    return column;
  }
  auto const mapping = value.mapping({"type", "help", "metric", "mapping"});
  column.help = mapping.text_or("help", column.help);
  if (auto const metric = mapping.optional("metric")) column.metric = metric->non_empty_text();
  if (auto const words = mapping.optional("mapping")) read_mapping(*words, column);
  if (auto const type = mapping.optional("type")) set_type(*type, column);
  return column;
}

// `15` and `15.4`: the first version of it, or the first that comes after it.
int read_version(const config::Value& value, bool after) {
  int numbers = 0;
  auto const version = parse_version(value.text(), &numbers);
  if (!version || numbers > 2) value.fail("expected a version of PostgreSQL such as 15 or 15.4");
  if (!after) return *version;
  return numbers == 1 ? *version + 10000 : *version + (*version < 100000 ? 100 : 1);
}

VersionRange read_versions(const config::Mapping& mapping) {
  int first = 0, end = VersionRange::limit;
  if (auto const least = mapping.optional("min_version")) first = read_version(*least, false);
  if (auto const most = mapping.optional("max_version")) {
    end = read_version(*most, true);
    if (end <= first) most->fail("expected a version that is not below min_version");
  }
  return {first, end};
}

}  // namespace

void read_mapping(const config::Value& value, CustomColumn& column) {
  column.use = ColumnUse::mapped;
  for (auto const& [word, number] : value.entries()) {
    column.mapping.emplace(word.text(), number.number(-1e300, 1e300));
  }
  if (column.mapping.empty()) value.fail("expected at least one word and its number");
}

DatabaseChoice read_databases(const config::Value& value) {
  DatabaseChoice choice;
  if (!value.is_list()) {
    choice.pattern = value.regex();
    return choice;
  }
  for (auto const& item : value.list()) {
    auto name = item.non_empty_text();
    if (std::find(choice.names.begin(), choice.names.end(), name) != choice.names.end()) {
      item.fail("expected each database once; `" + name + "` is listed twice");
    }
    choice.names.push_back(std::move(name));
  }
  return choice;
}

std::string read_statement(const config::Value& value) {
  auto const sql = value.verbatim();
  auto const objection = objection_to_statement(sql);
  if (!objection.empty()) value.fail(objection);
  return single_statement(sql);
}

std::string CustomSqlReader::read_name(const config::Value& value) const {
  auto name = value.non_empty_text();
  if (!is_name(name, ":")) {
    value.fail("expected the beginning of a metric's name (letters, digits and _), got `" + name + "`");
  }
  return name;
}

void CustomSqlReader::add_label(const config::Value& at, CustomQuery& query, CustomColumn column) const {
  auto const& name = column.column;
  if (!is_name(name) || name.starts_with("__")) {
    at.fail("expected a label's name (letters, digits and _), got `" + name + "`; rename the column with AS");
  }
  bool const own = std::find(own_.labels.begin(), own_.labels.end(), name) != own_.labels.end() || name == "le";
  if (own)
    at.fail("expected another name than `" + name +
            "`, which the exporter sets itself; rename the column with AS");
  for (auto const& other : query.columns) {
    if (other.column == name) at.fail("expected each column once; `" + name + "` is there twice");
  }
  query.columns.push_back(std::move(column));
}

void CustomSqlReader::add_metric(const config::Value& at, CustomQuery& query, CustomColumn column) {
  auto const& metric = column.metric;
  if (!is_name(metric, ":")) {
    at.fail("expected a metric's name (letters, digits and _), got `" + metric +
            "`; rename the column with AS");
  }
  for (auto const prefix : own_.metric_prefixes) {
    if (metric.starts_with(prefix)) {
      at.fail("expected a metric of another name than `" + metric + "`: `" + std::string(prefix) +
              "` is the exporter's own prefix");
    }
  }
  for (auto const& other : query.columns) {
    if (other.column == column.column)
      at.fail("expected each column once; `" + other.column + "` is there twice");
    if (other.metric == metric) at.fail("expected each metric once; `" + metric + "` is there twice");
  }
  auto const [begin, end] = owners_.equal_range(metric);
  for (auto owner = begin; owner != end; ++owner) {
    auto const& other = sql_.queries[owner->second.query];
    if (other.versions.overlaps(query.versions)) {
      at.fail("expected a metric of its own, got `" + metric + "`, which query `" + other.name +
              "` has already");
    }
    if (owner->second.type != column.type) {
      at.fail("expected the type that `" + metric + "` has in query `" + other.name + "` for other versions");
    }
  }
  query.columns.push_back(std::move(column));
}

void CustomSqlReader::finish(const config::Value& at, CustomQuery query) {
  bool any = false;
  for (auto const& column : query.columns) {
    if (column.metric.empty()) continue;
    any = true;
    Owner const owner{sql_.queries.size(), column.type};
    owners_.emplace(column.metric, owner);
    sql_.metrics.insert(column.metric);
    if (column.use != ColumnUse::histogram) continue;
    for (auto const* const suffix : {"_bucket", "_sum", "_count"}) sql_.metrics.insert(column.metric + suffix);
  }
  if (!any && !query.lenient) at.fail("expected at least one value");
  for (auto const& other : sql_.queries) {
    if (other.name == query.name && other.versions.overlaps(query.versions)) {
      at.fail("expected a unique name, got `" + query.name + "` a second time");
    }
  }
  sql_.queries.push_back(std::move(query));
}

void CustomSqlReader::add(const config::Value& entry) {
  auto const mapping = entry.mapping({"name", "query", "help", "labels", "values", "interval", "timeout",
                                      "databases", "min_version", "max_version", "max_rows", "enabled"});
  CustomQuery query;
  auto const name = mapping.required("name");
  query.name = read_name(name);
  query.sql = read_statement(mapping.required("query"));
  query.interval = mapping.duration_or("interval", query.interval, milliseconds(0));
  if (auto const timeout = mapping.optional("timeout")) {
    query.timeout = timeout->duration(milliseconds(1), std::chrono::hours(1));
  }
  query.max_rows = static_cast<std::size_t>(mapping.integer_or("max_rows", 1000, 1, 100'000));
  bool const enabled = mapping.boolean_or("enabled", true);
  // One that is switched off is checked all the same, but is in nobody's way.
  query.versions = enabled ? read_versions(mapping) : VersionRange(0, 0);
  if (auto const databases = mapping.optional("databases")) query.databases = read_databases(*databases);
  if (auto const labels = mapping.optional("labels")) {
    for (auto const& item : labels->list()) {
      CustomColumn column;
      column.column = item.non_empty_text();
      column.use = ColumnUse::label;
      if (!query.databases.own() && column.column == "datname") {
        item.fail("expected another name than `datname`, which `databases` sets; rename the column with AS");
      }
      add_label(item, query, std::move(column));
    }
  }
  auto const values = mapping.required("values");
  auto const help = mapping.text_or("help", "Column of the custom query " + query.name + ".");
  for (auto const& [key, body] : values.entries()) {
    CustomColumn column;
    column.column = key.non_empty_text();
    column.metric = query.name + "_" + column.column;
    column.help = help;
    add_metric(key, query, read_value(body, std::move(column)));
  }
  if (enabled) finish(name, std::move(query));
}

CustomSql read_custom_sql(const config::Mapping& root, const OwnNames& own,
                          const std::vector<std::string>& more_files) {
  CustomSqlReader reader(own);
  if (auto const queries = root.optional(kCustomQueriesKey)) {
    for (auto const& entry : queries->list_or_empty()) reader.add(entry);
  }
  if (auto const files = root.optional(kCustomQueriesFilesKey)) {
    for (auto const& entry : files->list()) {
      if (!entry.is_mapping()) {
        reader.add_file(config::Document::load(entry.path()), {});
        continue;
      }
      auto const mapping = entry.mapping({"path", "databases"});
      DatabaseChoice databases;
      if (auto const value = mapping.optional("databases")) databases = read_databases(*value);
      reader.add_file(config::Document::load(mapping.required("path").path()), databases);
    }
  }
  for (auto const& file : more_files) reader.add_file(config::Document::load(file), {});
  return reader.take();
}

}  // namespace fleet::exporters
